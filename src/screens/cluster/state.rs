//! What it remembers while it is open.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::card::PoolCard;
use super::making::{ClusterScene, SceneMaking};
use super::row::{MachineRow, MachineSum};
use crate::domain::SiteId;
use crate::screens::cluster_object::ObjectKey;
use crate::ui::table;

/// By what the lines are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    #[default]
    Pool,
    Type,
    Zone,
    Capacity,
    None,
}

impl Grouping {
    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Pool => "by pool",
            Self::Type => "by type",
            Self::Zone => "by zone",
            Self::Capacity => "by capacity",
            Self::None => "ungrouped",
        }
    }

    /// The one that the same key comes to next.
    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::Pool => Self::Type,
            Self::Type => Self::Zone,
            Self::Zone => Self::Capacity,
            Self::Capacity => Self::None,
            Self::None => Self::Pool,
        }
    }
}

/// In which order the lines stand, within their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MachineOrder {
    /// The worst first.
    #[default]
    State,
    Name,
    /// What is asked for most of first.
    Cpu,
    Memory,
    /// The dearest first.
    Price,
    /// The newest first.
    Age,
}

impl MachineOrder {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Price => "price",
            Self::Age => "age",
        }
    }

    /// The one that the same key comes to next.
    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::State => Self::Name,
            Self::Name => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Price,
            Self::Price => Self::Age,
            Self::Age => Self::State,
        }
    }
}

/// Parts of the screen that take keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClusterPane {
    /// Nodes and claims.
    #[default]
    Machines,
    Pools,
    /// What EKS says.
    Eks,
}

/// What tells a line from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKey {
    Group(Arc<str>),
    Thing(ObjectKey),
}

/// The heading of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupHead {
    pub title: Arc<str>,
    /// The pool that it is, where it is one.
    pub pool: Option<Arc<str>>,
    pub sum: MachineSum,
    pub is_folded: bool,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
pub enum ListLine {
    Group(Box<GroupHead>),
    /// By its place among the rows.
    Machine(usize),
}

/// What the cursor is on, for what is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterChoice {
    Thing(ObjectKey),
    /// What EKS says: its node groups are done something to.
    Nodegroups,
}

/// State of the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Where the cluster is.
    pub site: SiteId,
    /// Its name.
    pub cluster: Arc<str>,
    pub scene: ClusterScene,
    /// What is being made to stand in its place.
    pub making: Option<Box<SceneMaking>>,
    /// The list as it is grouped, sorted and filtered.
    pub lines: Vec<ListLine>,
    pub grouping: Grouping,
    pub order: MachineOrder,
    /// The other way round.
    pub reverse: bool,
    /// The filter that is applied.
    pub filter: String,
    /// Groups whose lines are put away.
    pub folded: BTreeSet<Arc<str>>,
    pub selected: usize,
    /// What the cursor is on, so that it stays there when lines move.
    pub selected_key: Option<LineKey>,
    /// First visible line.
    pub offset: usize,
    /// What has the keys.
    pub pane: ClusterPane,
    /// What stands beside the list where there is room for both.
    pub beside: Option<ClusterPane>,
    /// The pool under the cursor of the pools.
    pub pool: usize,
    /// Lines of what EKS says that are scrolled past.
    pub scroll: usize,
    /// The finding that is chosen: ARN and rule.
    pub finding: Option<(String, &'static str)>,
}

impl State {
    /// A cluster that is opened.
    #[must_use]
    pub fn new(site: SiteId, cluster: impl Into<Arc<str>>) -> Self {
        Self {
            site,
            cluster: cluster.into(),
            scene: ClusterScene::default(),
            making: None,
            lines: Vec::new(),
            grouping: Grouping::default(),
            order: MachineOrder::default(),
            reverse: false,
            filter: String::new(),
            folded: BTreeSet::new(),
            selected: 0,
            selected_key: None,
            offset: 0,
            pane: ClusterPane::default(),
            beside: None,
            pool: 0,
            scroll: 0,
            finding: None,
        }
    }

    /// What the cursor is on; none where that is nothing that anything is done to.
    #[must_use]
    pub fn choice(&self) -> Option<ClusterChoice> {
        let pool = |name: &Arc<str>| ClusterChoice::Thing(ObjectKey::Pool(name.clone()));
        match self.pane {
            ClusterPane::Machines => match self.lines.get(self.selected)? {
                ListLine::Group(head) => head.pool.as_ref().map(pool),
                ListLine::Machine(_) => self.current().map(|row| ClusterChoice::Thing(row.key.clone())),
            },
            ClusterPane::Pools => self.current_pool().map(|card| pool(&card.name)),
            ClusterPane::Eks => Some(ClusterChoice::Nodegroups),
        }
    }

    /// What a line is of.
    #[must_use]
    pub fn key_at(&self, at: usize) -> Option<LineKey> {
        match self.lines.get(at)? {
            ListLine::Group(head) => Some(LineKey::Group(head.title.clone())),
            ListLine::Machine(at) => Some(LineKey::Thing(self.scene.machines.get(*at)?.key.clone())),
        }
    }

    /// The machine under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&MachineRow> {
        match self.lines.get(self.selected)? {
            ListLine::Machine(at) => self.scene.machines.get(*at),
            ListLine::Group(_) => None,
        }
    }

    /// The pool under the cursor of the pools.
    #[must_use]
    pub fn current_pool(&self) -> Option<&PoolCard> {
        self.scene.pools.get(self.pool.min(self.scene.pools.len().saturating_sub(1)))
    }

    /// Moves the cursor to a line.
    pub fn go(&mut self, to: usize, page: usize) {
        self.selected = to.min(self.lines.len().saturating_sub(1));
        self.selected_key = self.key_at(self.selected);
        self.reveal(page);
    }

    /// After the lines changed: the cursor goes where its line went, or stays where it was when that is gone.
    pub fn keep_selection(&mut self, page: usize) {
        let Some(key) = self.selected_key.clone() else {
            // Nothing chosen yet: the cursor stays on top, where the worst is.
            (self.selected, self.offset) = (0, 0);
            return;
        };
        match (0..self.lines.len()).find(|at| self.key_at(*at).as_ref() == Some(&key)) {
            Some(at) => {
                // Keeps the line on the screen, not only the cursor on the line.
                let line = self.selected.saturating_sub(self.offset);
                self.offset = at.saturating_sub(line);
                self.selected = at;
                self.reveal(page);
            }
            None => self.go(self.selected, page),
        }
    }

    /// Scrolls until the cursor is visible.
    pub fn reveal(&mut self, page: usize) {
        self.offset = table::scroll(self.offset, Some(self.selected), page, self.lines.len());
    }
}
