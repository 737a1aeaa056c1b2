//! The story of a row as lines of the screen, and its reasons in short.

use super::places::AuditParts;
use super::{cells, places};
use crate::domain::text::clean;
use crate::screens::State as App;
use crate::screens::executions;
use crate::theme::Role;
use crate::trail::{Row, StoryLine, Telling};
use crate::ui::prose::{self, Line};
use crate::ui::{format, text};

/// The whole story of a row, wrapped to so many columns: which it is, then all that its records tell.
#[must_use]
pub fn lines(app: &App, telling: &Telling, row: &Row, width: usize) -> Vec<Line> {
    let (mark, role) = cells::mark(&row.outcome);
    let (badge, of_badge) = cells::badge(app, row);
    let mut lines = vec![vec![
        (format!(" {mark} "), role),
        (row.outcome.word().to_owned(), role),
        ("  ".into(), Role::Text),
        (badge, of_badge),
        (format!("  {}", clean(&format!("{} {}", row.operation, row.target)).trim()), Role::Text),
    ]];
    lines.push(Line::new());
    // A column of air at both sides.
    let width = width.saturating_sub(1);
    for told in telling.story(row) {
        match told {
            StoryLine::Heading(words) => {
                lines.push(Line::new());
                lines.push(vec![(format!(" {words}"), Role::Header)]);
            }
            StoryLine::Warning(words) => {
                lines.extend(prose::hanging(vec![(" ✖ ".into(), Role::Critical)], &words, Role::Critical, width));
            }
            StoryLine::Fact { indent, name, column, text: words } => {
                // Where there is little room the column gives way.
                let column = column.min(width / 3);
                let padding = column.saturating_sub(text::width(&name));
                let lead = vec![(" ".repeat(indent + 1), Role::Text), (format!("{name}{:padding$}  ", ""), Role::Dim)];
                lines.extend(prose::hanging(lead, &words, Role::Text, width));
            }
            StoryLine::Line { indent, text: words } => {
                lines.extend(prose::hanging(vec![(" ".repeat(indent + 1), Role::Text)], &words, Role::Text, width));
            }
        }
    }
    lines
}

/// What was done and by whom, the reason that was given, and why it came so, a line each.
#[must_use]
pub fn short(row: &Row) -> Vec<Line> {
    let said = |name: &str, words: &str| {
        let words = if words.is_empty() { format::MISSING.to_owned() } else { clean(words) };
        vec![prose::label(name), (words, Role::Text)]
    };
    let place = if row.region.is_empty() { String::new() } else { format!(" in {}", row.region) };
    let what = format!("{} {}{place}", row.what(), row.target);
    let by = format!("{}, by {} ({}@{})", what.trim_end(), row.who, row.os_user, row.host);
    vec![said("What", &by), said("Reason", &row.reason), said("Why", &row.why)]
}

/// How far the story that fills the body can be scrolled.
#[must_use]
pub fn most(app: &App) -> usize {
    let (Some(telling), Some(row)) = (&app.audit.telling, app.audit.current_row()) else { return 0 };
    let width = usize::from(executions::body(&app.shell).width.min(AuditParts::of_screen(app).story));
    lines(app, telling, row, width).len().saturating_sub(places::story_page(app))
}
