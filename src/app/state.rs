//! What the console shows: what is known ([`World`]), and where somebody looks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::operations::Operations;
use super::toast::Toast;
use crate::domain::{Database, SiteId};
use crate::keymap::{Keymap, Layer, Resolver};
use crate::screens::{Screen, View, Views, databases, fleet};
use crate::theme::{ColorDepth, Theme};
use crate::world::{Detail, Estate, Focus, Scope, World};

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
    /// What is open, from the bottom up.
    pub views: Views,
    pub fleet: fleet::State,
    pub databases: databases::State,
    pub operations: Operations,
    pub toast: Option<Toast>,
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
            views: Views::of(if estate_is_fleet { View::Fleet } else { View::Databases }),
            fleet: fleet::State::default(),
            databases: databases::State::default(),
            operations: Operations::default(),
            toast: None,
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
        self.views.top().layers()
    }

    /// What fills the body.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.views.screen()
    }

    /// What is looked at.
    #[must_use]
    pub fn focus(&self) -> Focus {
        let detail = self.views.database().map(|open| Detail {
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
        let open = self.views.database()?;
        self.world.database(open.site, &open.id).map(|database| (open.site, database))
    }
}
