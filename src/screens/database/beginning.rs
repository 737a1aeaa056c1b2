//! `.`: the charts at the moment at which the finding under the strip's cursor began.

use super::open::renew_charts;
use super::state::{Pane, State};
use super::strip;
use crate::domain::Since;
use crate::screens::State as App;
use crate::screens::findings;
use crate::shell::Tone;
use crate::ui::format;

/// Puts range and cursor there, and says where that is not where it began.
pub fn to_beginning(app: &mut App) {
    let now = app.shell.world.now;
    let found = app.views.database().zip(app.open_database());
    let Some((screen, (_, database))) = found else { return };
    let Some(finding) = strip::current(&app.shell.world, screen, database) else {
        return app.shell.say("nothing is wrong with it: there is no beginning to go to", Tone::Plain);
    };
    let since = finding.since;
    let Some(screen) = app.views.database_mut() else { return };
    screen.pane = Pane::Charts;
    screen.chart_offset = 0;
    let said = if let Some(since) = since {
        let at = since.moment().as_second();
        match since {
            // All of what it is measured from, up to now.
            Since::Trend(_) => screen.reach_back_to(at, now),
            _ => screen.begin_at(at, now),
        }
        not_its_beginning(since, at < screen.window(now).start)
    } else {
        screen.cursor = Some(screen.window(now).start);
        Some("when it began is not known: this is the edge of what is shown".into())
    };
    renew_charts(app);
    if let Some(said) = said {
        app.shell.say(said, Tone::Plain);
    }
}

/// What has to be said of the moment where it is not the beginning, or cannot be shown.
fn not_its_beginning(since: Since, is_before: bool) -> Option<String> {
    let at = format::stamp(since.moment());
    Some(match since {
        Since::Told(_) | Since::At(_) if is_before => format!("it began {at}: before what the charts can show"),
        Since::Told(_) | Since::At(_) => return None,
        Since::Before(_) => format!("it was so already {at}: of before that nothing is known"),
        Since::Trend(_) => format!("a trend, measured from {at} on: it has no moment of beginning"),
        Since::Seen(_) => format!("first seen {at}: when it began is not known"),
    })
}

/// Goes to a finding: of the DB instance that is open, or of another that is opened in its place.
pub fn go(app: &mut App, forward: bool) {
    let Some((_, database)) = app.open_database() else { return };
    let Some(screen) = app.views.database() else { return };
    let current = strip::current(&app.shell.world, screen, database).map(|finding| finding.rule);
    let to = if screen.is_put_away && current.is_some() {
        // It comes back where it was.
        current.map(|rule| (database.arn.clone(), rule))
    } else if forward {
        findings::next(app, &database.arn, current)
    } else {
        findings::previous(app, &database.arn, current)
    };
    let Some((arn, rule)) = to else {
        let words = if forward { "this is the last finding" } else { "this is the first finding" };
        return app.shell.say(words, Tone::Plain);
    };
    let is_here = arn == database.arn;
    let target = app.shell.world.all_databases().find(|(_, other)| other.arn == arn);
    let target = target.map(|(site, other)| (site, other.id.clone()));
    let (Some((site, id)), Some(screen)) = (target, app.views.database_mut()) else { return };
    if !is_here {
        let before = screen.clone();
        *screen = State { range: before.range, pane: before.pane, list: before.list, ..State::new(site, &id) };
    }
    screen.finding = Some(rule);
    screen.is_put_away = false;
    screen.chart_offset = 0;
    renew_charts(app);
}
