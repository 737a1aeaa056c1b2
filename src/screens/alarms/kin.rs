//! The alarms that one stands in a relation to: those that its rule names, those whose rules name it, those that keep
//! its actions back.

use jiff::Timestamp;

use super::row::is_muted;
use super::words;
use crate::services::alarms::{Alarm, AlarmState, Data};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::text;

/// Columns of the words of a state.
const STATE: usize = 17;

/// What another alarm is to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Its rule asks whether that one is in this state.
    Child(AlarmState),
    /// While that one is in ALARM its actions are kept back.
    Suppressor,
    /// That one's rule names it.
    Parent,
    /// It keeps back the actions of that one.
    Suppressed,
}

/// Another alarm, and what it is to one.
#[derive(Debug, Clone, PartialEq)]
pub struct Related<'a> {
    pub relation: Relation,
    /// Its name; of one that was not read what the rule calls it.
    pub called: &'a str,
    /// None, where it was not read: it was deleted, or is of another place.
    pub alarm: Option<&'a Alarm>,
}

/// All of them, in the order in which they are shown.
#[must_use]
pub fn of<'a>(data: &'a Data, alarm: &'a Alarm) -> Vec<Related<'a>> {
    let known = |relation, other: &'a Alarm| Related { relation, called: &other.name, alarm: Some(other) };
    let mut all: Vec<Related<'a>> = Vec::new();
    for (reference, other) in data.children(alarm) {
        let called = other.map_or(reference.alarm.as_str(), |other| other.name.as_str());
        let relation = Relation::Child(reference.state);
        // A rule may name an alarm more than once.
        if !all.iter().any(|before| before.relation == relation && before.called == called) {
            all.push(Related { relation, called, alarm: other });
        }
    }
    if let Some(suppressor) = alarm.composite().and_then(|watch| watch.suppressor.as_ref()) {
        let other = data.find(&suppressor.alarm);
        let called = other.map_or(suppressor.alarm.as_str(), |other| other.name.as_str());
        all.push(Related { relation: Relation::Suppressor, called, alarm: other });
    }
    all.extend(data.parents(alarm).map(|other| known(Relation::Parent, other)));
    all.extend(data.suppressed_by(alarm).map(|other| known(Relation::Suppressed, other)));
    all
}

/// Their lines, below a heading for each relation; with the places of those that are no headings.
#[must_use]
pub fn lines(related: &[Related<'_>], now: Timestamp) -> (Vec<Line>, Vec<usize>) {
    let (mut lines, mut places) = (Vec::new(), Vec::new());
    let mut before = "";
    for other in related {
        let heading = heading(other.relation);
        if heading != before {
            lines.push(vec![(format!(" {heading}"), Role::Header)]);
            before = heading;
        }
        places.push(lines.len());
        lines.push(line(other, now));
    }
    (lines, places)
}

fn heading(relation: Relation) -> &'static str {
    match relation {
        Relation::Child(_) => "Alarms of its rule",
        Relation::Suppressor => "Keeps its actions back while in ALARM",
        Relation::Parent => "Part of",
        Relation::Suppressed => "Its ALARM keeps back the actions of",
    }
}

/// How another alarm stands: its state is never cut, its name may be.
fn line(other: &Related<'_>, now: Timestamp) -> Line {
    let Some(alarm) = other.alarm else {
        let words = text::fit("not read here", STATE).into_owned();
        let called = (format!("  {}", other.called), Role::Text);
        return vec![("   ○ ".into(), Role::Unknown), (words, Role::Unknown), called];
    };
    let (mark, role) = words::mark(alarm.state);
    let mut line: Line = vec![
        (format!("   {mark} "), role),
        (text::fit(words::word(alarm.state), STATE).into_owned(), role),
        (format!("  {}", alarm.name), Role::Text),
    ];
    if is_muted(alarm) {
        line.push(("  muted".into(), Role::Warning));
    }
    if let Some(at) = alarm.since {
        line.push((format!("  {}", words::age(now, at)), Role::Dim));
    }
    // Most rules ask for ALARM.
    if let Relation::Child(asked) = other.relation
        && asked != AlarmState::Alarm
    {
        line.push((format!("  the rule asks for {}", words::word(asked)), Role::Dim));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::{before, now, on};
    use crate::services::alarms::testing::composite;
    use crate::ui::prose::plain;

    fn data() -> Data {
        let mut data = Data::default();
        let child = on("cpu", "db", AlarmState::Alarm, Some(before(840)));
        let rule = composite("(ALARM(cpu) OR ALARM(cpu) OR OK(gone)) AND NOT OK(cpu)");
        data.all.succeed(vec![child, rule], now());
        data
    }

    #[test]
    fn children_and_parents_are_told_with_their_states() {
        let data = data();
        let related = of(&data, data.get("all").unwrap());
        let (lines, places) = lines(&related, now());
        let shown: Vec<String> = lines.iter().map(|line| plain(line)).collect();
        assert_eq!(places, [1, 2, 3], "{shown:?}");
        assert_eq!(shown[0], " Alarms of its rule");
        assert_eq!(shown[1], "   ✖ ALARM              cpu  14m");
        assert_eq!(shown[2], "   ○ not read here      gone");
        assert_eq!(shown[3], "   ✖ ALARM              cpu  14m  the rule asks for OK");
        let related = of(&data, data.get("cpu").unwrap());
        assert_eq!(
            related.iter().map(|other| (other.relation, other.called)).collect::<Vec<_>>(),
            [(Relation::Parent, "all")]
        );
    }
}
