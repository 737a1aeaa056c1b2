//! What stands above the list: how many alarms there are in which state, how old that is, and what could not be read.

use std::cmp::Reverse;

use super::row::AlarmRow;
use super::words;
use crate::domain::{Fault, Remote, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::format;
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::world::Scope;
use crate::world::data::SiteData;

/// Columns from which the order is said.
const ROOMY: u16 = 70;

/// The sites that the scope covers, with what is known of them.
fn sites(app: &App) -> impl Iterator<Item = (SiteId, &SiteData)> {
    let shell = &app.shell;
    shell.world.known().filter(move |(site, _)| shell.world.estate.in_scope(shell.scope, *site))
}

/// Why a site's list is old or not there: where it is not asked for because of who we are, that.
fn fault(data: &SiteData) -> Option<&Fault> {
    let unasked = matches!(data.alarms.all, Remote::Idle);
    data.alarms.all.fault().or_else(|| data.identity.fault().filter(|_| unasked))
}

/// Whether some list could not be read.
#[must_use]
pub fn has_notice(app: &App) -> bool {
    sites(app).any(|(_, data)| fault(data).is_some())
}

/// What could not be read, why, and how old what is shown is: of several the worst.
#[must_use]
pub fn notice(app: &App) -> Option<Line> {
    let mut failed: Vec<(SiteId, &SiteData, &Fault)> =
        sites(app).filter_map(|(site, data)| Some((site, data, fault(data)?))).collect();
    failed.sort_by_key(|(_, _, fault)| Reverse(fault.kind.weight()));
    let (site, data, fault) = *failed.first()?;
    let known = match data.alarms.all.at() {
        Some(at) => format!("◌ list of {}", format::coarse_ago(app.shell.world.now, at)),
        None => "never read".into(),
    };
    let mut line: Line = vec![
        (" ▲ ".into(), Role::Warning),
        (format!("{}  ", app.shell.world.estate.place(site)), Role::Text),
        (format!("{known}  "), Role::Stale),
    ];
    if failed.len() > 1 {
        line.push((format!("+{} more  ", failed.len() - 1), Role::Warning));
    }
    line.push((words::failure(fault), Role::Warning));
    Some(line)
}

/// The left side of the title: filter and counts.
#[must_use]
pub fn left(app: &App) -> Line {
    let screen = &app.alarms;
    let mut line: Line = vec![(" Alarms".into(), Role::Header)];
    if !screen.filter.is_empty() {
        line.push((format!("  /{}", screen.filter), Role::Match));
    }
    if screen.rows.len() != screen.total {
        line.push((format!("  {} of {}", screen.rows.len(), screen.total), Role::Dim));
    }
    if screen.total == 0 {
        return line;
    }
    let tally = &screen.tally;
    let unread = sites(app).filter(|(_, data)| data.alarms.all.value().is_none()).count();
    let alarm = match (tally.alarm, unread) {
        (0, 0) => ("none in alarm".into(), Role::Dim),
        // What was not read is not well.
        (0, _) => ("none in alarm of those read".into(), Role::Dim),
        (count, _) => (format!("{count} in alarm"), Role::Critical),
    };
    let others = [
        (tally.insufficient, "insufficient data", Role::Warning),
        (tally.ok, "ok", Role::Dim),
        (tally.off, "with actions off", Role::Warning),
        (tally.kept_back, "kept back", Role::Warning),
    ];
    line.push(("  ".into(), Role::Text));
    line.push(alarm);
    for (count, word, role) in others.into_iter().filter(|(count, ..)| *count > 0) {
        line.push((", ".into(), Role::Dim));
        line.push((format!("{count} {word}"), role));
    }
    if unread > 0 {
        let lists = if unread == 1 { "list" } else { "lists" };
        line.push((", ".into(), Role::Dim));
        line.push((format!("{unread} {lists} unread"), Role::Warning));
    }
    line
}

/// The right side of the title: the order, what is still awaited, and how old the oldest list is.
#[must_use]
pub fn right(app: &App, width: u16) -> Line {
    let screen = &app.alarms;
    let mut line = Line::new();
    if width >= ROOMY {
        let arrow = if screen.order.is_descending() == screen.reverse { "↑" } else { "↓" };
        line.push((format!("  by {} {arrow}", screen.order.name()), Role::Dim));
    }
    let awaited = sites(app).filter(|(_, data)| is_awaited(data)).count();
    if awaited > 0 && screen.total > 0 {
        line.push((format!("  reading {awaited} more …"), Role::Accent));
    }
    if let Some(at) = sites(app).filter_map(|(_, data)| data.alarms.all.at()).min() {
        let age = format::since(app.shell.world.now, at);
        // Counting seconds would be noise.
        let age = if age.as_secs() < 60 { "< 1m".into() } else { format::coarse_age(age) };
        line.push((format!("  data {age} "), Role::Dim));
    }
    line
}

/// Whether a list was never read, and nothing has failed.
fn is_awaited(data: &SiteData) -> bool {
    matches!(data.alarms.all, Remote::Idle | Remote::Loading) && fault(data).is_none()
}

/// What stands in place of rows.
#[must_use]
pub fn empty(app: &App) -> String {
    let screen = &app.alarms;
    if screen.total > 0 {
        let key = app.shell.keymap.key_for(app.layers(), Action::Back).unwrap_or_default();
        return format!("nothing matches {}   {key} clears the filter", screen.filter);
    }
    if sites(app).any(|(_, data)| is_awaited(data)) {
        return "reading alarms …".into();
    }
    if has_notice(app) {
        return "whether there are alarms is not known: the list could not be read".into();
    }
    let place = match app.shell.scope {
        Scope::One(id) => match app.shell.world.estate.environment(id) {
            Some(environment) => format!("for {}", environment.name),
            None => "here".into(),
        },
        Scope::All => "in any environment".into(),
    };
    format!("no CloudWatch alarms {place}")
}

/// An environment as it is shown beside an alarm; the region of one that belongs to none.
#[must_use]
pub fn badge(app: &App, row: &AlarmRow) -> Piece {
    let estate = &app.shell.world.estate;
    match row.environment.and_then(|id| estate.environment(id)) {
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (estate.site(row.site).map_or_else(String::new, |site| site.region.clone()), Role::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use crate::screens::alarms::rebuild;
    use crate::screens::alarms::testing::{app, put, read, unread};
    use crate::services::alarms::testing::cpu;
    use crate::services::alarms::{Alarm, AlarmState};
    use crate::ui::prose::plain;

    fn denied() -> Fault {
        let kind = FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() };
        Fault { kind, call: "cloudwatch:DescribeAlarms".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn the_title_counts_by_state() {
        let mut app = app();
        assert_eq!(plain(&left(&app)), " Alarms  2 in alarm, 1 insufficient data, 2 ok, 1 with actions off");
        assert_eq!(plain(&right(&app, 80)), "  by state ↓  data < 1m");
        app.alarms.filter = "cpu".into();
        rebuild(&mut app);
        assert_eq!(
            plain(&left(&app)),
            " Alarms  /cpu  2 of 5  2 in alarm, 1 insufficient data, 2 ok, 1 with actions off"
        );
    }

    #[test]
    fn what_was_not_read_is_said_beside_the_counts() {
        let mut app = app();
        let quiet: Vec<_> = read(&app, 1);
        app.shell.world.sites[0].alarms.all = Remote::Failed { fault: denied() };
        put(&mut app, 1, quiet);
        let said = plain(&left(&app));
        assert!(said.contains("in alarm") && said.ends_with(", 1 list unread"), "{said}");
        put(&mut app, 1, vec![Alarm { state: AlarmState::Ok, ..cpu() }]);
        assert_eq!(plain(&left(&app)), " Alarms  none in alarm of those read, 1 ok, 1 list unread");
    }

    #[test]
    fn nothing_read_is_not_nothing_there() {
        let mut app = unread();
        assert_eq!(empty(&app), "reading alarms …");
        app.shell.world.sites[0].alarms.all.fail(denied());
        assert_eq!(empty(&app), "reading alarms …", "the others are awaited");
        app.shell.world.sites[1].alarms.all.fail(denied());
        assert!(empty(&app).contains("not known"), "{}", empty(&app));
        let line = plain(&notice(&app).unwrap());
        assert!(line.contains("never read  +1 more") && line.contains("allow the IAM action"), "{line}");
        put(&mut app, 0, Vec::new());
        put(&mut app, 1, Vec::new());
        assert!(empty(&app).starts_with("no CloudWatch alarms in any environment"), "{}", empty(&app));
    }

    #[test]
    fn an_old_list_says_why_and_how_old() {
        let mut app = app();
        assert_eq!(notice(&app), None);
        app.shell.world.sites[0].alarms.all.fail(denied());
        app.shell.world.now = app.shell.world.now.checked_add(jiff::SignedDuration::from_mins(4)).unwrap();
        let line = plain(&notice(&app).unwrap());
        assert!(
            line.starts_with(" ▲ prod, qa (us-east-1)  ◌ list of 4m ago  cloudwatch:DescribeAlarms denied"),
            "{line}"
        );
    }
}
