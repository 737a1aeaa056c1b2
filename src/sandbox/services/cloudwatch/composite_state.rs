//! In which state a composite alarm is, since when and why: worked out from the past of its children.

use std::fmt::Write as _;
use std::ops::Range;

use super::Call;
use super::alarm::{self, State};
use super::alarm_reason::{Cause, stamp, written};
use super::alarm_state::{DELAY, History, STRETCHES, Status, Transition, stretch};
use super::composite::Composite;

/// Characters that may be told of children. CloudWatch takes 4,095 of an item of the history, in which there are two
/// such texts beside the reasons.
const TOLD: usize = 1_700;

/// A composite alarm's state at a moment, and its past.
#[derive(Debug)]
pub struct CompositeStatus<'a> {
    arn: String,
    /// When it was put, seconds since 1970.
    created: i64,
    children: Vec<Child<'a>>,
    now: i64,
}

/// An alarm that a composite one looks at.
#[derive(Debug)]
struct Child<'a> {
    arn: String,
    created: i64,
    status: Status<'a>,
}

impl<'a> CompositeStatus<'a> {
    /// Evaluates a composite alarm at a moment.
    pub fn of(call: &Call<'a>, composite: &Composite<'a>, now: i64) -> Self {
        let child = |child: &alarm::Alarm<'a>| Child {
            arn: alarm::arn(call, &child.name()),
            created: child.configured(),
            status: Status::of(call, child, now),
        };
        Self {
            arn: alarm::arn(call, composite.name()),
            created: composite.configured().first().copied().unwrap_or_default(),
            children: composite.children.iter().map(child).collect(),
            now,
        }
    }

    /// The state. Only before its first evaluation a composite alarm has insufficient data, and that comes at once.
    pub fn state(&self) -> State {
        any(self.children.iter().map(|child| child.status.state()))
    }

    /// The changes of the state in a [`stretch`], newest first.
    pub fn transitions(&mut self, stretch: &Range<i64>) -> Vec<Transition> {
        let mut found = Vec::new();
        if stretch.start + DELAY < self.created && self.created <= stretch.end + DELAY {
            let cause = self.created_as(State::Ok);
            found.push(Transition { at: self.created, from: State::InsufficientData, to: State::Ok, cause });
        }
        let mut changes: Vec<(&str, Transition)> = Vec::new();
        let mut alarming = 0;
        for Child { arn, status, .. } in &mut self.children {
            let arn: &str = arn;
            let of_child = status.transitions(stretch);
            let before = of_child.last().map_or_else(|| status.state_at(stretch.end), |oldest| oldest.from);
            alarming += i32::from(before == State::Alarm);
            changes.extend(of_child.into_iter().map(|change| (arn, change)));
        }
        // Of what changes in one moment, what comes into alarm counts first: the alarm does not go out between two.
        changes.sort_by_key(|(_, change)| (change.at, change.to != State::Alarm));
        let mut state = if alarming > 0 { State::Alarm } else { State::Ok };
        for (arn, change) in changes {
            alarming += i32::from(change.to == State::Alarm) - i32::from(change.from == State::Alarm);
            let next = if alarming > 0 { State::Alarm } else { State::Ok };
            if next != state {
                let reason = format!("{arn} transitioned to {} at {}", change.to.name(), written(change.at));
                let cause = Cause { reason, data: triggering([(arn, change.to, change.at)]) };
                found.push(Transition { at: change.at, from: state, to: next, cause });
                state = next;
            }
        }
        found.reverse();
        found
    }

    /// The last change before a moment that is in the stretch of that number or in an older one.
    pub fn last_before(&mut self, at: i64, number: usize) -> Option<Transition> {
        (number..STRETCHES).find_map(|number| {
            self.transitions(&stretch(self.now, number)).into_iter().find(|transition| transition.at < at)
        })
    }

    /// Looks back to when the state began.
    pub fn history(mut self) -> History {
        match self.last_before(i64::MAX, 0) {
            Some(Transition { at, cause, .. }) => History { since: at, cause },
            None => History { since: self.created, cause: self.created_as(self.state()) },
        }
    }

    /// Why the alarm was in its state before a change of which the history knows no earlier one.
    pub fn cause_before(&self, change: &Transition) -> Cause {
        if change.from == State::InsufficientData { Cause::unchecked() } else { self.created_as(change.from) }
    }

    /// Why it has been in a state since it was put.
    fn created_as(&self, state: State) -> Cause {
        let children = self.children.iter().filter(|child| child.created <= self.created);
        Cause {
            reason: format!("{} was created and its alarm rule evaluates to {}", self.arn, state.name()),
            data: triggering(children.map(|child| (child.arn.as_str(), state, child.created))),
        }
    }
}

/// The state of `ALARM(a) OR ALARM(b) …`.
fn any(mut children: impl Iterator<Item = State>) -> State {
    if children.any(|state| state == State::Alarm) { State::Alarm } else { State::Ok }
}

/// `StateReasonData` of a composite alarm: the children that brought it into its state, as many as have room.
fn triggering<'a>(children: impl IntoIterator<Item = (&'a str, State, i64)>) -> String {
    let mut list = String::new();
    for (arn, state, at) in children {
        let comma = if list.is_empty() { "" } else { "," };
        let arn = serde_json::Value::from(arn);
        let mut child = String::new();
        let _ = write!(
            child,
            "{comma}{{\"arn\":{arn},\"state\":{{\"value\":\"{}\",\"timestamp\":\"{}\"}}}}",
            state.name(),
            stamp(at)
        );
        if list.len() + child.len() > TOLD {
            break;
        }
        list.push_str(&child);
    }
    format!("{{\"triggeringAlarms\":[{list}]}}")
}
