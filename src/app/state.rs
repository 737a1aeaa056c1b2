//! What the console shows: what is known ([`World`]), and where somebody looks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::menu::Menu;
use super::operations::Operations;
use super::toast::Toast;
use crate::domain::{Database, SiteId};
use crate::keymap::{Keymap, Layer, Resolver};
use crate::screens::{database, databases, executions, fleet};
use crate::theme::{ColorDepth, Theme};
use crate::world::{Detail, Estate, Focus, Scope, World};

/// What fills the body of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    Fleet,
    Databases,
    Database,
}

/// What lies over the screen and takes the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// All keys, scrolled by this many lines.
    Help {
        scroll: usize,
    },
    /// The error log, with its cursor.
    Errors {
        selected: usize,
    },
    Menu(Menu),
    /// Operations running and done.
    Executions(executions::State),
}

/// A question for an MFA code, and what was typed so far. Never shown, never logged.
#[derive(Clone, Default)]
pub struct CodePrompt {
    /// The session that asks, in words.
    pub session: String,
    /// Serial of the device.
    pub serial: String,
    pub typed: String,
}

impl std::fmt::Debug for CodePrompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodePrompt").field("session", &self.session).finish_non_exhaustive()
    }
}

/// The whole state. Only [`super::update()`] changes it, only [`super::view`] draws it.
#[derive(Debug, Clone)]
pub struct State {
    /// What is known.
    pub world: World,
    /// For the second clock in the header.
    pub zone: TimeZone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub scope: Scope,
    pub screen: Screen,
    /// Where Esc leads from the database screen.
    pub came_from: Screen,
    pub fleet: fleet::State,
    pub databases: databases::State,
    pub database: Option<database::State>,
    pub overlay: Option<Overlay>,
    /// What changes the world: arming, the open plan, executions.
    pub operations: Operations,
    pub toast: Option<Toast>,
    /// The question for an MFA code that is being answered.
    pub code: Option<CodePrompt>,
    pub keymap: Keymap,
    pub resolver: Resolver,
    /// The key that is being heard came in a burst.
    pub rushed: bool,
    pub theme: Theme,
    pub depth: ColorDepth,
    /// Everything is drawn in ASCII, for terminals and fonts that have no more.
    pub ascii: bool,
    /// The console is being left.
    pub leaving: bool,
}

impl State {
    /// A console that has not asked anything yet.
    #[must_use]
    pub fn new(estate: Estate, now: Timestamp, keymap: Keymap, theme: Theme, depth: ColorDepth) -> Self {
        let scope = Scope::usual(&estate);
        let estate_is_fleet = estate.count() > 1;
        Self {
            world: World::new(estate, now),
            zone: TimeZone::UTC,
            size: (80, 24),
            scope,
            screen: if estate_is_fleet { Screen::Fleet } else { Screen::Databases },
            came_from: Screen::Databases,
            fleet: fleet::State::default(),
            databases: databases::State::default(),
            database: None,
            overlay: None,
            operations: Operations::default(),
            toast: None,
            code: None,
            keymap,
            resolver: Resolver::default(),
            rushed: false,
            theme,
            depth,
            ascii: false,
            leaving: false,
        }
    }

    /// The layers of keys that are heard now, innermost first.
    #[must_use]
    pub fn layers(&self) -> &'static [Layer] {
        match (&self.overlay, self.screen) {
            (Some(_), _) => &[Layer::Overlay],
            (None, _) if self.operations.plan.is_some() => &[Layer::Plan],
            (None, Screen::Fleet) => &[Layer::Fleet, Layer::Global],
            (None, Screen::Databases) => &[Layer::Table, Layer::Global],
            (None, Screen::Database) => &[Layer::Database, Layer::Global],
        }
    }

    /// What is looked at.
    #[must_use]
    pub fn focus(&self) -> Focus {
        let open = self.database.as_ref().filter(|_| self.screen == Screen::Database);
        let detail = open.map(|open| Detail {
            site: open.site,
            id: open.id.clone(),
            period: open.range().period,
            window: open.window(self.world.now),
        });
        Focus { scope: self.scope, detail }
    }

    /// The DB instance that the database screen shows, with its site.
    #[must_use]
    pub fn open_database(&self) -> Option<(SiteId, &Database)> {
        let open = self.database.as_ref()?;
        self.world.database(open.site, &open.id).map(|database| (open.site, database))
    }
}
