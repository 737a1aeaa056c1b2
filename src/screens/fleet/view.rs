//! How the fleet screen is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chosen::{self, FleetSheet};
use super::finding::FindingColumns;
use super::heading::Columns;
use super::state::Item;
use super::summary::Summary;
use super::{curve, finding, folding, heading, problems};
use crate::domain::finding::Finding;
use crate::domain::{Criticality, Environment, Fault};
use crate::keymap::{Action, Layer};
use crate::screens::State as App;
use crate::screens::{executions, findings};
use crate::theme::Role;
use crate::ui::environment::{CURSOR, PRODUCTION_EDGE};
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, trouble};

/// Findings that the columns are measured by, at most.
const MEASURED: usize = 200;

/// A line of the screen and the item that it belongs to. Its words are made when it is drawn: there may be thousands.
struct Line<'a> {
    /// The item that the cursor stands on here.
    item: Option<Item>,
    what: What<'a>,
    /// Production has a bar at its left edge.
    bar: bool,
}

/// What a line shows.
enum What<'a> {
    /// Words at the left, and at the right end.
    Words(Vec<Piece>, Vec<Piece>),
    /// With the words about it, or without where they stand below.
    Environment(&'a Summary, &'a Environment, bool),
    Finding(&'a Finding),
    /// So many findings have no line.
    More(usize),
    Fault(&'a Fault),
    Gauges(&'a Summary),
    Nothing,
}

impl<'a> Line<'a> {
    /// A line that the cursor passes over.
    fn passive(what: What<'a>, bar: bool) -> Self {
        Self { item: None, what, bar }
    }

    /// What stands at the left, and at the right end.
    fn pieces(self, app: &App, (columns, found): (Columns, FindingColumns), width: u16) -> (Vec<Piece>, Vec<Piece>) {
        match self.what {
            What::Words(left, right) => (left, right),
            What::Environment(summary, environment, has_words) => {
                heading::pieces(app, summary, environment, columns, width, has_words)
            }
            What::Finding(finding) => (finding::pieces(finding, found), finding::since(&app.shell, finding, found)),
            What::More(count) => (vec![(format!("    … {count} more"), Role::Dim)], Vec::new()),
            What::Fault(fault) => {
                let words = format!("{} {}: {}", fault.call, trouble::cause(fault), trouble::advice(fault));
                (vec![("  ▲ ".into(), Role::Warning), (words, Role::Text)], Vec::new())
            }
            What::Gauges(summary) => (curve::gauges(&app.shell, summary, width), Vec::new()),
            What::Nothing => (Vec::new(), Vec::new()),
        }
    }
}

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let (list, sheet) = division(app, area);
    if let Some((about, sheet)) = sheet {
        layout::draw_rule(list, buf, &app.shell.theme);
        match about {
            FleetSheet::Instance(concern) => findings::preview(app, &concern, sheet, buf),
            FleetSheet::Words(finding) => findings::told(app, finding, sheet, buf),
        }
    }
    let area = list;
    let lines = lines(app, area);
    if lines.is_empty() {
        let words = "no environments: qd init writes a configuration, qd config path says where it belongs";
        pen::left(
            buf,
            Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area },
            &[(words.into(), Role::Dim)],
            &app.shell.theme,
        );
        return;
    }
    let current = app.fleet.current();
    let offset = first(app, &lines, area);
    // Of thousands the first are enough: they are measured in every frame.
    let all = app.fleet.summaries.iter().flat_map(|summary| &summary.findings).map(AsRef::as_ref).take(MEASURED);
    let columns = (Columns::of(&app.shell.world.estate), FindingColumns::of(&app.shell, all, area.width));
    for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().skip(offset)) {
        let row = Rect { y, height: 1, ..area };
        let chosen = line.item.is_some() && line.item == current && app.views.overlay().is_none();
        if chosen {
            buf.set_style(row, app.shell.theme.style(Role::Selection));
        }
        // Two marks of different form: the cursor is not a colour of the production edge.
        if chosen {
            buf.set_string(row.x, y, CURSOR, app.shell.theme.style(Role::Accent));
        } else if line.bar {
            buf.set_string(row.x, y, PRODUCTION_EDGE, app.shell.theme.style(Role::Text));
        }
        let inner = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        let (left, right) = line.pieces(app, columns, area.width);
        let start = pen::right(buf, inner, &right, &app.shell.theme);
        let room = Rect { width: start.saturating_sub(inner.x + 1), ..inner };
        let room = if right.is_empty() { inner } else { room };
        pen::left(buf, room, &left, &app.shell.theme);
    }
}

/// The list; in a wide terminal also what stands beside it, and where.
fn division(app: &App, body: Rect) -> (Rect, Option<(FleetSheet<'_>, Rect)>) {
    let about = (body.width >= layout::PREVIEW).then(|| chosen::beside(app)).flatten();
    match about {
        Some(about) => {
            let (list, sheet) = layout::beside(body);
            (list, Some((about, sheet)))
        }
        None => (body, None),
    }
}

/// The first line to show so that the cursor's is visible, with what belongs to it.
pub(super) fn reveal(app: &App) -> usize {
    let (list, _) = division(app, executions::body(&app.shell));
    first(app, &lines(app, list), list)
}

/// The same for lines that are made already. Lines move when environments change their order: the
/// cursor is kept on the screen while drawing, too.
fn first(app: &App, lines: &[Line<'_>], body: Rect) -> usize {
    let current = app.fleet.current();
    let page = usize::from(body.height).max(1);
    let at = lines.iter().position(|line| line.item.is_some() && line.item == current).unwrap_or(0);
    if lines.iter().take(at).all(|line| line.item.is_none()) {
        // What stands above the first one belongs to it.
        return (at + 1).saturating_sub(page);
    }
    // What it says of it, below it.
    let follows = |line: &&Line<'_>| line.item.is_none() && matches!(line.what, What::Words(..));
    let detail = lines.iter().skip(at + 1).take_while(follows).count();
    let last = at + detail.min(page - 1);
    let offset = app.fleet.offset.min(lines.len().saturating_sub(page));
    if at < offset {
        at
    } else if last >= offset + page {
        last + 1 - page
    } else {
        offset
    }
}

/// The position among the items of what stands in a row of the terminal; `None` for a line that the
/// cursor passes over.
#[must_use]
pub fn item_at(app: &App, row: u16) -> Option<usize> {
    let (body, _) = division(app, executions::body(&app.shell));
    let line = row.checked_sub(body.y).filter(|line| *line < body.height)?;
    let lines = lines(app, body);
    let item = lines.get(first(app, &lines, body) + usize::from(line))?.item?;
    app.fleet.items().position(|i| i == item)
}

fn lines(app: &App, area: Rect) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = configuration(app).into_iter().collect();
    let current = app.fleet.current();
    // A sheet beside the list says it already.
    let has_detail = executions::body(&app.shell).width < layout::PREVIEW;
    let told = told(app, area.width);
    let shown = shown(app, lines.len() + told.iter().flatten().count(), has_detail, area.height);
    for ((summary, shown), told) in app.fleet.summaries.iter().zip(shown).zip(told) {
        let Some(environment) = app.shell.world.estate.environment(summary.environment) else { continue };
        let bar = environment.criticality == Criticality::Production;
        let item = Some(Item::Environment(summary.environment));
        lines.push(Line { item, what: What::Environment(summary, environment, told.is_none()), bar });
        if app.fleet.dense {
            continue;
        }
        if let Some(words) = told {
            lines.push(Line::passive(What::Words(vec![("    ".into(), Role::Text), words], Vec::new()), bar));
        }
        // The cursor goes to what there was no room for: then it is shown.
        let is_beyond =
            matches!(current, Some(Item::Finding(id, place)) if id == summary.environment && place >= shown);
        let shown = if is_beyond { summary.findings.len() } else { shown };
        for (i, found) in summary.findings.iter().take(shown).enumerate() {
            let item = Some(Item::Finding(summary.environment, i));
            lines.push(Line { item, what: What::Finding(found), bar });
            if item == current && has_detail {
                let detail = finding::detail(found, area.width).into_iter();
                lines.extend(detail.map(|left| Line::passive(What::Words(left, Vec::new()), bar)));
            }
        }
        if summary.findings.len() > shown {
            lines.push(Line::passive(What::More(summary.findings.len() - shown), bar));
        }
        if let Some(fault) = fault(summary) {
            lines.push(Line::passive(What::Fault(fault), bar));
        }
        if has_gauges(app, summary, bar) {
            lines.push(Line::passive(What::Gauges(summary), bar));
        }
        lines.push(Line::passive(What::Nothing, false));
    }
    lines
}

/// What there is to say of each environment that has no room in its line.
fn told(app: &App, width: u16) -> Vec<Option<Piece>> {
    let summaries = &app.fleet.summaries;
    // Of so many none is read before the screen is filtered, and each is measured in every frame.
    if app.fleet.dense || summaries.len() > FEW {
        return vec![None; summaries.len()];
    }
    let columns = Columns::of(&app.shell.world.estate);
    let below = |summary: &Summary| {
        let environment = app.shell.world.estate.environment(summary.environment)?;
        heading::below(app, summary, environment, columns, width)
    };
    summaries.iter().map(below).collect()
}

/// Environments that are few enough for lines of their own.
const FEW: usize = 60;

/// What cannot be read; where nothing was ever read the heading says it.
fn fault(summary: &Summary) -> Option<&Fault> {
    summary.fault.as_ref().filter(|_| summary.read.is_some())
}

fn has_gauges(app: &App, summary: &Summary, is_production: bool) -> bool {
    (!summary.findings.is_empty() || is_production) && curve::has_gauges(&app.shell, summary)
}

/// Lines that the finding under the cursor is given for what supports it and what to do, wherever it is: what is shown
/// of the others does not change with the cursor.
const DETAIL: usize = 3;

/// How many findings of each environment have lines.
fn shown(app: &App, above: usize, has_detail: bool, rows: u16) -> Vec<usize> {
    let summaries = &app.fleet.summaries;
    if app.fleet.dense {
        return vec![0; summaries.len()];
    }
    let counts: Vec<usize> = summaries.iter().map(|summary| summary.findings.len()).collect();
    let is_production = |summary: &Summary| {
        let known = app.shell.world.estate.environment(summary.environment);
        known.is_some_and(|known| known.criticality == Criticality::Production)
    };
    // Its heading and the line between two, and what stands below the findings.
    let others = |summary: &Summary| {
        2 + usize::from(fault(summary).is_some()) + usize::from(has_gauges(app, summary, is_production(summary)))
    };
    // The last line of all is empty.
    let all: usize = summaries.iter().map(others).sum::<usize>().saturating_sub(1);
    let detail = if has_detail && counts.iter().any(|count| *count > 0) { DETAIL } else { 0 };
    folding::shown(&counts, above + all + detail, usize::from(rows))
}

/// What is wrong with the configuration, in one line: an environment that is missing for an error must
/// not be taken for one that is well, nor push the others off the screen.
fn configuration(app: &App) -> Option<Line<'_>> {
    let words = problems::headline(&app.shell.world.problems)?;
    let left = vec![("▲ ".into(), Role::Warning), (words, Role::Warning)];
    let key = app.shell.keymap.key_for(&[Layer::Global], Action::Errors).filter(|_| app.shell.world.problems.len() > 1);
    let right = key.map(|key| (format!("{key} shows all"), Role::Warning)).into_iter().collect();
    Some(Line::passive(What::Words(left, right), false))
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(_app: &App) -> Vec<(Action, &'static str)> {
    vec![
        (Action::Open, "open"),
        (Action::Operations, "operations"),
        (Action::NextFinding, "next finding"),
        (Action::FindingStart, "its beginning"),
        (Action::Details, "details"),
        (Action::Databases, "databases"),
        (Action::ToggleDensity, "density"),
        (Action::Environments, "environment"),
        (Action::Refresh, "refresh"),
        (Action::Copy, "copy"),
        (Action::Link, "console"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]
}
