//! What stands above the list: whether the chain holds, whose journal it is, how far back it goes, and what of it is
//! not shown.

use super::scope::environment;
use crate::domain::text::{clean, with_commas};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::theme::Role;
use crate::trail::{MOST, Telling};
use crate::ui::pen::Piece;
use crate::ui::prose::{self, Line};
use crate::ui::{format, pen, text};

/// All lines of it, for so many columns.
#[must_use]
pub fn lines(app: &App, width: usize) -> Vec<Line> {
    let mut lead = title(app);
    let Some(telling) = &app.audit.telling else { return vec![lead] };
    lead.push(("  ".into(), Role::Text));
    let mut lines = match telling.verdict() {
        Ok(words) => {
            lead.push(("● ".into(), Role::Good));
            lead.push((words, Role::Text));
            if let Some(since) = telling.since {
                let age = format::coarse_age(format::since(app.shell.world.now, since));
                lead.push((format!(", back to {} ({age})", since.strftime("%Y-%m-%d")), Role::Dim));
            }
            vec![lead]
        }
        Err(why) => {
            lead.push(("✖ ".into(), Role::Critical));
            let mut lines = prose::hanging(lead, &clean(&why), Role::Critical, width.saturating_sub(1));
            lines.push(vec![(" all of it: qd audit verify".into(), Role::Dim)]);
            lines
        }
    };
    lines.push(whose(telling, width));
    lines.extend(lacks(app, telling).into_iter().flat_map(|words| {
        prose::hanging(vec![(" ▲ ".into(), Role::Warning)], &words, Role::Warning, width.saturating_sub(1))
    }));
    lines
}

/// Where one is, and what of it is shown.
fn title(app: &App) -> Line {
    let screen = &app.audit;
    let mut line: Line = vec![(" Audit".into(), Role::Header)];
    if !screen.filter.is_empty() {
        line.push((format!("  /{}", screen.filter), Role::Match));
    }
    if screen.rows.len() != screen.total {
        line.push((format!("  {} of {}", screen.rows.len(), screen.total), Role::Dim));
    }
    line
}

/// Whose it is; the path last, as it may be long.
fn whose(telling: &Telling, width: usize) -> Line {
    let whose = &telling.whose;
    let tells = if whose.is_sandbox { "rehearsals in the sandbox" } else { "changes to AWS" };
    let (owner, role) = if whose.is_foreign {
        (format!("{}, not us", whose.user), Role::Warning)
    } else {
        (whose.user.clone(), Role::Text)
    };
    let mut line: Line = vec![(format!(" {tells}, of "), Role::Dim), (owner, role), ("  ".into(), Role::Text)];
    let room = width.saturating_sub(pen::width(&line) + 1);
    if text::width(&whose.path) <= room {
        line.push((whose.path.clone(), Role::Dim));
    } else {
        line.push((text::fit_middle(&whose.path, room).trim_end().to_owned(), Role::Dim));
    }
    line
}

/// What of it is not shown, and why.
fn lacks(app: &App, telling: &Telling) -> Vec<String> {
    let mut lacks = Vec::new();
    if let Some(why) = why(app) {
        let age = format::coarse_age(format::since(app.shell.world.now, telling.at));
        lacks.push(format!("not read again, this is of {age} ago: {why}"));
    }
    if telling.left_out > 0 {
        let all = with_commas((telling.left_out + MOST) as u64);
        lacks.push(format!("the newest {} of {all} lines; qd audit list tells all", with_commas(MOST as u64)));
    }
    match telling.unread {
        // A write that was cut short leaves one, and the chain says whether it was that.
        0 => {}
        1 => lacks.push("1 line cannot be read: torn, or of a newer qd".to_owned()),
        count => lacks.push(format!("{count} lines cannot be read: torn, or of a newer qd")),
    }
    lacks
}

/// Why it was not read the last time: that it could not be opened when the console began says more.
fn why(app: &App) -> Option<String> {
    let failed = app.audit.failed.as_ref()?;
    Some(clean(app.shell.world.changes.journal.as_ref().unwrap_or(failed)))
}

/// What stands in place of rows.
#[must_use]
pub fn empty(app: &App) -> String {
    let screen = &app.audit;
    if let (None, Some(why)) = (&screen.telling, why(app)) {
        let key = app.shell.keymap.key_for(app.layers(), Action::Refresh).unwrap_or_default();
        return format!("the journal was not read: {why}   {key} tries again");
    }
    if screen.telling.is_none() {
        return "reading the journal …".into();
    }
    if screen.total > 0 {
        let key = app.shell.keymap.key_for(app.layers(), Action::Back).unwrap_or_default();
        return format!("nothing matches {}   {key} clears the filter", screen.filter);
    }
    match environment(app) {
        Some(name) => format!("nothing was recorded for {name}"),
        None => "nothing was recorded yet".into(),
    }
}

/// How the journal is, in one mark; of one that was not read yet nothing is known.
#[must_use]
pub fn mark(app: &App) -> Piece {
    let (mark, role) = match &app.audit.telling {
        _ if app.shell.world.changes.journal.is_some() => ("✖", Role::Critical),
        _ if app.audit.failed.is_some() => ("▲", Role::Warning),
        Some(telling) if telling.verdict().is_err() => ("✖", Role::Critical),
        Some(_) => ("●", Role::Good),
        None => ("○", Role::Dim),
    };
    (mark.into(), role)
}
