//! The columns of the table, and what a cell says.

use super::heading;
use super::row::AlarmRow;
use super::state::AlarmOrder;
use super::words;
use crate::domain::Remote;
use crate::screens::State as App;
use crate::services::alarms::AlarmState;
use crate::theme::Role;
use crate::ui::environment::{in_row, shown_name};
use crate::ui::pen::Piece;
use crate::ui::table::{Align, Column, Width};
use crate::ui::{format, text};
use crate::world::Scope;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmColumn {
    Mark,
    Name,
    Environment,
    Condition,
    Watches,
    Since,
}

impl AlarmColumn {
    /// In the order of the table.
    const ALL: [Self; 6] = [Self::Mark, Self::Name, Self::Environment, Self::Condition, Self::Watches, Self::Since];

    /// Those that have something to say.
    #[must_use]
    pub fn useful(app: &App) -> Vec<Self> {
        let screen = &app.alarms;
        let is_mixed = app.shell.scope == Scope::All && app.shell.world.estate.count() > 1;
        let is_useful = |column: &Self| match column {
            Self::Environment => is_mixed || screen.has_strays,
            _ => true,
        };
        Self::ALL.into_iter().filter(is_useful).collect()
    }

    /// The column that the rows are in the order of.
    #[must_use]
    pub fn of(order: AlarmOrder) -> Self {
        match order {
            AlarmOrder::State => Self::Mark,
            AlarmOrder::Name => Self::Name,
            AlarmOrder::Since => Self::Since,
            AlarmOrder::Environment => Self::Environment,
        }
    }

    /// Its heading and its room; those of the highest number go first where there is little.
    #[must_use]
    pub fn slot(self, app: &App) -> Column {
        let (title, width, align, priority) = match self {
            Self::Mark => ("", Width::Fixed(1), Align::Left, 1),
            Self::Name => ("ALARM", Width::Min(app.alarms.name_width), Align::Left, 0),
            Self::Environment => ("ENV", Width::Fixed(environment_width(app)), Align::Left, 3),
            Self::Condition => ("CONDITION", Width::Min(30), Align::Left, 4),
            Self::Watches => ("WATCHES", Width::Min(20), Align::Left, 5),
            Self::Since => ("SINCE", Width::Fixed(6), Align::Right, 2),
        };
        Column { title: title.into(), width, align, priority }
    }

    /// What its cell says of an alarm.
    #[must_use]
    pub fn pieces(self, app: &App, row: &AlarmRow) -> Vec<Piece> {
        match self {
            Self::Mark => vec![mark(app, row)],
            Self::Name => {
                let silence = row.silent.map(|silence| (silence.prefix().to_owned(), Role::Warning));
                silence.into_iter().chain([(row.name.to_string(), Role::Text)]).collect()
            }
            Self::Environment => vec![in_row(heading::badge(app, row))],
            // Two pieces are cut at the end, one in the middle.
            Self::Condition => vec![(row.condition.clone(), Role::Text), (String::new(), Role::Text)],
            Self::Watches => vec![(row.watches.clone(), Role::Dim)],
            Self::Since => {
                let role = if row.state == AlarmState::Alarm { Role::Text } else { Role::Dim };
                let age = row.since.map(|at| words::age(app.shell.world.now, at));
                vec![age.map_or((format::UNKNOWN.to_owned(), Role::Faint), |age| (age, role))]
            }
        }
    }
}

/// Of an old list, what was wrong when it was last read stays coloured.
fn mark(app: &App, row: &AlarmRow) -> Piece {
    let (mark, role) = words::mark(row.state);
    let is_old = matches!(app.shell.world.site(row.site).map(|data| &data.alarms.all), Some(Remote::Stale { .. }));
    (mark.into(), if is_old && row.state == AlarmState::Ok { Role::Stale } else { role })
}

/// Room for the names of the environments, and for regions where some alarms belong to none.
fn environment_width(app: &App) -> u16 {
    let estate = &app.shell.world.estate;
    let names = estate.environments().map(|(_, environment)| text::width(&shown_name(environment))).max().unwrap_or(4);
    let regions = estate.sites().map(|(_, site)| text::width(&site.region)).max().filter(|_| app.alarms.has_strays);
    u16::try_from(names.min(12).max(regions.unwrap_or(0)).clamp(4, 14)).unwrap_or(14)
}
