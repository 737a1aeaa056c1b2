//! What stands above the list of secrets: how many, and of each site that could not be read why.

use std::sync::Arc;

use crate::screens::State as App;
use crate::screens::list::sites::{self, SiteList};
use crate::services::secrets::{RotationState, Secret, rotation};
use crate::theme::Role;
use crate::ui::prose::Line;

/// Columns from which the order is said.
const ROOMY: u16 = 70;

/// The list, and its words.
const LIST: SiteList<Arc<Secret>> =
    SiteList { of: |data| &data.services.secrets.all, what: "secrets", asking: "asking Secrets Manager" };

/// Of each site whose list is old or was never read: why, and what to do.
#[must_use]
pub fn notices(app: &App) -> Vec<Line> {
    LIST.notices(app)
}

/// Of each site what was asked and found, where no secret is shown.
#[must_use]
pub fn found(app: &App) -> Vec<Line> {
    let screen = &app.secrets;
    if screen.all.is_empty() { LIST.found(app) } else { vec![sites::nothing_matches(app, &screen.filter)] }
}

/// The left side of the title: filter and counts.
#[must_use]
pub fn left(app: &App) -> Line {
    let screen = &app.secrets;
    let mut line: Line = vec![(" Secrets".into(), Role::Header)];
    if !screen.filter.is_empty() {
        line.push((format!("  /{}", screen.filter), Role::Match));
    }
    let (rows, total) = (screen.rows.len(), screen.all.len());
    if total > 0 {
        let words = if rows == total { format!("  {total}") } else { format!("  {rows} of {total}") };
        line.push((words, Role::Dim));
    }
    let now = app.shell.world.now;
    let of = |state: RotationState| screen.all.iter().filter(|row| rotation(&row.secret, now) == state).count();
    for (count, words) in [(of(RotationState::Stuck), "stuck in rotation"), (of(RotationState::Late), "late")] {
        if count > 0 {
            line.push((format!("  {count} {words}"), Role::Warning));
        }
    }
    let deleted = screen.all.iter().filter(|row| row.secret.deleted.is_some()).count();
    if deleted > 0 {
        line.push((format!("  {deleted} marked for deletion"), Role::Dim));
    }
    line
}

/// The right side of the title: the order.
#[must_use]
pub fn right(app: &App, width: u16) -> Line {
    let words = app.secrets.order_words().filter(|_| width >= ROOMY);
    words.into_iter().map(|words| (words, Role::Dim)).collect()
}
