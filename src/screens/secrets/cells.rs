//! The columns of the list of secrets, and what a cell says.

use jiff::Timestamp;

use super::row::{SecretRecovery, SecretRow};
use super::state::SecretOrder;
use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::screens::clusters::badge;
use crate::screens::findings;
use crate::services::secrets::health::SecretTwin;
use crate::services::secrets::{RotationState, rotation, schedule};
use crate::theme::Role;
use crate::ui::environment::{in_row, names_width};
use crate::ui::format::{self, MISSING, UNKNOWN};
use crate::ui::pen::Piece;
use crate::ui::table::{Align, Column, Width};
use crate::ui::text;
use crate::world::Scope;

/// Seconds of a day: of the last reading AWS tells no more than the day.
const DAY: i64 = 86_400;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretColumn {
    Mark,
    Environment,
    Name,
    Region,
    Rotation,
    Rotated,
    Changed,
    Read,
    Recovery,
    Owner,
}

impl SecretColumn {
    /// In the order of the table.
    const ALL: [Self; 10] = [
        Self::Mark,
        Self::Environment,
        Self::Name,
        Self::Region,
        Self::Rotation,
        Self::Rotated,
        Self::Changed,
        Self::Read,
        Self::Recovery,
        Self::Owner,
    ];

    /// Those that have something to say.
    #[must_use]
    pub fn useful(app: &App) -> Vec<Self> {
        let all = &app.secrets.all;
        let is_useful = |column: &Self| match column {
            Self::Environment => app.shell.scope == Scope::All && app.shell.world.estate.count() > 1,
            Self::Rotated => all.iter().any(|row| row.secret.rotation.last.is_some()),
            Self::Recovery => all.iter().any(|row| row.recovery != SecretRecovery::NoRegion),
            Self::Owner => all.iter().any(|row| row.secret.owning_service.is_some()),
            _ => true,
        };
        Self::ALL.into_iter().filter(is_useful).collect()
    }

    /// The column that the rows are in the order of.
    #[must_use]
    pub fn of(order: SecretOrder) -> Self {
        match order {
            SecretOrder::Trouble => Self::Mark,
            SecretOrder::Name => Self::Name,
            SecretOrder::Environment => Self::Environment,
            SecretOrder::Changed => Self::Changed,
            SecretOrder::Read => Self::Read,
        }
    }

    /// Its heading and its room; those of the highest number go first where there is little.
    #[must_use]
    pub fn slot(self, app: &App) -> Column {
        let environments = || app.shell.world.estate.environments().map(|(_, environment)| environment);
        let longest = |words: &dyn Fn(&SecretRow) -> String| {
            app.secrets.all.iter().map(|row| text::width(&words(row))).max().unwrap_or(0)
        };
        let said = |row: &SecretRow| self.pieces(app, row).into_iter().map(|(words, _)| words).collect();
        let fixed = |cells: usize| Width::Fixed(u16::try_from(cells).unwrap_or(u16::MAX));
        let (title, width, align, priority) = match self {
            Self::Mark => ("", Width::Fixed(1), Align::Left, 1),
            Self::Environment => ("ENV", fixed(names_width(environments()).clamp(4, 14)), Align::Left, 3),
            Self::Name => {
                let name = longest(&|row| row.secret.name.clone()).clamp(12, 32);
                ("SECRET", Width::Min(u16::try_from(name).unwrap_or(32)), Align::Left, 0)
            }
            Self::Region => ("REGION", fixed(longest(&|row| row.region.to_string()).clamp(6, 16)), Align::Left, 8),
            Self::Rotation => ("ROTATION", fixed(longest(&said).clamp(8, 22)), Align::Left, 2),
            Self::Rotated => ("ROTATED", Width::Fixed(7), Align::Right, 5),
            Self::Changed => ("CHANGED", Width::Fixed(7), Align::Right, 4),
            Self::Read => ("READ", Width::Fixed(5), Align::Right, 6),
            Self::Recovery => ("RECOVERY", fixed(longest(&said).clamp(8, 24)), Align::Left, 3),
            Self::Owner => ("BY", fixed(longest(&said).clamp(3, 12)), Align::Left, 9),
        };
        Column { title: title.into(), width, align, priority }
    }

    /// What its cell says of a secret.
    #[must_use]
    pub fn pieces(self, app: &App, row: &SecretRow) -> Vec<Piece> {
        let now = app.shell.world.now;
        let secret = &row.secret;
        let dim = |words: &str| vec![(words.to_owned(), Role::Dim)];
        match self {
            Self::Mark => vec![mark(row)],
            Self::Environment => vec![in_row(badge(app, row.site, row.environment))],
            Self::Name if secret.deleted.is_some() => dim(&secret.name),
            Self::Name => vec![(secret.name.clone(), Role::Text)],
            Self::Region => dim(&row.region),
            Self::Rotation => vec![rotation_piece(row, now)],
            Self::Rotated => age(now, secret.rotation.last),
            Self::Changed => age(now, secret.changed),
            Self::Read if row.is_missing => vec![(MISSING.into(), Role::Faint)],
            Self::Read => vec![(read_words(now, secret.read_on), Role::Dim)],
            Self::Recovery => vec![recovery_piece(row)],
            Self::Owner => dim(secret.owning_service.as_deref().unwrap_or_default()),
        }
    }
}

/// The worst that is wrong with it; what nobody can read is not well.
#[must_use]
pub fn mark(row: &SecretRow) -> Piece {
    let (mark, role) = match row.worst {
        Some(severity @ (Severity::Warning | Severity::Critical)) => findings::mark(severity),
        _ if row.secret.deleted.is_some() => ("·", Role::Dim),
        _ => ("●", Role::Good),
    };
    (mark.into(), role)
}

fn rotation_piece(row: &SecretRow, now: Timestamp) -> Piece {
    let secret = &row.secret;
    if row.is_missing {
        return ("missing".into(), Role::Warning);
    }
    if secret.deleted.is_some() {
        return ("to be deleted".into(), Role::Warning);
    }
    if matches!(row.recovery, SecretRecovery::ReplicaOf(_)) {
        // It is rotated where it was made.
        return (MISSING.into(), Role::Faint);
    }
    match rotation(secret, now) {
        RotationState::Off => ("off".into(), Role::Dim),
        RotationState::On => (schedule(&secret.rotation).unwrap_or_else(|| "on".into()), Role::Text),
        state @ RotationState::Running => (state.as_str().into(), Role::Accent),
        state @ (RotationState::Late | RotationState::Stuck) => (state.as_str().into(), Role::Warning),
    }
}

fn age(now: Timestamp, at: Option<Timestamp>) -> Vec<Piece> {
    vec![at.map_or_else(|| (MISSING.into(), Role::Faint), |at| (format::coarse_age(format::since(now, at)), Role::Dim))]
}

/// The day of the last reading: `today`, `3d`, `never`.
#[must_use]
pub fn read_words(now: Timestamp, day: Option<Timestamp>) -> String {
    match day.map(|day| now.duration_since(day).as_secs().div_euclid(DAY)) {
        None => "never".into(),
        Some(..=0) => "today".into(),
        Some(days) => format!("{days}d"),
    }
}

/// What the region for disaster recovery has of it.
#[must_use]
pub fn recovery_piece(row: &SecretRow) -> Piece {
    match &row.recovery {
        SecretRecovery::NoRegion => (MISSING.into(), Role::Faint),
        SecretRecovery::ReplicaOf(region) => (format!("replica of {region}"), Role::Dim),
        SecretRecovery::In(_, None) => (UNKNOWN.into(), Role::Unknown),
        SecretRecovery::In(region, Some(SecretTwin::Replica)) => (region.to_string(), Role::Text),
        SecretRecovery::In(region, Some(SecretTwin::Stranger)) => (format!("own in {region}"), Role::Dim),
        SecretRecovery::In(_, Some(SecretTwin::None)) if row.secret.owning_service.is_some() => {
            (MISSING.into(), Role::Faint)
        }
        SecretRecovery::In(region, Some(SecretTwin::None)) => (format!("not in {region}"), Role::Warning),
    }
}
