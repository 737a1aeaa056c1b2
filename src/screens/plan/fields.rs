//! The parameters of a plan, and the one that is being edited.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tui_input::Input;

use super::picker;
use super::state::{Edit, Focus, State};
use crate::ops::field::Offer;
use crate::ops::{Field, FieldKind};
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::{self, Line};
use crate::ui::{format, pen, text};

/// Offers that are shown at once around the chosen one.
const OFFERS: usize = 6;

/// The lines of all parameters, and where among them the focused one stands.
#[must_use]
pub fn lines(plan: &State, now: Timestamp, zone: &TimeZone, width: usize) -> (Vec<Line>, Option<Range<usize>>) {
    let mut lines = Vec::new();
    let mut focused = None;
    for (place, field) in plan.fields().iter().enumerate() {
        let start = lines.len();
        let here = plan.focus == Focus::Field(place);
        match plan.edit.as_ref().filter(|edit| edit.field == place) {
            Some(edit) => edited(field, edit, now, zone, width, &mut lines),
            None => lines.extend(shown(field, here, zone, width)),
        }
        if here || plan.edit.as_ref().is_some_and(|edit| edit.field == place) {
            focused = Some(start..lines.len());
        }
    }
    (lines, focused)
}

/// The mark of the focus and the label.
fn lead(label: &str, here: bool) -> Line {
    let label = text::fit(label, prose::LABEL - 2).into_owned();
    let (mark, role) = if here { (CURSOR, Role::Accent) } else { (" ", Role::Dim) };
    vec![(mark.to_owned(), Role::Accent), (format!("{label} "), role)]
}

/// A parameter that is not edited; the focused one with the line that helps.
fn shown(field: &Field, here: bool, zone: &TimeZone, width: usize) -> Vec<Line> {
    let value = words(field, zone);
    let value = if value.is_empty() { format::MISSING.to_owned() } else { value };
    let mut lines = prose::hanging(lead(field.label, here), &value, Role::Text, width);
    let room = width.saturating_sub(lines.last().map_or(0, |line| pen::width(line)) + 2);
    let detail = detail(field);
    if !detail.is_empty()
        && text::width(&detail) <= room
        && let Some(last) = lines.last_mut()
    {
        last.push((format!("  {detail}"), Role::Dim));
    }
    if here && !field.hint.is_empty() {
        lines.extend(below(&field.hint, Role::Dim, width));
    }
    lines
}

/// A value as a person reads it.
fn words(field: &Field, zone: &TimeZone) -> String {
    match &field.kind {
        FieldKind::Switch => if field.value == "true" { "yes" } else { "no" }.to_owned(),
        FieldKind::Whole { unit } => format!("{} {unit}", field.value).trim_end().to_owned(),
        FieldKind::Moment { .. } => match field.value.parse::<Timestamp>() {
            Ok(at) => picker::moment(at, zone),
            Err(_) => field.value.clone(),
        },
        FieldKind::Text | FieldKind::Choice { .. } => field.value.clone(),
    }
}

fn detail(field: &Field) -> String {
    match &field.kind {
        FieldKind::Choice { offers, .. } => {
            offers.iter().find(|offer| offer.value == field.value).map(|offer| offer.detail.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn edited(field: &Field, edit: &Edit, now: Timestamp, zone: &TimeZone, width: usize, lines: &mut Vec<Line>) {
    let mut line = lead(field.label, true);
    line.extend(caret(&edit.input, width.saturating_sub(prose::LABEL)));
    if let FieldKind::Whole { unit } = &field.kind {
        line.push((format!(" {unit}"), Role::Dim));
    }
    lines.push(line);
    if let Some(problem) = &edit.problem {
        lines.extend(below(&format!("✖ {problem}"), Role::Critical, width));
    }
    if !field.hint.is_empty() {
        lines.extend(below(&field.hint, Role::Dim, width));
    }
    match &field.kind {
        FieldKind::Choice { offers, .. } => lines.extend(list(offers, edit.chosen, width)),
        FieldKind::Moment { earliest, latest, marks } => {
            lines.extend(picker::lines(edit, &(*earliest..*latest), marks, now, zone, width));
        }
        _ => {}
    }
}

/// Wrapped text under the values.
fn below(content: &str, role: Role, width: usize) -> Vec<Line> {
    prose::hanging(vec![(" ".repeat(prose::LABEL.min(width / 3)), Role::Text)], content, role, width)
}

/// What is offered, around the chosen one.
fn list(offers: &[Offer], chosen: Option<usize>, width: usize) -> Vec<Line> {
    let indent = " ".repeat(prose::LABEL.min(width / 3));
    let first = chosen.unwrap_or(0).saturating_sub(OFFERS / 2).min(offers.len().saturating_sub(OFFERS));
    let wide = offers.iter().skip(first).take(OFFERS).map(|offer| text::width(&offer.value)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (place, offer) in offers.iter().enumerate().skip(first).take(OFFERS) {
        let here = chosen == Some(place);
        let (mark, role) = if here { (CURSOR, Role::Accent) } else { (" ", Role::Text) };
        lines.push(vec![
            (indent.clone(), Role::Text),
            (format!("{mark} "), Role::Accent),
            (text::fit(&offer.value, wide).into_owned(), role),
            (format!("  {}", offer.detail), Role::Dim),
        ]);
    }
    if offers.len() > OFFERS {
        lines.push(vec![(format!("{indent}  {OFFERS} of {}, ↑↓ for the others", offers.len()), Role::Dim)]);
    }
    lines
}

/// What is being typed, with its cursor; of a long text the part around the cursor.
#[must_use]
pub fn caret(input: &Input, room: usize) -> Line {
    let value: Vec<char> = input.value().chars().collect();
    let (before, after) = value.split_at(input.cursor().min(value.len()));
    let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
    let room = room.saturating_sub(1);
    let tail = room.saturating_sub(text::width(&after).min(room / 3));
    let mut skipped = 0;
    let mut left = before.as_str();
    // One cell is for the sign that something was left out.
    while text::width(left) + usize::from(skipped > 0) > tail && !left.is_empty() {
        skipped += 1;
        left = before.char_indices().nth(skipped).and_then(|(at, _)| before.get(at..)).unwrap_or("");
    }
    let mut line = Vec::new();
    if skipped > 0 {
        line.push((text::ELLIPSIS.to_owned(), Role::Dim));
    }
    line.push((left.to_owned(), Role::Text));
    line.push(("▏".to_owned(), Role::Accent));
    line.push((after, Role::Text));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(value: &str, cursor: usize, room: usize) -> String {
        prose::plain(&caret(&Input::new(value.to_owned()).with_cursor(cursor), room))
    }

    #[test]
    fn the_cursor_is_always_seen() {
        assert_eq!(typed("rentaliq-prod-db-d", 18, 40), "rentaliq-prod-db-d▏");
        assert_eq!(typed("rentaliq", 3, 40), "ren▏taliq");
        assert_eq!(typed("rentaliq-prod-db-dr", 19, 10), "…od-db-dr▏");
        assert_eq!(typed("", 0, 0), "▏");
    }

    #[test]
    fn a_switch_is_yes_or_no_and_a_number_has_its_unit() {
        let switch = Field::new("multi_az", "Multi-AZ", "true", FieldKind::Switch);
        assert_eq!(words(&switch, &TimeZone::UTC), "yes");
        let days = Field::new("days", "Retention", "30", FieldKind::Whole { unit: "days" });
        assert_eq!(words(&days, &TimeZone::UTC), "30 days");
    }

    #[test]
    fn the_focused_parameter_is_marked_and_explained() {
        let field = Field::new("name", "Snapshot", "before-it", FieldKind::Text).hint("letters, digits and hyphens");
        let lines: Vec<String> =
            shown(&field, true, &TimeZone::UTC, 60).iter().map(|line| prose::plain(line)).collect();
        assert_eq!(lines, ["▸Snapshot       before-it", "                letters, digits and hyphens"]);
        assert_eq!(shown(&field, false, &TimeZone::UTC, 60).len(), 1);
    }

    #[test]
    fn a_long_list_shows_what_is_around_the_chosen_one() {
        let offers: Vec<Offer> =
            (0..20).map(|i| Offer { value: format!("class-{i}"), detail: "2 vCPU".into() }).collect();
        let lines: Vec<String> = list(&offers, Some(10), 80).iter().map(|line| prose::plain(line)).collect();
        assert_eq!(lines.len(), OFFERS + 1);
        assert!(lines.iter().any(|line| line.contains("▸ class-10")), "{lines:?}");
        assert!(lines[OFFERS].contains("6 of 20"), "{lines:?}");
    }
}
