//! All that the console knows.

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::data::SiteData;
use super::estate::{Estate, Scope};
use super::faults::FaultLog;
use super::menu::Menu;
use super::operations::Operations;
use super::toast::Toast;
use crate::collect::{Schedule, Traffic};
use crate::domain::{Database, SiteId};
use crate::health::Ledger;
use crate::keymap::{Keymap, Layer, Resolver};
use crate::screens::{database, databases, executions, fleet};
use crate::theme::{ColorDepth, Theme};

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

/// The whole state. Only [`super::update`] changes it, only [`super::view`] draws it.
#[derive(Debug, Clone)]
pub struct State {
    /// The moment of the last [`super::Msg::Tick`].
    pub now: Timestamp,
    /// For the second clock in the header.
    pub zone: TimeZone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub estate: Estate,
    /// By [`SiteId`].
    pub sites: Vec<SiteData>,
    pub schedule: Schedule,
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
    pub faults: FaultLog,
    /// What the health rules say, and since when.
    pub health: Ledger,
    /// AWS's answers of the last minute by service, as the runtime counted them.
    pub calls: Traffic,
    /// What is wrong with the configuration: environments may be missing because of it.
    pub problems: Vec<String>,
    /// What the console's own calls may cost, USD an hour.
    pub ceiling: f64,
    /// When how many metrics were requested, seconds; the last ten minutes.
    pub requested: VecDeque<(i64, usize)>,
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
    /// Sequence keys that were typed and wait for more are in `resolver`; this leaves at once.
    pub leaving: bool,
}

impl State {
    /// A console that has not asked anything yet.
    #[must_use]
    pub fn new(estate: Estate, now: Timestamp, keymap: Keymap, theme: Theme, depth: ColorDepth) -> Self {
        let sites = estate.sites.iter().map(|_| SiteData::default()).collect();
        let scope = if estate.environments.len() == 1 { Scope::One(0) } else { Scope::All };
        let estate_is_fleet = estate.environments.len() > 1;
        Self {
            now,
            zone: TimeZone::UTC,
            size: (80, 24),
            estate,
            sites,
            schedule: Schedule::default(),
            scope,
            screen: if estate_is_fleet { Screen::Fleet } else { Screen::Databases },
            came_from: Screen::Databases,
            fleet: fleet::State::default(),
            databases: databases::State::default(),
            database: None,
            overlay: None,
            operations: Operations::default(),
            toast: None,
            faults: FaultLog::default(),
            health: Ledger::default(),
            calls: Traffic::default(),
            problems: Vec::new(),
            ceiling: 1.0,
            requested: VecDeque::new(),
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

    /// What the console's own calls cost at the pace of now, USD an hour: CloudWatch takes $0.01
    /// for 1,000 metrics requested, and for 1,000 other requests; RDS and STS are free (CloudWatch
    /// pricing, us-east-1).
    #[must_use]
    pub fn spend_an_hour(&self) -> f64 {
        self.requested.iter().filter(|(at, _)| self.now.as_second() - at < 600).map(|(_, n)| *n as f64).sum::<f64>()
            * 6.0
            * 0.01
            / 1000.0
            // An empty sum is -0.0.
            + 0.0
    }

    /// Whether the console's own calls cost more than they may: metrics are then asked for slowly.
    #[must_use]
    pub fn is_over_ceiling(&self) -> bool {
        self.spend_an_hour() > self.ceiling
    }

    /// The data of a site.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&SiteData> {
        self.sites.get(id.0)
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

    /// Every DB instance that can be read, with its site.
    pub fn all_databases(&self) -> impl Iterator<Item = (SiteId, &Database)> {
        self.sites
            .iter()
            .enumerate()
            .flat_map(|(i, data)| data.databases.value().into_iter().flatten().map(move |d| (SiteId(i), d)))
    }

    /// The DB instance that the database screen shows, with its site.
    #[must_use]
    pub fn open_database(&self) -> Option<(SiteId, &Database)> {
        let open = self.database.as_ref()?;
        let all = self.site(open.site)?.databases.value()?;
        all.iter().find(|d| d.id == *open.id).map(|d| (open.site, d))
    }
}
