//! What stands behind each screen: its keys, how it is drawn, its hints. With `views.rs` the one place that
//! names them all.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::filtering::FilterProblem;
use super::findings::{self, Concern};
use super::views::Screen;
use super::{
    OpenScreen, State, View, alarms, audit, cluster, cluster_object, clusters, database, databases, fleet, logs,
    secrets, workloads,
};
use crate::domain::{Database, SiteId};
use crate::keymap::{Action, Layer};
use crate::services::rds;
use crate::slices::reads::Shown;

impl Screen {
    /// What a person calls it, and the layer of its own keys.
    #[must_use]
    pub fn keys(self) -> (&'static str, Layer) {
        match self {
            Self::Fleet => ("Fleet", Layer::Fleet),
            Self::Databases => ("Databases", Layer::Table),
            Self::Database => ("Database", Layer::Database),
            Self::Clusters => ("Clusters", Layer::Table),
            Self::Cluster => ("Cluster", Layer::Cluster),
            Self::Workloads => ("Workloads", Layer::Cluster),
            Self::ClusterObject => ("Object", Layer::Cluster),
            Self::Logs => ("Logs", Layer::Log),
            Self::Alarms => ("Alarms", Layer::Table),
            Self::Secrets => ("Secrets", Layer::Table),
            Self::Audit => ("Audit", Layer::Table),
        }
    }

    /// Performs an action; false when it means nothing there and the shell may hear it.
    pub fn act(self, state: &mut State, action: Action) -> bool {
        match self {
            Self::Fleet => fleet::handle(state, action),
            Self::Databases => databases::handle(state, action),
            Self::Database => database::handle(state, action),
            Self::Clusters => clusters::handle(state, action),
            Self::Cluster => cluster::handle(state, action),
            Self::Workloads => workloads::handle(state, action),
            Self::ClusterObject => cluster_object::handle(state, action),
            Self::Logs => logs::handle(state, action),
            Self::Alarms => alarms::handle(state, action),
            Self::Secrets => secrets::handle(state, action),
            Self::Audit => audit::handle(state, action),
        }
    }

    /// Draws it into the body.
    pub fn draw(self, state: &State, area: Rect, buf: &mut Buffer) {
        match self {
            Self::Fleet => fleet::view(state, area, buf),
            Self::Databases => databases::view(state, area, buf),
            Self::Database => database::view(state, area, buf),
            Self::Clusters => clusters::view(state, area, buf),
            Self::Cluster => cluster::view(state, area, buf),
            Self::Workloads => workloads::view(state, area, buf),
            Self::ClusterObject => cluster_object::view(state, area, buf),
            Self::Logs => logs::view(state, area, buf),
            Self::Alarms => alarms::view(state, area, buf),
            Self::Secrets => secrets::view(state, area, buf),
            Self::Audit => audit::view(state, area, buf),
        }
    }

    /// Keys that work on it, most useful first.
    #[must_use]
    pub fn hints(self, state: &State) -> Vec<(Action, &'static str)> {
        match self {
            Self::Fleet => fleet::hints(state),
            Self::Databases => databases::hints(state),
            Self::Database => database::hints(state),
            Self::Clusters => clusters::hints(state),
            Self::Cluster => cluster::hints(state),
            Self::Workloads => workloads::hints(state),
            Self::ClusterObject => cluster_object::hints(state),
            Self::Logs => logs::hints(state),
            Self::Alarms => alarms::hints(state),
            Self::Secrets => secrets::hints(state),
            Self::Audit => audit::hints(state),
        }
    }

    /// The mouse was clicked in this row of the terminal.
    pub fn click(self, state: &mut State, row: u16) {
        match self {
            Self::Fleet => fleet::click(state, row),
            Self::Databases => databases::click(state, row),
            Self::Database => {}
            Self::Clusters => clusters::click(state, row),
            Self::Cluster => cluster::click(state, row),
            Self::Workloads => workloads::click(state, row),
            Self::ClusterObject => cluster_object::click(state, row),
            Self::Logs => logs::click(state, row),
            Self::Alarms => alarms::click(state, row),
            Self::Secrets => secrets::click(state, row),
            Self::Audit => audit::click(state, row),
        }
    }

    /// The DB instance that is open or under the cursor.
    #[must_use]
    pub fn selected(self, state: &State) -> Option<(SiteId, &Database)> {
        match self {
            Self::Fleet => fleet::selected(state),
            Self::Databases => databases::selected(state),
            Self::Database => state.open_database(),
            Self::Alarms => alarms::selected(state),
            Self::Clusters
            | Self::Cluster
            | Self::Workloads
            | Self::ClusterObject
            | Self::Logs
            | Self::Secrets
            | Self::Audit => None,
        }
    }

    /// The same with what is wrong with it that is meant.
    #[must_use]
    pub fn concern(self, state: &State) -> Option<Concern<'_>> {
        match self {
            Self::Fleet => fleet::concern(state),
            Self::Database => database::concern(state),
            Self::Databases | Self::Alarms => {
                let (site, database) = self.selected(state)?;
                let finding = findings::of(&state.shell.world, &database.arn).first().copied();
                Some(Concern { site, database, finding })
            }
            Self::Clusters
            | Self::Cluster
            | Self::Workloads
            | Self::ClusterObject
            | Self::Logs
            | Self::Secrets
            | Self::Audit => None,
        }
    }

    /// Whether one of several findings is chosen on it.
    #[must_use]
    pub fn has_findings(self) -> bool {
        matches!(self, Self::Fleet | Self::Database)
    }

    /// The page of the AWS console for what is selected.
    #[must_use]
    pub fn link(self, state: &State) -> Option<String> {
        match self {
            Self::Alarms => alarms::link(state),
            Self::Secrets => secrets::link(state),
            Self::Clusters => clusters::link(state),
            Self::Cluster | Self::Workloads | Self::ClusterObject | Self::Logs => cluster::link(state),
            Self::Fleet => fleet::link(state),
            Self::Databases | Self::Database => {
                self.concern(state).and_then(|concern| rds::link::of_database(concern.database))
            }
            Self::Audit => None,
        }
    }

    /// Whether it lists what one environment has, or all; the others stand above the environments, or below.
    #[must_use]
    pub fn is_of_scope(self) -> bool {
        matches!(self, Self::Databases | Self::Clusters | Self::Alarms | Self::Secrets | Self::Audit)
    }

    /// The screen that an action leads to.
    #[must_use]
    fn opened_by(action: Action) -> Option<OpenScreen> {
        match action {
            Action::Databases => Some(OpenScreen::Databases),
            Action::Clusters => Some(OpenScreen::Clusters),
            Action::Alarms => Some(OpenScreen::Alarms),
            Action::Secrets => Some(OpenScreen::Secrets),
            Action::Audit => Some(OpenScreen::Audit),
            _ => None,
        }
    }

    /// Shows the screen that an action leads to, at what was selected where it says something of that; false when it leads
    /// to none.
    pub fn open_by(state: &mut State, action: Action) -> bool {
        let Some(screen) = Self::opened_by(action) else { return false };
        // Only who was on a DB instance means that one.
        let database = state.open_database().map(|(site, database)| (site, database.id.clone()));
        let is_other = state.screen() != screen.screen();
        state.views.show(View::Screen(screen));
        state.screen().rebuild(state);
        if is_other && state.screen() == Self::Alarms {
            alarms::seek(state, database);
        }
        if state.screen() == Self::Audit {
            // Others may have written into it.
            audit::grown(state);
        }
        true
    }

    /// Other environments are looked at: its table begins at its top.
    pub fn look(self, state: &mut State) {
        if self == Self::Alarms {
            state.alarms.leave_cursor();
        }
        self.rebuild(state);
    }

    /// What of it decides what is read.
    #[must_use]
    pub fn shown(self, state: &State) -> Shown {
        let now = state.shell.world.now;
        match (self, state.views.database()) {
            (Self::Alarms, _) => Shown::Alarms(state.alarms.looked_at(now).filter(|_| alarms::has_story(state))),
            (Self::Database, Some(open)) => Shown::Database(open.site, database::looked_at(state, open)),
            (Self::Clusters, _) => Shown::Clusters,
            (Self::Secrets, _) => Shown::Secrets(secrets::looked_at(state, now)),
            (Self::Cluster | Self::Workloads | Self::ClusterObject | Self::Logs, _) => state
                .views
                .open_cluster()
                .map_or(Shown::Clusters, |(site, cluster)| Shown::Cluster(site, cluster.clone())),
            (Self::Fleet | Self::Databases | Self::Database | Self::Audit, _) => Shown::Databases,
        }
    }

    /// The rows of a list are made anew: others are looked at.
    pub fn rebuild(self, state: &mut State) {
        match self {
            Self::Databases => databases::rebuild(state),
            Self::Alarms => alarms::rebuild(state),
            Self::Secrets => secrets::rebuild(state),
            Self::Audit => audit::rebuild(state),
            Self::Clusters => clusters::rebuild(state),
            Self::Cluster => cluster::rebuild(state),
            Self::Workloads => workloads::rebuild(state),
            Self::ClusterObject => cluster_object::rebuild(state),
            Self::Fleet | Self::Database | Self::Logs => {}
        }
    }

    /// Something was heard of some sites: what it shows of them is made anew where it is another than before, for as
    /// long as `go_on` says so. True where something is left to be made.
    pub fn renew(self, state: &mut State, go_on: &mut dyn FnMut() -> bool) -> bool {
        match self {
            Self::Alarms => alarms::renew(state),
            Self::Cluster if self.is_being_made(state) => return cluster::renew(state, go_on),
            Self::Clusters | Self::Cluster | Self::Workloads | Self::ClusterObject | Self::Secrets => {
                let now = state.shell.world.now;
                let is_early = state.cluster_pace.is_early(now);
                if is_early || !go_on() {
                    state.cluster_pace.owe();
                    return !is_early;
                }
                state.cluster_pace.make(now);
                if self == Self::Cluster {
                    return cluster::renew(state, go_on);
                }
                self.rebuild(state);
            }
            Self::Fleet | Self::Databases | Self::Database | Self::Logs | Self::Audit => {}
        }
        false
    }

    /// A part of what it shows is being made.
    #[must_use]
    pub fn is_being_made(self, state: &State) -> bool {
        self == Self::Cluster && state.views.cluster().is_some_and(cluster::State::is_being_made)
    }

    /// Something has happened: where the cursor rests decides what is read.
    pub fn rest(self, state: &mut State) {
        let now = state.shell.world.now;
        match self {
            Self::Alarms => state.alarms.rest(now),
            Self::Secrets => state.secrets.rest(now),
            _ => {}
        }
    }

    /// What is wrong with the filter that is typed.
    #[must_use]
    pub fn filter_problem(self, state: &State) -> Option<&FilterProblem> {
        match self {
            Self::Alarms => state.alarms.problem.as_ref(),
            Self::Audit => state.audit.problem.as_ref(),
            Self::Clusters | Self::Cluster | Self::Workloads | Self::ClusterObject | Self::Logs | Self::Secrets => None,
            Self::Fleet | Self::Databases | Self::Database => state.databases.problem.as_ref(),
        }
    }

    /// What its filter may be made of, and what each form means.
    #[must_use]
    pub fn filter_forms(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Alarms => alarms::FORMS,
            Self::Audit => audit::FORMS,
            Self::Clusters | Self::Cluster | Self::Workloads | Self::ClusterObject | Self::Logs | Self::Secrets => &[],
            Self::Fleet | Self::Databases | Self::Database => databases::FORMS,
        }
    }

    /// Its table shows what this lets through.
    pub fn filter(self, state: &mut State, text: String) {
        match self {
            Self::Alarms => alarms::filter(state, text),
            Self::Secrets => secrets::filter(state, text),
            Self::Audit => audit::filter(state, text),
            Self::Clusters => clusters::filter(state, text),
            Self::Cluster => cluster::filter(state, text),
            Self::Workloads => workloads::filter(state, text),
            Self::ClusterObject => cluster_object::filter(state, text),
            Self::Logs => logs::filter(state, text),
            Self::Fleet | Self::Databases | Self::Database => databases::filter(state, text),
        }
    }
}
