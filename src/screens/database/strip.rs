//! What is wrong with the DB instance, above everything else: all that stands, the worst first, and what to do about the
//! one under the cursor.

use super::state::State;
use crate::domain::Database;
use crate::domain::finding::Finding;
use crate::keymap::{Action, Layer};
use crate::screens::State as App;
use crate::screens::findings::{self, Concern};
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::Line;
use crate::ui::text;
use crate::world::World;

/// Rows of the strip from which the whole of an advice is shown.
const ROOMY: usize = 10;
/// Lines of evidence and advice below that.
const DETAIL: usize = 2;

/// A line of the strip.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StripLine {
    pub left: Line,
    /// At the right end.
    pub right: Line,
}

/// The finding under the cursor of the strip: the one that was chosen while it stands, else the worst.
#[must_use]
pub fn current<'a>(world: &'a World, screen: &State, database: &Database) -> Option<&'a Finding> {
    let all = findings::of(world, &database.arn);
    let chosen = screen.finding.and_then(|rule| all.iter().find(|finding| finding.rule == rule));
    chosen.or(all.first()).copied()
}

/// The DB instance that is open, with the finding under the cursor of its strip.
#[must_use]
pub fn concern(app: &App) -> Option<Concern<'_>> {
    let (site, database) = app.open_database()?;
    let finding = current(&app.shell.world, app.views.database()?, database);
    Some(Concern { site, database, finding })
}

/// The lines below the title, at most so many; none where nothing is wrong, or it was put away.
#[must_use]
pub fn lines(shell: &Shell, screen: &State, database: &Database, width: u16, most: u16) -> Vec<StripLine> {
    let all = findings::of(&shell.world, &database.arn);
    let (width, most) = (usize::from(width), usize::from(most));
    if screen.is_put_away || all.is_empty() || most == 0 {
        return Vec::new();
    }
    let at = screen.finding.and_then(|rule| all.iter().position(|finding| finding.rule == rule)).unwrap_or(0);
    let mut detail = detail(shell, all[at], width, most);
    let is_cut = all.len() + detail.len() > most;
    // Where not all of it fits, a line says how many more there are, and something is said of the chosen one.
    let more = usize::from(is_cut && all.len() > 1 && most > 1);
    detail.truncate(most.saturating_sub(1 + more));
    let slots = most.saturating_sub(detail.len() + more).min(all.len()).max(1);
    let first = (at + 1).saturating_sub(slots);
    let mut lines = Vec::new();
    for (place, finding) in all.iter().enumerate().skip(first).take(slots) {
        let cursor = if place == at && all.len() > 1 { CURSOR } else { " " };
        lines.push(line(shell, finding, cursor, width));
        if place == at {
            lines.extend(detail.iter().cloned().map(|left| StripLine { left, right: Line::new() }));
        }
    }
    let hidden = all.len() - slots;
    if hidden > 0 && more > 0 {
        let key = shell.keymap.key_for(&[Layer::Database, Layer::Global], Action::NextFinding).unwrap_or_default();
        let words = if key.is_empty() { format!("   {hidden} more") } else { format!("   {hidden} more: {key}") };
        lines.push(StripLine { left: vec![(words, Role::Accent)], right: Line::new() });
    }
    lines
}

/// What is wrong and what supports it; since when, at the right.
fn line(shell: &Shell, finding: &Finding, cursor: &str, width: usize) -> StripLine {
    let (mark, role) = findings::mark(finding.severity);
    let mut left =
        vec![(cursor.to_owned(), Role::Accent), (format!("{mark} "), role), (finding.summary.clone(), Role::Text)];
    let since = since(shell, finding, width);
    if is_beside(finding, &since, width) {
        left.push((format!("  {}", finding.evidence), Role::Dim));
    }
    let right = if since.is_empty() { Line::new() } else { vec![(format!("  {since} "), Role::Dim)] };
    StripLine { left, right }
}

/// Since when, as there is room for it: what is wrong is not cut for the hour at which it began.
fn since(shell: &Shell, finding: &Finding, width: usize) -> String {
    let long = findings::since(shell.world.now, finding);
    let fits = 3 + text::width(&finding.summary) + text::width(&long) + 3 <= width;
    if fits { long } else { findings::brief(shell.world.now, finding) }
}

/// Whether what supports a finding has room in its line.
fn is_beside(finding: &Finding, since: &str, width: usize) -> bool {
    let evidence = text::width(&finding.evidence);
    evidence > 0 && 3 + text::width(&finding.summary) + 2 + evidence + 3 + text::width(since) <= width
}

/// What supports the finding under the cursor, where its line has no room for that, and what to do.
fn detail(shell: &Shell, finding: &Finding, width: usize, most: usize) -> Vec<Line> {
    let mut told = finding.clone();
    if is_beside(finding, &since(shell, finding, width), width) {
        told.evidence.clear();
    }
    let limit = if most >= ROOMY { most } else { DETAIL };
    let about = |told: &Finding| findings::about(told, 3, width.saturating_sub(1));
    let mut lines = about(&told);
    if lines.len() > limit {
        // What to do comes before what supports it.
        told.evidence.clear();
        lines = about(&told);
    }
    if lines.len() > limit {
        lines.truncate(limit);
        if let Some(last) = lines.last_mut() {
            last.push((" …".into(), Role::Dim));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{Severity, testing};
    use crate::domain::{Since, SiteId};
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::ui::prose;
    use crate::world::Estate;

    const NOW: i64 = 1_794_999_600;

    fn finding(rule: &'static str, severity: Severity, ago: i64) -> Finding {
        Finding {
            rule,
            severity,
            summary: format!("{rule} is 312 s, limit 60 s"),
            evidence: "rising 22 s/min".into(),
            since: jiff::Timestamp::from_second(NOW - ago).ok().map(Since::At),
            advice: "Look for long transactions on the replica. ".repeat(9),
            source: "RDS user guide",
            ..testing::finding()
        }
    }

    fn shell(findings: Vec<Finding>) -> Shell {
        let now = jiff::Timestamp::from_second(NOW).expect("in range");
        let mut world = World::new(Estate::default(), now);
        world.health.renew("arn", findings, now, &|_| None);
        Shell::new(world, Keymap::default(), Theme::plain("test"), ColorDepth::None)
    }

    fn shown(shell: &Shell, screen: &State, width: u16, most: u16) -> Vec<String> {
        let database = Database { arn: "arn".into(), ..Database::default() };
        let lines = lines(shell, screen, &database, width, most);
        lines.iter().map(|line| format!("{} |{}", prose::plain(&line.left), prose::plain(&line.right))).collect()
    }

    fn three() -> Shell {
        shell(vec![
            finding("cpu", Severity::Warning, 60),
            finding("lag", Severity::Critical, 840),
            finding("disk", Severity::Warning, 3000),
        ])
    }

    #[test]
    fn it_says_what_is_wrong_since_when_and_what_to_do() {
        let shell = shell(vec![finding("lag", Severity::Critical, 840)]);
        let lines = shown(&shell, &State::new(SiteId(0), "db"), 80, 6);
        assert_eq!(lines[0], " ✖ lag is 312 s, limit 60 s  rising 22 s/min |  since 10:46Z (14m)");
        assert!(lines[1].starts_with("   → Look for long transactions"), "{lines:?}");
        assert!(lines.len() == 1 + DETAIL && lines[2].ends_with("… |"), "{lines:?}");
        let narrow = shown(&shell, &State::new(SiteId(0), "db"), 40, 6);
        assert_eq!(narrow[0], " ✖ lag is 312 s, limit 60 s |  14m", "what is wrong is whole");
    }

    #[test]
    fn all_of_them_stand_there_with_the_cursor_on_the_chosen_one() {
        let mut screen = State::new(SiteId(0), "db");
        let lines = shown(&three(), &screen, 80, 6);
        let marks: Vec<&str> = lines.iter().map(|line| line.get(..8).unwrap_or("")).collect();
        assert!(lines[0].starts_with("▸✖ lag") && lines[3].starts_with(" ▲ cpu"), "{marks:?}");
        assert!(lines[4].starts_with(" ▲ disk") && lines.len() == 5, "{lines:#?}");
        screen.finding = Some("disk");
        let lines = shown(&three(), &screen, 80, 4);
        assert!(lines[0].starts_with("▸▲ disk") && lines[3].starts_with("   2 more: N"), "{lines:#?}");
        screen.is_put_away = true;
        assert_eq!(shown(&three(), &screen, 80, 6), Vec::<String>::new());
    }

    #[test]
    fn it_never_takes_more_room_than_it_has() {
        for most in 0..9 {
            for width in [0, 1, 10, 40, 80, 200] {
                let lines = shown(&three(), &State::new(SiteId(0), "db"), width, most);
                assert!(lines.len() <= usize::from(most), "{width} {most}: {lines:#?}");
            }
        }
    }
}
