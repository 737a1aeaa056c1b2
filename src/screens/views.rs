//! What lies over what: the screen at the bottom, and whatever was opened on it. The one on top has the keys.

use std::sync::Arc;

use tui_input::Input;

use super::arm::ArmQuestion;
use super::code::CodePrompt;
use super::help::OpenHelp;
use super::menu::Menu;
use super::{cluster, cluster_object, database, details, executions, logs, plan, workloads};
use crate::domain::SiteId;
use crate::keymap::Layer;

/// What fills the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    Fleet,
    Databases,
    Database,
    Clusters,
    Cluster,
    Workloads,
    ClusterObject,
    Logs,
    Alarms,
    Secrets,
    Audit,
}

impl Screen {
    /// The layers of its keys, innermost first.
    #[must_use]
    pub fn layers(self) -> &'static [Layer] {
        match self {
            Self::Fleet => &[Layer::Fleet, Layer::Global],
            Self::Databases | Self::Clusters | Self::Alarms | Self::Secrets | Self::Audit => {
                &[Layer::Table, Layer::Global]
            }
            Self::Database => &[Layer::Database, Layer::Global],
            Self::Cluster | Self::Workloads | Self::ClusterObject => &[Layer::Cluster, Layer::Global],
            Self::Logs => &[Layer::Log, Layer::Global],
        }
    }
}

/// A screen, with what it remembers while it is open.
#[derive(Debug, Clone)]
pub enum OpenScreen {
    Fleet,
    Databases,
    Database(Box<database::State>),
    Clusters,
    Cluster(Box<cluster::State>),
    Workloads(Box<workloads::State>),
    ClusterObject(Box<cluster_object::State>),
    Logs(Box<logs::State>),
    Alarms,
    Secrets,
    Audit,
}

impl OpenScreen {
    /// Which screen it is.
    #[must_use]
    pub fn screen(&self) -> Screen {
        match self {
            Self::Fleet => Screen::Fleet,
            Self::Databases => Screen::Databases,
            Self::Database(_) => Screen::Database,
            Self::Clusters => Screen::Clusters,
            Self::Cluster(_) => Screen::Cluster,
            Self::Workloads(_) => Screen::Workloads,
            Self::ClusterObject(_) => Screen::ClusterObject,
            Self::Logs(_) => Screen::Logs,
            Self::Alarms => Screen::Alarms,
            Self::Secrets => Screen::Secrets,
            Self::Audit => Screen::Audit,
        }
    }
}

impl OpenScreen {
    /// Where the cluster is that it shows something of.
    #[must_use]
    pub fn cluster_site(&self) -> Option<SiteId> {
        match self {
            Self::Cluster(open) => Some(open.site),
            Self::Workloads(open) => Some(open.site),
            Self::ClusterObject(open) => Some(open.site),
            Self::Logs(open) => Some(open.site),
            Self::Fleet
            | Self::Databases
            | Self::Database(_)
            | Self::Clusters
            | Self::Alarms
            | Self::Secrets
            | Self::Audit => None,
        }
    }
}

/// Something with the keys while it is on top. What the fleet and the tables remember outlives them.
#[derive(Debug, Clone)]
pub enum View {
    /// It fills the body.
    Screen(OpenScreen),
    /// The plan of a change.
    Plan(Box<plan::State>),
    /// The filter of the table, while it is typed.
    Filter(Input),
    /// All keys of the view below.
    Help(OpenHelp),
    /// The error log, with its cursor.
    Errors {
        selected: usize,
    },
    Menu(Box<Menu>),
    /// Operations running and done.
    Executions(executions::State),
    /// All that is known of a finding or a DB instance.
    Details(details::State),
    /// The question before an environment is armed.
    Arm(Box<ArmQuestion>),
    /// The question for the code of an MFA device.
    Code(CodePrompt),
}

impl View {
    /// The screen that it is, if it is one.
    #[must_use]
    pub fn screen(&self) -> Option<Screen> {
        match self {
            Self::Screen(page) => Some(page.screen()),
            _ => None,
        }
    }

    /// Whether it is read and closed again, over whatever was going on.
    #[must_use]
    pub fn is_overlay(&self) -> bool {
        matches!(self, Self::Help(_) | Self::Errors { .. } | Self::Menu(_) | Self::Executions(_) | Self::Details(_))
    }

    /// The layers of its keys, innermost first.
    #[must_use]
    pub fn layers(&self) -> &'static [Layer] {
        match self {
            Self::Screen(page) => page.screen().layers(),
            Self::Plan(_) => &[Layer::Plan],
            Self::Filter(_) | Self::Arm(_) | Self::Code(_) => &[Layer::Prompt],
            Self::Help(_) | Self::Errors { .. } | Self::Menu(_) | Self::Executions(_) | Self::Details(_) => {
                &[Layer::Overlay]
            }
        }
    }

    /// The layers in which it hears keys now.
    #[must_use]
    pub fn heard(&self) -> &'static [Layer] {
        if self.is_typed() { &[Layer::Prompt] } else { self.layers() }
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Screen(page) => page.screen().keys().0,
            Self::Plan(_) => "plan",
            Self::Filter(_) => "filter",
            Self::Help(_) => "help",
            Self::Errors { .. } => "errors",
            Self::Menu(_) => "menu",
            Self::Executions(_) => "operations running and done",
            Self::Details(_) => "details",
            Self::Arm(_) => "arming",
            Self::Code(_) => "MFA code",
        }
    }

    /// Whether keys that are bound to nothing are text for it.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        match self {
            Self::Plan(plan) => plan.is_typing(),
            Self::Menu(menu) => menu.purpose.is_typed(),
            Self::Help(help) => help.is_typing,
            Self::Filter(_) | Self::Arm(_) | Self::Code(_) => true,
            _ => false,
        }
    }
}

/// The views that are open, from the bottom up: one screen at least.
#[derive(Debug, Clone)]
pub struct Views {
    first: View,
    others: Vec<View>,
}

impl Views {
    /// One screen.
    #[must_use]
    pub fn of(first: View) -> Self {
        Self { first, others: Vec::new() }
    }

    /// The one that has the keys.
    #[must_use]
    pub fn top(&self) -> &View {
        self.others.last().unwrap_or(&self.first)
    }

    /// The same to be changed.
    pub fn top_mut(&mut self) -> &mut View {
        self.others.last_mut().unwrap_or(&mut self.first)
    }

    /// All of them, from the bottom up.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &View> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut View> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }

    /// Opens one on top. There is one question for a code at a time.
    pub fn open(&mut self, view: View) {
        if matches!(view, View::Code(_)) {
            self.remove(|other| matches!(other, View::Code(_)));
        }
        self.others.push(view);
    }

    /// Opens one under whatever was opened on the screen: nobody's keys are taken away.
    pub fn open_beneath(&mut self, view: View) {
        let at = self.others.iter().position(|other| other.screen().is_none()).unwrap_or(self.others.len());
        self.others.insert(at, view);
    }

    /// Closes the one on top; the last one stays.
    pub fn close(&mut self) {
        self.others.pop();
    }

    /// Closes all but the first that are such.
    pub fn remove(&mut self, is_such: impl Fn(&View) -> bool) {
        self.others.retain(|view| !is_such(view));
    }

    /// Fills the body with one screen alone; what was opened over it stays open.
    pub fn show(&mut self, screen: View) {
        self.others.retain(|view| view.screen().is_none());
        self.first = screen;
    }

    /// What fills the body.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.iter().rev().find_map(View::screen).unwrap_or(Screen::Databases)
    }

    /// The DB instance that fills the body.
    #[must_use]
    pub fn database(&self) -> Option<&database::State> {
        self.iter().find_map(|view| match view {
            View::Screen(OpenScreen::Database(open)) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn database_mut(&mut self) -> Option<&mut database::State> {
        self.iter_mut().find_map(|view| match view {
            View::Screen(OpenScreen::Database(open)) => Some(&mut **open),
            _ => None,
        })
    }

    /// The cluster that fills the body, or is below what does.
    #[must_use]
    pub fn cluster(&self) -> Option<&cluster::State> {
        self.iter().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Cluster(open)) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn cluster_mut(&mut self) -> Option<&mut cluster::State> {
        self.iter_mut().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Cluster(open)) => Some(&mut **open),
            _ => None,
        })
    }

    /// The workloads that fill the body, or are below what does.
    #[must_use]
    pub fn workloads(&self) -> Option<&workloads::State> {
        self.iter().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Workloads(open)) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn workloads_mut(&mut self) -> Option<&mut workloads::State> {
        self.iter_mut().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Workloads(open)) => Some(&mut **open),
            _ => None,
        })
    }

    /// The object of a cluster that fills the body; of several that were opened from each other the last.
    #[must_use]
    pub fn cluster_object(&self) -> Option<&cluster_object::State> {
        self.iter().rev().find_map(|view| match view {
            View::Screen(OpenScreen::ClusterObject(open)) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn cluster_object_mut(&mut self) -> Option<&mut cluster_object::State> {
        self.iter_mut().rev().find_map(|view| match view {
            View::Screen(OpenScreen::ClusterObject(open)) => Some(&mut **open),
            _ => None,
        })
    }

    /// The log that fills the body.
    #[must_use]
    pub fn logs(&self) -> Option<&logs::State> {
        self.iter().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Logs(open)) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn logs_mut(&mut self) -> Option<&mut logs::State> {
        self.iter_mut().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Logs(open)) => Some(&mut **open),
            _ => None,
        })
    }

    /// Where the cluster is of which something fills the body, and its name.
    #[must_use]
    pub fn open_cluster(&self) -> Option<(SiteId, &Arc<str>)> {
        self.iter().rev().find_map(|view| match view {
            View::Screen(OpenScreen::Cluster(open)) => Some((open.site, &open.cluster)),
            View::Screen(OpenScreen::Workloads(open)) => Some((open.site, &open.cluster)),
            View::Screen(OpenScreen::ClusterObject(open)) => Some((open.site, &open.cluster)),
            View::Screen(OpenScreen::Logs(open)) => Some((open.site, &open.cluster)),
            _ => None,
        })
    }

    /// The plan that is open.
    #[must_use]
    pub fn plan(&self) -> Option<&plan::State> {
        self.iter().find_map(|view| match view {
            View::Plan(open) => Some(&**open),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn plan_mut(&mut self) -> Option<&mut plan::State> {
        self.iter_mut().find_map(|view| match view {
            View::Plan(open) => Some(&mut **open),
            _ => None,
        })
    }

    /// Closes the plan; what it was.
    pub fn take_plan(&mut self) -> Option<plan::State> {
        let at = self.others.iter().position(|view| matches!(view, View::Plan(_)))?;
        match self.others.remove(at) {
            View::Plan(open) => Some(*open),
            _ => None,
        }
    }

    /// The question before arming.
    #[must_use]
    pub fn question(&self) -> Option<&ArmQuestion> {
        self.iter().find_map(|view| match view {
            View::Arm(question) => Some(&**question),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn question_mut(&mut self) -> Option<&mut ArmQuestion> {
        self.iter_mut().find_map(|view| match view {
            View::Arm(question) => Some(&mut **question),
            _ => None,
        })
    }

    /// What is read over the screen.
    #[must_use]
    pub fn overlay(&self) -> Option<&View> {
        self.iter().rev().find(|view| view.is_overlay())
    }

    /// What the help that is on top is about: the view below it.
    #[must_use]
    pub fn helped(&self) -> &View {
        self.iter().rev().find(|view| !matches!(view, View::Help(_))).unwrap_or(&self.first)
    }

    /// The menu that is open.
    #[must_use]
    pub fn menu(&self) -> Option<&Menu> {
        self.iter().rev().find_map(|view| match view {
            View::Menu(menu) => Some(&**menu),
            _ => None,
        })
    }

    /// The same to be changed.
    pub fn menu_mut(&mut self) -> Option<&mut Menu> {
        self.iter_mut().rev().find_map(|view| match view {
            View::Menu(menu) => Some(&mut **menu),
            _ => None,
        })
    }

    /// The cursor of the error log stays on its error when so many newer ones come above it.
    pub fn move_errors(&mut self, by: usize) {
        for view in self.iter_mut() {
            if let View::Errors { selected } = view {
                *selected += by;
            }
        }
    }

    /// The filter that is typed.
    #[must_use]
    pub fn filter(&self) -> Option<&Input> {
        self.iter().find_map(|view| match view {
            View::Filter(input) => Some(input),
            _ => None,
        })
    }

    /// The question for a code.
    #[must_use]
    pub fn code(&self) -> Option<&CodePrompt> {
        self.iter().find_map(|view| match view {
            View::Code(code) => Some(code),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_goes_and_what_was_opened_over_it_stays() {
        let mut views = Views::of(View::Screen(OpenScreen::Fleet));
        views.open(View::Screen(OpenScreen::Database(Box::new(database::State::new(crate::domain::SiteId(0), "db")))));
        views.open(View::Help(OpenHelp::default()));
        assert_eq!(views.screen(), Screen::Database);
        views.show(View::Screen(OpenScreen::Databases));
        assert_eq!(views.screen(), Screen::Databases);
        assert!(views.overlay().is_some() && views.database().is_none());
        views.close();
        views.close();
        assert!(matches!(views.top(), View::Screen(OpenScreen::Databases)), "one screen stays");
    }

    #[test]
    fn what_opens_by_itself_takes_no_keys_from_what_is_open() {
        let mut views = Views::of(View::Screen(OpenScreen::Databases));
        views.open(View::Filter(Input::default()));
        views.open_beneath(View::Errors { selected: 0 });
        assert!(matches!(views.top(), View::Filter(_)));
        views.close();
        assert!(matches!(views.top(), View::Errors { .. }));
    }

    #[test]
    fn one_code_is_asked_for_at_a_time() {
        let mut views = Views::of(View::Screen(OpenScreen::Databases));
        views.open(View::Code(CodePrompt { session: "a".into(), ..CodePrompt::default() }));
        views.open(View::Code(CodePrompt { session: "b".into(), ..CodePrompt::default() }));
        assert_eq!(views.code().map(|code| code.session.as_str()), Some("b"));
        views.close();
        assert!(views.code().is_none());
    }
}
