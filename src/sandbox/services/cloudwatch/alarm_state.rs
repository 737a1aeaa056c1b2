//! In which state an alarm is, since when and why, and how its state changed before: worked out from the metric itself.

use std::ops::Range;

use super::Call;
use super::alarm::{Alarm, State};
use super::alarm_reason::{Cause, Evaluated};
use super::series::{Reader, align_down};
use crate::sandbox::world::metrics::Probe;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Seconds that CloudWatch keeps an alarm's history; the last change is looked for as far back.
pub const KEPT: i64 = STRETCHES as i64 * DAY;

/// How many stretches of time that is, see [`stretch`].
pub const STRETCHES: usize = 30;

/// Seconds after a period's end until its last datapoint has come in and the alarm is evaluated.
pub const DELAY: i64 = 60;

/// An alarm's state at a moment, and its past.
#[derive(Debug)]
pub struct Status<'a> {
    alarm: Alarm<'a>,
    reader: Option<Reader<'a>>,
    judgement: Evaluated,
    /// Since when the alarm is known to have been as fine as it is, without a look at its datapoints.
    fine: Option<i64>,
    now: i64,
}

/// Since when an alarm is in its state, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When it changed to its state, seconds since 1970.
    pub since: i64,
    pub cause: Cause,
}

/// A change of an alarm's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// When, seconds since 1970.
    pub at: i64,
    pub from: State,
    pub to: State,
    /// Why it is in the state that it came to.
    pub cause: Cause,
}

/// A part of the time that an alarm's past is looked at in, by the ends of the periods that are evaluated: number 0 is
/// the newest day, which is looked at period by period, and each one after it the day before. Those are looked at hour
/// by hour, and closely only where the state differs: what passes within an hour may be missed, and that by everybody
/// who asks alike. Every stretch begins and ends with an hour, so that none finds what the others do not.
pub fn stretch(now: i64, number: usize) -> Range<i64> {
    let closely = align_down(now - DELAY - DAY, HOUR);
    match number {
        0 => closely..now,
        _ => closely - number as i64 * DAY..closely - (number as i64 - 1) * DAY,
    }
}

impl<'a> Status<'a> {
    /// Evaluates an alarm at a moment.
    pub fn of(call: &Call<'a>, alarm: &Alarm<'a>, now: i64) -> Self {
        let probe = Probe::new(call.world, alarm.instance, alarm.metric());
        let mut reader = probe.map(|probe| Reader::new(probe, now));
        let end = align_down(now - DELAY, alarm.period());
        let judgement = judge(alarm, reader.as_mut(), end);
        let may_be_fine = judgement.state == State::Ok && alarm.comparison().0 == "GreaterThanThreshold";
        let fine = reader.as_ref().filter(|_| may_be_fine).and_then(|r| r.below_since(alarm.threshold(), end));
        Self { alarm: *alarm, reader, judgement, fine, now }
    }

    /// The state.
    pub fn state(&self) -> State {
        self.judgement.state
    }

    /// The state that an evaluation of the periods until `end` found, or the newest one if that is before.
    pub fn state_at(&mut self, end: i64) -> State {
        let end = end.min(self.judgement.end);
        let reach = self.alarm.evaluation_periods() * self.alarm.period();
        if end == self.judgement.end || self.fine.is_some_and(|since| since <= end - reach) {
            return self.judgement.state;
        }
        self.judge(end).state
    }

    /// The changes of the state in a [`stretch`], newest first.
    pub fn transitions(&mut self, stretch: &Range<i64>) -> Vec<Transition> {
        let period = self.alarm.period();
        let closely = self::stretch(self.now, 0).start;
        let oldest = stretch.start.max(align_down(self.alarm.configured(), period));
        let mut found = Vec::new();
        let mut at = stretch.end.min(self.judgement.end);
        let mut state = self.state_at(at);
        while at > oldest {
            let before = if at > closely { at - period } else { align_down(at - 1, HOUR) }.max(oldest);
            if self.state_at(before) == state {
                at = before;
                continue;
            }
            // It changed somewhere between the two.
            let mut first = at;
            let mut from = self.state_at(first - period);
            while from == state && first - period > before {
                first -= period;
                from = self.state_at(first - period);
            }
            found.push(self.transition(first, from, state));
            (at, state) = (first - period, from);
        }
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
        if let Some(Transition { at, cause, .. }) = self.last_before(i64::MAX, 0) {
            return History { since: at, cause };
        }
        let since = self.alarm.configured();
        History { since, cause: Cause::of(&self.alarm, &self.judgement, since) }
    }

    /// Why the alarm was in its state before a change of which the history knows no earlier one.
    pub fn cause_before(&mut self, change: &Transition) -> Cause {
        if change.from == State::InsufficientData {
            return Cause::unchecked();
        }
        let period = self.alarm.period();
        let judgement = self.judge(align_down(change.at - DELAY, period) - period);
        Cause::of(&self.alarm, &judgement, self.alarm.configured())
    }

    fn transition(&mut self, first: i64, from: State, to: State) -> Transition {
        let at = (first + DELAY).max(self.alarm.configured());
        let judgement = self.judge(first);
        Transition { at, from, to, cause: Cause::of(&self.alarm, &judgement, at) }
    }

    fn judge(&mut self, end: i64) -> Evaluated {
        judge(&self.alarm, self.reader.as_mut(), end)
    }
}

/// Evaluates an alarm over the periods that end at `end`. A missing datapoint is left out, as
/// `TreatMissingData` = `missing` has it.
fn judge(alarm: &Alarm<'_>, reader: Option<&mut Reader<'_>>, end: i64) -> Evaluated {
    let mut points = Vec::new();
    if let Some(reader) = reader {
        for back in 1..=alarm.evaluation_periods() {
            let start = end - back * alarm.period();
            if reader.load(start, alarm.period()) {
                points.push((start, reader.stat(alarm.statistic().1)));
            }
        }
    }
    let low_is_bad = alarm.comparison().0 == "LessThanThreshold";
    let breaches = |value: f64| if low_is_bad { value < alarm.threshold() } else { value > alarm.threshold() };
    let state = if points.is_empty() {
        State::InsufficientData
    } else if points.iter().all(|point| breaches(point.1)) {
        State::Alarm
    } else {
        State::Ok
    };
    Evaluated { end, state, points }
}
