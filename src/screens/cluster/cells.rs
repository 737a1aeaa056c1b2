//! The columns of the list, and what a cell says of a line.

use super::row::{MachineRow, MachineStage, MachineSum};
use super::state::{GroupHead, Grouping, ListLine, MachineOrder, State};
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::screens::clusters::price;
use crate::screens::findings;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::Resources;
use crate::services::kubernetes::price::HourlyPrice;
use crate::services::kubernetes::{Cluster, Used};
use crate::theme::Role;
use crate::ui::format::{self, MISSING, UNKNOWN};
use crate::ui::pen::{self, Piece};
use crate::ui::table::{Align, Column, Width};
use crate::ui::{bar, text};

/// Columns from which there is room for longer bars and states.
const WIDE: u16 = 150;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineColumn {
    Mark,
    Name,
    Pool,
    Type,
    Zone,
    Capacity,
    Cpu,
    Memory,
    Used,
    Pods,
    Price,
    Age,
    State,
}

impl MachineColumn {
    /// In the order of the table.
    const ALL: [Self; 13] = [
        Self::Mark,
        Self::Name,
        Self::Pool,
        Self::Type,
        Self::Zone,
        Self::Capacity,
        Self::Cpu,
        Self::Memory,
        Self::Used,
        Self::Pods,
        Self::Price,
        Self::Age,
        Self::State,
    ];

    /// Those that have something to say.
    #[must_use]
    pub fn useful(open: &State) -> Vec<Self> {
        let is_useful = |column: &Self| match column {
            Self::Pool => open.grouping != Grouping::Pool,
            Self::Type => open.grouping != Grouping::Type,
            Self::Zone => open.grouping != Grouping::Zone,
            Self::Capacity => open.grouping != Grouping::Capacity,
            Self::Used => open.scene.whole.used.is_some(),
            // Why no price is known is said above the list.
            Self::Price => open.scene.whole.price() != HourlyPrice::Unknown,
            _ => true,
        };
        Self::ALL.into_iter().filter(is_useful).collect()
    }

    /// The column that the lines are in the order of.
    #[must_use]
    pub fn of(order: MachineOrder) -> Self {
        match order {
            MachineOrder::State => Self::Mark,
            MachineOrder::Name => Self::Name,
            MachineOrder::Cpu => Self::Cpu,
            MachineOrder::Memory => Self::Memory,
            MachineOrder::Price => Self::Price,
            MachineOrder::Age => Self::Age,
        }
    }

    /// Its heading and its room; those of the highest number go first where there is little.
    #[must_use]
    pub fn slot(self, sizes: MachineSizes, width: u16) -> Column {
        let bars = Width::Fixed(u16::try_from(bar_cells(width) + 5).unwrap_or(10));
        let (title, width, align, priority) = match self {
            Self::Mark => ("", Width::Fixed(1), Align::Left, 0),
            Self::Name => ("NODE", Width::Fixed(sizes.name), Align::Left, 0),
            Self::Pool => ("POOL", Width::Fixed(sizes.pool), Align::Left, 6),
            Self::Type => ("TYPE", Width::Fixed(sizes.kind), Align::Left, 7),
            Self::Zone => ("ZONE", Width::Fixed(4), Align::Left, 9),
            Self::Capacity => ("CAP", Width::Fixed(4), Align::Left, 8),
            Self::Cpu => ("CPU REQ", bars, Align::Left, 2),
            Self::Memory => ("MEM REQ", bars, Align::Left, 3),
            Self::Used => ("CPU MEM USED", Width::Fixed(12), Align::Right, 11),
            Self::Pods => ("PODS", Width::Fixed(7), Align::Right, 10),
            Self::Price => ("$/h", Width::Fixed(6), Align::Right, 5),
            Self::Age => ("AGE", Width::Fixed(4), Align::Right, 4),
            Self::State => ("STATE", Width::Min(sizes.state), Align::Left, 1),
        };
        Column { title: title.into(), width, align, priority }
    }
}

/// Cells of a bar.
fn bar_cells(width: u16) -> usize {
    match width {
        0..100 => 4,
        100..WIDE => 5,
        _ => 8,
    }
}

/// Room for what is longest in each column, within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineSizes {
    name: u16,
    pool: u16,
    kind: u16,
    state: u16,
}

impl MachineSizes {
    /// Of all that is listed.
    #[must_use]
    pub fn of(app: &App, open: &State, width: u16) -> Self {
        let now = app.shell.world.now;
        let rows = || open.scene.machines.iter();
        let longest = |all: &mut dyn Iterator<Item = usize>| all.max().unwrap_or(0);
        let cells = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let names = longest(&mut rows().map(|row| text::width(&row.shown)));
        let heads = longest(&mut open.lines.iter().filter_map(|line| match line {
            ListLine::Group(head) => Some(pen::width(&title(head))),
            ListLine::Machine(_) => None,
        }));
        let words =
            |row: &MachineRow| if row.story.is_some() { text::width(&row.state(now)) } else { text::width(&row.state) };
        let states = longest(&mut rows().map(words));
        let most = match width {
            0..100 => 19,
            100..WIDE => 34,
            _ => 60,
        };
        Self {
            name: cells(names.max(heads)).clamp(14, if width < 100 { 18 } else { 28 }),
            pool: cells(longest(&mut rows().map(|row| text::width(&row.owner)))).clamp(4, 16),
            kind: cells(longest(&mut rows().map(|row| row.instance_type.len()))).clamp(4, 14),
            state: cells(states).clamp(12, most),
        }
    }
}

/// What a cell says of a line.
#[must_use]
pub fn pieces(
    app: &App,
    open: &State,
    cluster: &Cluster,
    line: &ListLine,
    column: MachineColumn,
    width: u16,
) -> Vec<Piece> {
    match line {
        ListLine::Group(head) if column == MachineColumn::Mark => mark_of_group(app, open, head),
        ListLine::Group(head) => of_group(head, column, width),
        ListLine::Machine(at) => {
            open.scene.machines.get(*at).map(|row| of_row(app, cluster, row, column, width)).unwrap_or_default()
        }
    }
}

/// The mark of a line: what is wrong with it, or where it is in its life.
#[must_use]
pub fn mark(app: &App, cluster: &Cluster, row: &MachineRow) -> Piece {
    // As it is now: what is wrong is looked at after what was heard.
    let worst = app.shell.world.health.of(&row.thing).map(|finding| finding.severity).max();
    let (mark, role) = match (worst, row.stage) {
        (_, MachineStage::Lost) => ("✖", Role::Dim),
        (Some(severity @ (Severity::Warning | Severity::Critical)), _) => findings::mark(severity),
        (_, MachineStage::NotReady) => ("✖", Role::Critical),
        _ if row.is_late() => ("▲", Role::Warning),
        (_, MachineStage::Coming) => ("◐", Role::Accent),
        _ if cluster.objects.standing(ObjectKind::Node).fault().is_some() => ("◌", Role::Stale),
        _ => ("●", Role::Good),
    };
    (mark.into(), role)
}

fn of_row(app: &App, cluster: &Cluster, row: &MachineRow, column: MachineColumn, width: u16) -> Vec<Piece> {
    let now = app.shell.world.now;
    let is_node = matches!(row.stage, MachineStage::Ready | MachineStage::NotReady);
    let base = if row.stage == MachineStage::Lost { Role::Dim } else { Role::Text };
    let dim = |words: &str| vec![(words.to_owned(), Role::Dim)];
    match column {
        MachineColumn::Mark => vec![mark(app, cluster, row)],
        MachineColumn::Name => vec![(row.shown.clone(), base)],
        MachineColumn::Pool => dim(&row.owner),
        MachineColumn::Type => vec![(row.instance_type.clone(), base)],
        MachineColumn::Zone => dim(&row.zone),
        MachineColumn::Capacity => dim(row.capacity),
        MachineColumn::Cpu | MachineColumn::Memory if !is_node => Vec::new(),
        MachineColumn::Cpu => requested(row.requested.as_ref(), &row.allocatable, |all| all.cpu, width),
        MachineColumn::Memory => requested(row.requested.as_ref(), &row.allocatable, |all| all.memory, width),
        MachineColumn::Used | MachineColumn::Pods if !is_node => Vec::new(),
        MachineColumn::Used => used(row.used, &row.allocatable),
        MachineColumn::Pods => pods(row.pods, row.allocatable.pods),
        MachineColumn::Price => row.price.map(price::cell).into_iter().collect(),
        MachineColumn::Age => {
            let age = row.since.map(|since| format::coarse_age(format::since(now, since)));
            vec![(age.unwrap_or_else(|| UNKNOWN.into()), Role::Dim)]
        }
        MachineColumn::State => state(row, &row.state(now)),
    }
}

/// What is said of a line's state, in its role.
#[must_use]
pub fn state(row: &MachineRow, words: &str) -> Vec<Piece> {
    let role = match row.stage {
        MachineStage::Lost => Role::Dim,
        MachineStage::NotReady => Role::Critical,
        MachineStage::Coming => Role::Text,
        MachineStage::Ready if row.is_going => Role::Accent,
        MachineStage::Ready => Role::Warning,
    };
    // Two pieces are cut at the end, one in the middle.
    vec![(words.to_owned(), role), (String::new(), role)]
}

/// The first cell of a group: its name and how many it has.
fn title(head: &GroupHead) -> Vec<Piece> {
    let count = head.sum.nodes;
    let nodes = if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") };
    let fold = if head.is_folded { "+ " } else { "" };
    vec![(format!("{fold}{} ", head.title), Role::Header), (nodes, Role::Dim)]
}

/// The mark of a pool, as its page has it.
fn mark_of_group(app: &App, open: &State, head: &GroupHead) -> Vec<Piece> {
    let card = head.pool.as_ref().and_then(|pool| open.scene.pools.iter().find(|card| card.name == *pool));
    let worst = card.and_then(|card| app.shell.world.health.of(&card.thing).map(|finding| finding.severity).max());
    let (mark, role) = worst.map_or(("", Role::Text), findings::mark);
    vec![(mark.into(), role)]
}

fn of_group(head: &GroupHead, column: MachineColumn, width: u16) -> Vec<Piece> {
    let sum = &head.sum;
    let has_nodes = sum.nodes > 0;
    match column {
        MachineColumn::Name => title(head),
        MachineColumn::Cpu if has_nodes => requested(sum.requested.as_ref(), &sum.allocatable, |all| all.cpu, width),
        MachineColumn::Memory if has_nodes => {
            requested(sum.requested.as_ref(), &sum.allocatable, |all| all.memory, width)
        }
        MachineColumn::Used => sum.used.as_ref().map(|(all, of)| used(Some(*all), of)).unwrap_or_default(),
        MachineColumn::Pods if has_nodes => pods(sum.pods, sum.allocatable.pods),
        MachineColumn::Price if has_nodes => vec![price::cell(sum.price())],
        MachineColumn::State => counts(sum),
        _ => Vec::new(),
    }
}

/// What is on its way, and of which capacity the nodes are.
fn counts(sum: &MachineSum) -> Vec<Piece> {
    let counts = [
        (sum.nodes - sum.ready.min(sum.nodes), "not ready", Role::Critical),
        (sum.coming, "coming", Role::Accent),
        (sum.going, "going", Role::Accent),
        (sum.lost, "lost", Role::Warning),
        (sum.on_demand, "od", Role::Dim),
        (sum.spot, "spot", Role::Dim),
        (sum.reserved, "rsv", Role::Dim),
    ];
    let mut pieces: Vec<Piece> = Vec::new();
    for (count, words, role) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let comma = if pieces.is_empty() { "" } else { ", " };
        pieces.push((comma.to_owned(), Role::Dim));
        pieces.push((format!("{count} {words}"), role));
    }
    pieces
}

/// What pods ask for of what there is.
fn requested(asked: Option<&Resources>, all: &Resources, of: fn(&Resources) -> i64, width: u16) -> Vec<Piece> {
    let Some(asked) = asked else { return vec![(UNKNOWN.into(), Role::Faint)] };
    let Some(share) = bar::share(of(asked), of(all)) else { return vec![(MISSING.into(), Role::Faint)] };
    let mut pieces = bar::bar(share, bar_cells(width), Role::ChartLine).to_vec();
    pieces.push((format!("{:>4}", format!("{:.0}", share * 100.0)), Role::Text));
    pieces.push(("%".into(), Role::Dim));
    pieces
}

/// What is used, told apart from what is asked for: numbers, and no bar.
fn used(used: Option<Used>, all: &Resources) -> Vec<Piece> {
    let Some(used) = used else { return vec![(UNKNOWN.into(), Role::Faint)] };
    let of = |part, whole| bar::share(part, whole).map_or_else(|| UNKNOWN.into(), bar::percent);
    let (cpu, memory) = (of(used.cpu, all.cpu), of(used.memory, all.memory));
    vec![(format!("{cpu:>5} {memory:>6}"), Role::Text)]
}

fn pods(count: Option<usize>, most: i64) -> Vec<Piece> {
    match count {
        Some(count) => vec![(count.to_string(), Role::Text), (format!("/{most}"), Role::Dim)],
        None => vec![(UNKNOWN.into(), Role::Faint), (format!("/{most}"), Role::Dim)],
    }
}
