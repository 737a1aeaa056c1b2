//! Performs effects: the one place where what the core wants done outside is done, for the console, for a picture
//! without a terminal and for the tests.
//!
//! What differs between them is given to a [`Performer`] when it is made: what answers requests ([`Fetches`]), where
//! text goes beside the screen ([`Outlet`]), and whether there is somebody who makes changes. What only the terminal
//! can do is handed back ([`ForTerminal`]).

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::driver::Driver;
use super::executor::Executor;
use super::journal;
use crate::app::{Effect, Msg, State, update};
use crate::aws::MfaRequest;
use crate::domain::SiteId;
use crate::domain::text::clean;
use crate::services::kubernetes::ServerAddress;
use crate::services::kubernetes::logs::LogAsk;
use crate::slices::reads::Request;
use crate::world::WatchTarget;

/// Takes requests; what comes of them is heard as messages, in its own time.
pub trait Fetches {
    /// Starts a request; returns at once.
    fn fetch(&mut self, request: Request);
    /// Starts a watch of this number; returns at once.
    fn watch(&mut self, id: u64, target: WatchTarget, address: Arc<ServerAddress>);
    /// Ends a watch.
    fn unwatch(&mut self, id: u64);
    /// Starts to read a log; returns at once.
    fn read_log(&mut self, id: u64, site: SiteId, ask: LogAsk);
    /// Reads a log no further.
    fn leave_log(&mut self, id: u64);
}

impl Fetches for Driver {
    fn fetch(&mut self, request: Request) {
        // The driver's own, which goes before that of the trait.
        Driver::fetch(self, request);
    }

    fn watch(&mut self, id: u64, target: WatchTarget, address: Arc<ServerAddress>) {
        Driver::watch(self, id, target, address);
    }

    fn unwatch(&mut self, id: u64) {
        Driver::unwatch(self, id);
    }

    fn read_log(&mut self, id: u64, site: SiteId, ask: LogAsk) {
        Driver::read_log(self, id, site, ask);
    }

    fn leave_log(&mut self, id: u64) {
        Driver::leave_log(self, id);
    }
}

/// Where text goes that leaves the console beside the screen.
pub trait Outlet {
    /// Hands text to the clipboard; whether it is there then, nobody says.
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Opens an address of the AWS console where a person sees it; false where there is no place for that.
    fn open(&mut self, link: &str) -> bool;
    /// An address that was opened and did not come to be seen, once.
    fn unopened(&mut self) -> Option<String> {
        None
    }
    /// Calls whoever looks elsewhere.
    fn notify(&mut self, text: &str) -> io::Result<()>;
}

/// What is left to whoever has the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForTerminal {
    /// Draw all of the screen anew.
    Redraw,
    /// Stop as by Ctrl-Z; go on when the shell says so.
    Suspend,
    /// Leave: nothing that comes after it is to be done.
    Leave,
}

/// Why an effect was not performed. Nothing that was to come after it is.
#[derive(Debug, Error)]
pub enum Unperformed {
    /// The terminal cannot be written to or asked.
    #[error("the terminal is gone: {0}")]
    Terminal(#[from] io::Error),
    /// A change was approved where there is nobody who makes changes, as in a picture.
    #[error("a change of {environment} was approved where none can be made: nothing was sent")]
    NobodyMakesChanges {
        /// What it was to be a change of.
        environment: String,
    },
}

/// Performs effects with what it was given.
pub struct Performer<D, O> {
    /// What answers requests.
    pub driver: D,
    /// Where text goes beside the screen.
    pub outlet: O,
    /// Who makes changes, reads for plans and writes the journal. Without one there are no records, there are plans only
    /// where somebody reads for them, and what is approved all the same is refused.
    pub executor: Option<Executor>,
    /// Who reads for plans where nobody makes changes.
    reader: Option<Executor>,
    /// Where the journal lies that is told without an executor, in its turn: nobody waits for keys meanwhile.
    journal: Option<PathBuf>,
    /// The question for an MFA code that is being answered.
    question: Option<MfaRequest>,
    #[cfg(feature = "sandbox")]
    sandbox: Option<std::sync::Arc<crate::sandbox::Sandbox>>,
}

impl<D: Fetches, O: Outlet> Performer<D, O> {
    /// One that reads, and nothing else.
    #[must_use]
    pub fn new(driver: D, outlet: O) -> Self {
        Self {
            driver,
            outlet,
            executor: None,
            reader: None,
            journal: None,
            question: None,
            #[cfg(feature = "sandbox")]
            sandbox: None,
        }
    }

    /// The same with somebody who makes changes.
    #[must_use]
    pub fn changing(mut self, executor: Executor) -> Self {
        self.executor = Some(executor);
        self
    }

    /// The same with somebody who reads for plans: they are drawn, and none can be carried out.
    #[must_use]
    pub fn planning(mut self, reader: Executor) -> Self {
        self.reader = Some(reader);
        self
    }

    /// The same with a journal that is told, and not written.
    #[must_use]
    pub fn telling(mut self, journal: Option<PathBuf>) -> Self {
        self.journal = journal;
        self
    }

    /// The same with the sandbox that plays scenarios, where it is what is looked at.
    #[cfg(feature = "sandbox")]
    #[must_use]
    pub fn playing(mut self, sandbox: Option<std::sync::Arc<crate::sandbox::Sandbox>>) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// Performs effects in their order, until one is for the terminal; the rest stays in the queue. `None` when all
    /// are performed. Whoever makes changes learns first what is armed and allowed in this state.
    ///
    /// # Errors
    /// When the terminal is gone, or a change was approved where nobody makes any.
    pub fn perform(
        &mut self,
        effects: &mut VecDeque<Effect>,
        state: &mut State,
    ) -> Result<Option<ForTerminal>, Unperformed> {
        if let Some(executor) = &self.executor {
            executor.keep_rules(&state.shell.world);
        }
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Fetch(request) => self.driver.fetch(request),
                Effect::Watch { id, target, address } => self.driver.watch(id, target, address),
                Effect::Unwatch(id) => self.driver.unwatch(id),
                Effect::ReadLog { id, site, ask } => self.driver.read_log(id, site, ask),
                Effect::LeaveLog(id) => self.driver.leave_log(id),
                Effect::Observe { id, kind, target } => {
                    if let Some(reader) = self.executor.as_mut().or(self.reader.as_mut()) {
                        reader.observe(id, kind, target);
                    }
                }
                Effect::Execute(approved) => {
                    if let Some(executor) = &mut self.executor {
                        executor.execute(*approved);
                    } else {
                        let environment = approved.plan().target.environment.clone();
                        return Err(Unperformed::NobodyMakesChanges { environment });
                    }
                }
                Effect::GiveUp(id) => {
                    if let Some(executor) = &mut self.executor {
                        executor.give_up(&id);
                    }
                }
                Effect::Record { environment, arn, body } => {
                    if let Some(executor) = &mut self.executor {
                        executor.record(&environment, &arn, *body);
                    }
                }
                Effect::ReadJournal => {
                    let is_sandbox = state.shell.world.estate.sandbox.is_some();
                    if let Some(executor) = &mut self.executor {
                        executor.read_journal(is_sandbox);
                    } else if let Some(folder) = &self.journal {
                        let told = journal::tell(folder, is_sandbox, state.shell.world.now).map(Arc::new);
                        effects.extend(update(state, Msg::JournalRead(told)));
                    }
                }
                Effect::GiveCode(code) => {
                    // Dropping the question declines it.
                    if let (Some(question), Some(code)) = (self.question.take(), code) {
                        question.answer(code);
                    }
                }
                Effect::Play(name) => {
                    #[cfg(feature = "sandbox")]
                    if let Some(Err(error)) = self.sandbox.as_ref().map(|sandbox| sandbox.play(&name)) {
                        tracing::warn!(%error, name, "the scenario cannot be played");
                    }
                    #[cfg(not(feature = "sandbox"))]
                    let _ = name;
                }
                Effect::Copy(text) => {
                    let copied = self.outlet.copy(&text).map(|()| text).map_err(|error| error.to_string());
                    effects.extend(update(state, Msg::Copied(copied)));
                }
                Effect::OpenLink(link) => {
                    let msg = if self.outlet.open(&link) { Msg::LinkOpened(link) } else { Msg::LinkUnopened(link) };
                    effects.extend(update(state, msg));
                }
                Effect::Notify(text) => self.outlet.notify(&text)?,
                Effect::Redraw => return Ok(Some(ForTerminal::Redraw)),
                Effect::Suspend => return Ok(Some(ForTerminal::Suspend)),
                Effect::Quit => return Ok(Some(ForTerminal::Leave)),
            }
        }
        Ok(None)
    }

    /// Performs the records among effects and drops the rest: the console is ended from outside, and goes on with
    /// nothing.
    pub fn record(&mut self, effects: Vec<Effect>) {
        let Some(executor) = &mut self.executor else { return };
        for effect in effects {
            if let Effect::Record { environment, arn, body } = effect {
                executor.record(&environment, &arn, *body);
            }
        }
    }

    /// Whether a person is being asked for a code.
    pub fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Asks a person for a code; the message that tells the core of it.
    pub fn ask(&mut self, question: MfaRequest) -> Msg {
        let (session, serial) = (clean(&question.session), clean(&question.serial));
        self.question = Some(question);
        Msg::CodeWanted { session, serial }
    }

    /// Puts the question away when nobody waits for its answer any more; the message that tells the core of it.
    pub fn ask_no_longer(&mut self) -> Option<Msg> {
        let is_over = self.question.as_ref().is_some_and(MfaRequest::is_over);
        is_over.then(|| {
            self.question = None;
            Msg::CodeOver
        })
    }

    /// The message that tells the core of an address that was opened and did not come to be seen.
    pub fn link_unopened(&mut self) -> Option<Msg> {
        self.outlet.unopened().map(Msg::LinkUnopened)
    }

    /// Waits until what was to be recorded is, for as long as somebody who leaves would.
    pub async fn settle(&mut self) {
        if let Some(executor) = &mut self.executor {
            executor.settle().await;
        }
    }
}

#[cfg(test)]
mod tests;
