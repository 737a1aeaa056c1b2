//! The alarms that one stands in a relation to: those that its rule names, those whose rules name it, those that keep
//! its actions back.

use jiff::Timestamp;

use super::row::Silence;
use super::words;
use crate::services::alarms::{Alarm, AlarmState, Data};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::text;

/// Columns of the words of a state.
const STATE: usize = 17;

/// What another alarm is to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation<'a> {
    /// Its rule asks whether that one is in this state, or is not; of several such ones perhaps so many.
    Child { asked: AlarmState, negated: bool, at_least: Option<&'a str> },
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
    pub relation: Relation<'a>,
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
        let relation = Relation::Child {
            asked: reference.state,
            negated: reference.negated,
            at_least: reference.at_least.as_deref(),
        };
        // A rule may name an alarm more than once.
        if !all.iter().any(|before| before.relation == relation && before.called == called) {
            all.push(Related { relation, called, alarm: other });
        }
    }
    // What rings comes first, whatever the rule names first.
    all.sort_by_key(|child| child.alarm.map_or(AlarmState::Ok, |alarm| alarm.state));
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

fn heading(relation: Relation<'_>) -> &'static str {
    match relation {
        Relation::Child { .. } => "Alarms of its rule",
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
        let mut line: Line = vec![("   ○ ".into(), Role::Unknown), (words, Role::Unknown), called];
        line.extend(asks(other.relation, None));
        return line;
    };
    let (mark, role) = words::mark(alarm.state);
    let mut line: Line = vec![
        (format!("   {mark} "), role),
        (text::fit(words::word(alarm.state), STATE).into_owned(), role),
        (format!("  {}", alarm.name), Role::Text),
    ];
    if let Some(silence) = Silence::of(alarm) {
        line.push((format!("  {}", silence.words()), Role::Warning));
    }
    if let Some(at) = alarm.since {
        line.push((format!("  {}", words::age(now, at)), Role::Dim));
    }
    line.extend(asks(other.relation, Some(alarm.state)));
    line
}

/// What a rule asks of one of its alarms, and whether that is so now, as far as its state is known. Most rules ask for
/// ALARM, and the state says itself whether that is met.
fn asks(relation: Relation<'_>, state: Option<AlarmState>) -> Line {
    let Relation::Child { asked, negated, at_least } = relation else { return Line::new() };
    let mut line = Line::new();
    if negated || asked != AlarmState::Alarm {
        let word = words::word(asked);
        let asked_for = if negated { format!("that it is not {word}") } else { format!("for {word}") };
        let met = match state.map(|state| is_met(asked, negated, state)) {
            Some(true) => ": met",
            Some(false) => ": not met",
            None => "",
        };
        line.push((format!("  the rule asks {asked_for}{met}"), Role::Dim));
    }
    if let Some(count) = at_least {
        line.push((format!("  at least {count} of these"), Role::Dim));
    }
    line
}

/// Whether an alarm in a state is as a rule asks.
fn is_met(asked: AlarmState, negated: bool, state: AlarmState) -> bool {
    (state == asked) != negated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::{before, known, now, on};
    use crate::services::alarms::testing::composite;
    use crate::ui::prose::plain;

    fn data() -> Data {
        let child = on("cpu", "db", AlarmState::Alarm, Some(before(840)));
        let rule = composite("(ALARM(cpu) OR ALARM(cpu) OR OK(gone)) AND NOT OK(cpu)");
        known(vec![child, rule])
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
        // What rings comes first.
        assert_eq!(shown[2], "   ✖ ALARM              cpu  14m  the rule asks that it is not OK: met");
        assert_eq!(shown[3], "   ○ not read here      gone  the rule asks for OK");
        let related = of(&data, data.get("cpu").unwrap());
        assert_eq!(
            related.iter().map(|other| (other.relation, other.called)).collect::<Vec<_>>(),
            [(Relation::Parent, "all")]
        );
    }

    #[test]
    fn what_is_asked_is_met_by_the_states_that_it_means() {
        use AlarmState::{Alarm, InsufficientData, Ok};
        for (asked, negated, state, met) in [
            (Alarm, false, Alarm, true),
            (Alarm, false, Ok, false),
            (Alarm, true, Alarm, false),
            (Ok, true, InsufficientData, true),
            (Ok, true, Ok, false),
        ] {
            assert_eq!(is_met(asked, negated, state), met, "{asked:?} {negated} {state:?}");
        }
    }

    #[test]
    fn of_how_many_a_rule_asks_is_told() {
        let child = on("cpu", "db", AlarmState::Alarm, None);
        let data = known(vec![child, composite("AT_LEAST(2, ALARM, (cpu, a, b)) AND NOT ALARM(cpu)")]);
        let (lines, _) = lines(&of(&data, data.get("all").unwrap()), now());
        let shown: Vec<String> = lines.iter().map(|line| plain(line)).collect();
        assert_eq!(shown[1], "   ✖ ALARM              cpu  at least 2 of these");
        assert_eq!(shown[2], "   ✖ ALARM              cpu  the rule asks that it is not ALARM: not met");
        assert_eq!(shown[4], "   ○ not read here      b  at least 2 of these");
    }

    #[test]
    fn that_nothing_is_done_is_told() {
        let off = Alarm { actions_enabled: false, ..on("cpu", "db", AlarmState::Alarm, None) };
        let data = known(vec![off, composite("ALARM(cpu)")]);
        let (lines, _) = lines(&of(&data, data.get("all").unwrap()), now());
        assert_eq!(plain(&lines[1]), "   ✖ ALARM              cpu  actions off");
    }
}
