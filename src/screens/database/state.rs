//! What the database screen remembers.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Metric, SiteId};
use crate::services::rds::Opened;

/// A range of the charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub name: &'static str,
    /// Length in seconds.
    pub seconds: i64,
    /// Period of the datapoints, seconds: fine enough for the widest chart, few enough to be cheap.
    pub period: u32,
}

/// The ranges, shortest first.
pub const RANGES: [Span; 7] = [
    Span { name: "1h", seconds: 3600, period: 60 },
    Span { name: "3h", seconds: 3 * 3600, period: 60 },
    Span { name: "12h", seconds: 12 * 3600, period: 300 },
    Span { name: "24h", seconds: 86_400, period: 300 },
    Span { name: "3d", seconds: 3 * 86_400, period: 900 },
    Span { name: "7d", seconds: 7 * 86_400, period: 3600 },
    Span { name: "14d", seconds: 14 * 86_400, period: 3600 },
];

/// A part of the screen that takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Charts,
    Replication,
    Events,
    Snapshots,
    Configuration,
}

impl Pane {
    /// In the order of Tab.
    pub const ALL: [Self; 5] = [Self::Charts, Self::Replication, Self::Events, Self::Snapshots, Self::Configuration];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Charts => "Charts",
            Self::Replication => "Replication",
            Self::Events => "Events",
            Self::Snapshots => "Snapshots",
            Self::Configuration => "Configuration",
        }
    }
}

/// State of the database screen.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub site: SiteId,
    /// `DBInstanceIdentifier`.
    pub id: Arc<str>,
    /// Index into [`RANGES`].
    pub range: usize,
    /// The right edge of the charts in seconds; `None` follows the present.
    pub end: Option<i64>,
    /// The moment that is read, seconds.
    pub cursor: Option<i64>,
    pub pane: Pane,
    /// The list that is shown below the charts when there is room for both.
    pub list: Pane,
    /// First visible row of charts.
    pub chart_offset: usize,
    /// First visible line of each list.
    pub list_offset: usize,
    /// Cursor in the replication tree.
    pub node: usize,
    /// The rule of the finding under the cursor of the strip; the worst where it is none.
    pub finding: Option<&'static str>,
    /// The charts are scaled to their data, not from 0 or to a limit.
    pub scaled: bool,
    /// The strip of findings was put away.
    pub is_put_away: bool,
}

/// The past that can be shown: CloudWatch keeps 60 s datapoints for 15 days, and the longest
/// range is 14.
pub const OLDEST: i64 = 15 * 86_400;

impl State {
    /// Opens with the last three hours.
    #[must_use]
    pub fn new(site: SiteId, id: &str) -> Self {
        Self {
            site,
            id: id.into(),
            range: 1,
            end: None,
            cursor: None,
            pane: Pane::Charts,
            list: Pane::Events,
            chart_offset: 0,
            list_offset: 0,
            node: 0,
            finding: None,
            scaled: false,
            is_put_away: false,
        }
    }

    /// The range of the charts.
    #[must_use]
    pub fn range(&self) -> Span {
        RANGES[self.range.min(RANGES.len() - 1)]
    }

    /// The seconds that the charts show, aligned to the period so that nothing moves between two
    /// datapoints.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> Range<i64> {
        let span = self.range();
        let step = i64::from(span.period);
        let end = (self.end.unwrap_or(now.as_second()) + step - 1).div_euclid(step) * step;
        end - span.seconds..end
    }

    /// What of it is looked at, with these metrics beside the usual charts: it decides what is read.
    #[must_use]
    pub fn looked_at(&self, beside: Vec<Metric>, now: Timestamp) -> Opened {
        Opened { id: self.id.clone(), period: self.range().period, window: self.window(now), beside }
    }

    /// What decides which datapoints are needed.
    #[must_use]
    pub fn charted(&self) -> (usize, Option<i64>) {
        (self.range, self.end)
    }

    /// Moves the window by this many seconds, within what can be shown.
    pub fn pan(&mut self, by: i64, now: Timestamp) {
        let now = now.as_second();
        let end = self.end.unwrap_or(now) + by;
        self.end = (end < now).then_some(end.max(now - OLDEST + self.range().seconds));
        self.clamp_cursor(now);
    }

    /// Another range around the cursor, or around the middle of a window of the past, or up to
    /// the present.
    pub fn set_range(&mut self, range: usize, now: Timestamp) {
        let before = self.window(now);
        let center = self.cursor.or(self.end.map(|_| i64::midpoint(before.start, before.end)));
        self.range = range.min(RANGES.len() - 1);
        let seconds = now.as_second();
        self.end = center
            .map(|center| center + self.range().seconds / 2)
            .filter(|end| *end < seconds)
            .map(|end| end.max(seconds - OLDEST + self.range().seconds));
        self.clamp_cursor(seconds);
    }

    /// The cursor at a moment that something began at, a third into the longest range that is over by now; in the shortest
    /// one where none is.
    pub fn begin_at(&mut self, at: i64, now: Timestamp) {
        let seconds = now.as_second();
        let is_over = |span: &Span| at + span.seconds * 2 / 3 <= seconds;
        self.range = RANGES.iter().rposition(is_over).unwrap_or(0);
        let length = self.range().seconds;
        let end = Some(at + length * 2 / 3).filter(|end| *end < seconds);
        self.end = end.map(|end| end.max(seconds - OLDEST + length));
        self.cursor = Some(at);
        self.clamp_cursor(seconds);
    }

    /// The shortest range up to now that has a moment, with the cursor there.
    pub fn reach_back_to(&mut self, at: i64, now: Timestamp) {
        let seconds = now.as_second();
        self.range = RANGES.iter().position(|span| span.seconds >= seconds - at).unwrap_or(RANGES.len() - 1);
        self.end = None;
        self.cursor = Some(at);
        self.clamp_cursor(seconds);
    }

    /// Moves the cursor; the first press puts it on the newest datapoint's place.
    pub fn move_cursor(&mut self, steps: i64, now: Timestamp) {
        let window = self.window(now);
        let span = self.range();
        // Whole periods: no datapoint is jumped over.
        let period = i64::from(span.period);
        let step = (span.seconds / 180 / period).max(1) * period;
        let to = match self.cursor {
            None => window.end - i64::from(span.period) * 2,
            Some(at) => at + steps * step,
        };
        if to < window.start {
            self.pan(-span.seconds / 4, now);
        } else if to >= window.end {
            self.pan(span.seconds / 4, now);
        }
        self.cursor = Some(to);
        self.clamp_cursor(now.as_second());
    }

    fn clamp_cursor(&mut self, now: i64) {
        if let (Some(at), Ok(moment)) = (self.cursor, Timestamp::from_second(now)) {
            let window = self.window(moment);
            let step = i64::from(self.range().period);
            self.cursor = Some(at.div_euclid(step) * step).map(|at| at.clamp(window.start, window.end - step));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_steps_at_once_are_ten_and_move_the_window_along() {
        let moment = Timestamp::from_second(1_795_000_000).expect("in range");
        for range in 0..RANGES.len() {
            let (mut once, mut ten) = (State::new(SiteId(0), "db"), State::new(SiteId(0), "db"));
            once.set_range(range, moment);
            ten.set_range(range, moment);
            once.move_cursor(-1, moment);
            ten.move_cursor(-1, moment);
            for times in 1..20 {
                (0..10).for_each(|_| once.move_cursor(-1, moment));
                ten.move_cursor(-10, moment);
                assert_eq!(ten.cursor, once.cursor, "{range} {times}");
                let (window, at) = (ten.window(moment), ten.cursor.expect("it is there"));
                assert!((window.start..window.end).contains(&at), "{range} {times}");
            }
            (0..300).for_each(|_| ten.move_cursor(10, moment));
            assert_eq!(ten.end, None, "{range}");
        }
    }

    #[test]
    fn what_began_is_seen_with_what_was_before_and_after() {
        let now = 1_795_000_000;
        let moment = Timestamp::from_second(now).expect("in range");
        for (ago, name) in [(60, "1h"), (840, "1h"), (2_400, "1h"), (7_200, "3h"), (40_000, "12h"), (5 * 86_400, "7d")]
        {
            let mut state = State::new(SiteId(0), "db");
            state.begin_at(now - ago, moment);
            let (span, window) = (state.range(), state.window(moment));
            assert_eq!(span.name, name, "{ago}");
            let cursor = state.cursor.expect("it is there");
            assert!((cursor - (now - ago)).abs() < i64::from(span.period), "{ago}");
            let share = (cursor - window.start) as f64 / span.seconds as f64;
            assert!(share > 0.3 && (share < 0.36 || state.end.is_none()), "{ago}: {share}");
        }
        let mut state = State::new(SiteId(0), "db");
        state.begin_at(now - 40 * 86_400, moment);
        assert_eq!((state.range().name, state.cursor), ("14d", Some(state.window(moment).start)));
    }
}
