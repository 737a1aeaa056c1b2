//! What a desk leaves behind: calls, the journal, what was said beside the screen; and what the console knows.

use std::path::Path;
use std::sync::Arc;

use quarterdeck::app::State;
use quarterdeck::domain::Database;
use quarterdeck::ops::journal::{self, chain};
use quarterdeck::runtime::journal::read;
use quarterdeck::sandbox::Sandbox;
use quarterdeck::sandbox::log::Logged;
use quarterdeck::slices::{Entry, Execution};

use super::{Desk, LONG};

impl Desk {
    /// The world that the console looks at.
    pub fn sandbox(&self) -> &Arc<Sandbox> {
        self.sandbox.as_ref().expect("a desk over the sandbox")
    }

    /// The folder of the journal.
    pub fn folder(&self) -> &Path {
        self.whole().folder.path()
    }

    /// What the console would have rung the bell for.
    pub fn notified(&self) -> &[String] {
        &self.performer.outlet.notified
    }

    /// What went to the clipboard.
    pub fn copied(&self) -> &[String] {
        &self.performer.outlet.copied
    }

    /// What was opened in a browser.
    pub fn browsed(&self) -> &[String] {
        &self.performer.outlet.opened
    }

    /// There is a display from now on, on which a browser can be seen.
    pub fn sits_at_a_display(&mut self) {
        self.performer.outlet.has_display = true;
    }

    /// Waits until the newest execution has ended, and gives it.
    pub async fn finish(&mut self) -> Execution {
        if self.executed == 0 && self.state.shell.world.changes.executions.is_empty() {
            self.pass(5).await;
        }
        let refusal = self.state.views.plan().and_then(|open| open.refusal().map(str::to_owned));
        let begun = self.executed > 0 || !self.state.shell.world.changes.executions.is_empty();
        assert!(begun, "nothing was approved: {refusal:?}");
        let executed = self.executed;
        let ended = move |state: &State| {
            let all = &state.shell.world.changes.executions;
            all.len() >= executed && all.last().is_some_and(|newest| !newest.is_running())
        };
        self.until(LONG, "the newest execution has ended", ended).await;
        self.state.shell.world.changes.executions.last().cloned().expect("an execution")
    }

    /// What could change something, in the order in which it reached AWS or a cluster.
    pub fn mutations(&self) -> Vec<Logged> {
        self.sandbox().log()
    }

    /// The journal, oldest entry first.
    pub fn journal(&self) -> Vec<Entry> {
        journal::entries(&read(self.folder()).expect("the journal").journal).0
    }

    /// Whether the journal's chain is sound.
    pub fn verified(&self) -> bool {
        let stored = read(self.folder()).expect("the journal");
        let lines = stored.journal.split_inclusive(|byte| *byte == b'\n');
        chain::verify(lines).with_head(stored.head.as_deref()).is_sound()
    }

    /// A DB instance as the console knows it.
    pub fn database(&self, id: &str) -> Option<&Database> {
        self.state.shell.world.all_databases().map(|(_, database)| database).find(|database| database.id == id)
    }

    /// Asks for everything anew and waits for the answers.
    pub async fn refresh(&mut self) {
        self.pass(1).await;
        let asked = self.state.shell.world.now;
        self.state.shell.world.schedule.force(|_| true);
        let fresh =
            |state: &State| state.shell.world.sites.iter().all(|s| s.rds.databases.at().is_some_and(|at| at > asked));
        self.until(120, "everything is read again", fresh).await;
    }
}
