//! The columns of the list of clusters, and what a cell says.

use super::row::ClusterRow;
use super::state::ClusterOrder;
use super::{heading, price, version};
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::screens::findings;
use crate::theme::Role;
use crate::ui::environment::{in_row, names_width};
use crate::ui::format::{self, MISSING, UNKNOWN};
use crate::ui::pen::Piece;
use crate::ui::table::{Align, Column, Width};
use crate::ui::{bar, text};
use crate::world::Scope;

/// Columns from which support is told in words.
const ROOMY: u16 = 110;
/// Cells of a bar.
const BAR: usize = 5;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterColumn {
    Mark,
    Environment,
    Name,
    Region,
    Version,
    Support,
    Status,
    Nodes,
    Waiting,
    Cpu,
    Memory,
    Price,
    Data,
    Endpoint,
    Platform,
}

impl ClusterColumn {
    /// In the order of the table.
    const ALL: [Self; 15] = [
        Self::Mark,
        Self::Environment,
        Self::Name,
        Self::Region,
        Self::Version,
        Self::Support,
        Self::Status,
        Self::Nodes,
        Self::Waiting,
        Self::Cpu,
        Self::Memory,
        Self::Price,
        Self::Data,
        Self::Endpoint,
        Self::Platform,
    ];

    /// Those that have something to say.
    #[must_use]
    pub fn useful(app: &App, width: u16) -> Vec<Self> {
        let now = app.shell.world.now;
        let has_support =
            || app.clusters.all.iter().any(|row| !version::support(&row.eks, row.version.as_ref(), now).is_empty());
        let is_useful = |column: &Self| match column {
            Self::Environment => app.shell.scope == Scope::All && app.shell.world.estate.count() > 1,
            Self::Support => width >= ROOMY && has_support(),
            Self::Status => app.clusters.all.iter().any(|row| &*row.eks.status != "ACTIVE"),
            _ => true,
        };
        Self::ALL.into_iter().filter(is_useful).collect()
    }

    /// The column that the rows are in the order of.
    #[must_use]
    pub fn of(order: ClusterOrder) -> Self {
        match order {
            ClusterOrder::Trouble => Self::Mark,
            ClusterOrder::Name => Self::Name,
            ClusterOrder::Environment => Self::Environment,
            ClusterOrder::Version => Self::Version,
            ClusterOrder::Nodes => Self::Nodes,
        }
    }

    /// Its heading and its room; those of the highest number go first where there is little.
    #[must_use]
    pub fn slot(self, app: &App) -> Column {
        let environments = || app.shell.world.estate.environments().map(|(_, environment)| environment);
        let longest = |words: &dyn Fn(&ClusterRow) -> String| {
            app.clusters.all.iter().map(|row| text::width(&words(row))).max().unwrap_or(0)
        };
        let fixed = |cells: usize| Width::Fixed(u16::try_from(cells).unwrap_or(u16::MAX));
        let (title, width, align, priority) = match self {
            Self::Mark => ("", Width::Fixed(1), Align::Left, 1),
            Self::Environment => ("ENV", fixed(names_width(environments()).clamp(4, 14)), Align::Left, 3),
            Self::Name => {
                let name = longest(&|row| row.eks.name.to_string()).clamp(12, 32);
                ("CLUSTER", Width::Min(u16::try_from(name).unwrap_or(32)), Align::Left, 0)
            }
            Self::Region => ("REGION", fixed(longest(&|row| row.region.to_string()).clamp(6, 16)), Align::Left, 8),
            Self::Version => ("VERSION", Width::Fixed(7), Align::Left, 2),
            Self::Support => {
                let support = longest(&|row| words(&self.pieces(app, row))).clamp(7, 44);
                ("SUPPORT", Width::Min(u16::try_from(support).unwrap_or(44)), Align::Left, 9)
            }
            Self::Status => ("STATUS", fixed(longest(&|row| row.eks.status.to_string()).clamp(6, 10)), Align::Left, 5),
            Self::Nodes => ("NODES", Width::Fixed(7), Align::Right, 2),
            Self::Waiting => ("WAIT", Width::Fixed(4), Align::Right, 3),
            Self::Cpu => ("CPU REQ", Width::Fixed(10), Align::Left, 6),
            Self::Memory => ("MEM REQ", Width::Fixed(10), Align::Left, 7),
            Self::Price => ("$/h", Width::Fixed(7), Align::Right, 5),
            Self::Data => {
                let data = longest(&|row| words(&self.pieces(app, row))).clamp(4, 22);
                ("DATA", fixed(data), Align::Left, 4)
            }
            Self::Endpoint => ("ENDPOINT", fixed(longest(&endpoint).clamp(8, 18)), Align::Left, 10),
            Self::Platform => ("PLATFORM", Width::Fixed(8), Align::Left, 11),
        };
        Column { title: title.into(), width, align, priority }
    }

    /// What its cell says of a cluster.
    #[must_use]
    pub fn pieces(self, app: &App, row: &ClusterRow) -> Vec<Piece> {
        let now = app.shell.world.now;
        let inside = &row.inside;
        let dim = |words: &str| vec![(words.to_owned(), Role::Dim)];
        let unknown = || vec![(UNKNOWN.to_owned(), Role::Faint)];
        match self {
            Self::Mark => vec![mark(row)],
            Self::Environment => vec![in_row(heading::badge(app, row.site, row.environment))],
            Self::Name => vec![(row.eks.name.to_string(), Role::Text)],
            Self::Region => dim(&row.region),
            Self::Version => {
                let support = version::support(&row.eks, row.version.as_ref(), now);
                let role = support.first().map_or(Role::Text, |(_, role)| *role);
                vec![(row.eks.version.to_string(), role)]
            }
            Self::Support => {
                let mut pieces = version::support(&row.eks, row.version.as_ref(), now);
                pieces.iter_mut().skip(1).for_each(|(words, _)| words.insert(0, ' '));
                pieces
            }
            Self::Status => match &*row.eks.status {
                "ACTIVE" => dim("ACTIVE"),
                "FAILED" => vec![("FAILED".into(), Role::Critical)],
                status => vec![(status.to_owned(), Role::Accent)],
            },
            Self::Nodes => match &inside.nodes {
                Some(nodes) if nodes.ready < nodes.nodes => {
                    vec![(nodes.ready.to_string(), Role::Warning), (format!("/{}", nodes.nodes), Role::Dim)]
                }
                Some(nodes) => vec![(nodes.ready.to_string(), Role::Text), (format!("/{}", nodes.nodes), Role::Dim)],
                None => unknown(),
            },
            Self::Waiting => match inside.waiting {
                Some(0) => dim("0"),
                Some(count) => vec![(count.to_string(), Role::Warning)],
                None => unknown(),
            },
            Self::Cpu => share(inside, |resources| resources.cpu),
            Self::Memory => share(inside, |resources| resources.memory),
            Self::Price => {
                vec![inside.nodes.as_ref().map_or((UNKNOWN.into(), Role::Faint), |all| price::cell(all.price))]
            }
            Self::Data => data(app, row),
            Self::Endpoint => dim(&endpoint(row)),
            Self::Platform => dim(&row.eks.platform),
        }
    }
}

/// The worst that is wrong with it. Nothing is good of a cluster into which nobody can look.
#[must_use]
pub fn mark(row: &ClusterRow) -> Piece {
    let (mark, role) = match row.worst {
        Some(severity @ (Severity::Warning | Severity::Critical)) => findings::mark(severity),
        _ if row.inside.at.is_none() => ("○", Role::Unknown),
        _ if row.inside.fault.is_some() => ("◌", Role::Stale),
        _ => ("●", Role::Good),
    };
    (mark.into(), role)
}

/// What its pods ask for of what its nodes have.
fn share(
    inside: &super::row::Inside,
    of: impl Fn(&crate::services::kubernetes::model::Resources) -> i64,
) -> Vec<Piece> {
    let unknown = vec![(UNKNOWN.to_owned(), Role::Faint)];
    let (Some(nodes), Some(_)) = (&inside.nodes, inside.waiting) else { return unknown };
    let Some(share) = bar::share(of(&nodes.requested), of(&nodes.allocatable)) else {
        return vec![(MISSING.into(), Role::Faint)];
    };
    let mut pieces = bar::bar(share, BAR, Role::ChartLine).to_vec();
    pieces.push((format!(" {:>4}", bar::percent(share).replace(' ', "")), Role::Text));
    pieces
}

/// How old what its API server told is, or why it tells nothing.
fn data(app: &App, row: &ClusterRow) -> Vec<Piece> {
    let age = row.inside.at.map(|at| {
        let age = format::since(app.shell.world.now, at);
        // Counting seconds would be noise.
        if age.as_secs() < 60 { "< 1m".to_owned() } else { format::coarse_age(age) }
    });
    match (age, &row.inside.fault) {
        (Some(age), None) => vec![(age, Role::Dim)],
        (Some(age), Some(fault)) => {
            vec![(format!("◌ {age} "), Role::Stale), (fault.word().to_owned(), Role::Warning)]
        }
        (None, Some(fault)) => vec![(fault.word().to_owned(), Role::Warning)],
        (None, None) => vec![("reading …".into(), Role::Dim)],
    }
}

fn endpoint(row: &ClusterRow) -> String {
    version::endpoint(&row.eks).trim_end_matches(" endpoint").to_owned()
}

fn words(pieces: &[Piece]) -> String {
    pieces.iter().map(|(words, _)| words.as_str()).collect()
}
