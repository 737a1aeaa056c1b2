//! Health rules of alarms: what an alarm says, and whether it would say anything at all.
//!
//! Pure. The engine is `crate::health`, which judges [`Alarms`] by the rules here. CloudWatch gives an alarm no severity:
//! one that is in ALARM is a warning, and what stands behind it may be found worse by the rules of what it watches.
//!
//! One trouble is told once ([`Teller`]): an alarm on what a finding of its DB instance says already is evidence of that
//! finding ([`echo`]), and an alarm that makes a composite one ring is told with it.

mod rules;

use jiff::Timestamp;

use super::Alarm;
use crate::domain::finding::About;
use crate::health::{self, Judged};

/// One check of an alarm.
pub type Rule = health::Rule<Alarms>;
/// What a check of an alarm sees.
pub type Case<'a> = health::Case<'a, Alarms>;
/// What a check of an alarm found.
pub type Verdict = health::Verdict<std::convert::Infallible>;

/// Alarms, for the rules to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarms;

/// What the rules of alarms need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmNeed {
    /// The alarms themselves.
    Alarms,
    /// The DB instances of the same site: which of them there are.
    Databases,
    /// Their metrics: which they report.
    Metrics,
}

/// All of them.
pub const NEEDED: [AlarmNeed; 3] = [AlarmNeed::Alarms, AlarmNeed::Databases, AlarmNeed::Metrics];

impl Judged for Alarms {
    type Subject<'a> = AlarmSubject<'a>;
    type Read = AlarmNeed;
    type Operation = std::convert::Infallible;

    const ABOUT: About = About::Alarm;
    const LISTED: AlarmNeed = AlarmNeed::Alarms;

    fn rules() -> impl Iterator<Item = &'static Rule> {
        rules::RULES.iter()
    }

    fn resource<'s>(subject: &'s AlarmSubject<'_>) -> (&'s str, &'s str) {
        (&subject.alarm.name, subject.alarm.key())
    }
}

/// An alarm and everything that the rules look at.
#[derive(Debug, Clone)]
pub struct AlarmSubject<'a> {
    pub alarm: &'a Alarm,
    /// Who says already that it is in ALARM.
    pub told: Option<Teller>,
    /// Of a composite alarm the alarms in ALARM that make it ring.
    pub ringing: Vec<&'a str>,
    /// The rule of a composite alarm names it, or it is one's suppressor: it need not act by itself.
    pub is_part: bool,
    /// The DB instances that it watches; none where they were not read.
    pub watched: Option<WatchedInstances>,
}

/// Who says of an alarm in ALARM what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// A finding of the DB instance that it watches, by the same metric.
    Finding,
    /// A composite alarm of the same environment that rings because of it.
    Composite,
}

/// What there is of the DB instances that an alarm watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchedInstances {
    /// It watches none.
    None,
    /// None of them is there.
    Gone,
    /// They are there, or some of them.
    There {
        /// Its one DB instance serves, and reports the metric at this moment.
        reports: bool,
    },
}

impl Alarm {
    /// What tells it from all others: its ARN, or its name where that is missing.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.arn.is_empty() { &self.name } else { &self.arn }
    }

    /// Whether all that it does in ALARM is to scale. Such alarms are control signals: the one that scales in is in
    /// ALARM for as long as there is little to do (EC2 Auto Scaling user guide, "Target tracking scaling policies").
    #[must_use]
    pub fn only_scales(&self) -> bool {
        let is_policy = |arn: &String| arn.split(':').nth(2) == Some("autoscaling");
        !self.actions.alarm.is_empty() && self.actions.alarm.iter().all(is_policy)
    }

    /// Why it does nothing by itself when it rings; none where it acts. Rules of EventBridge are not read: they get every
    /// change of a state (CloudWatch user guide, "Alarm events and EventBridge").
    #[must_use]
    pub fn unheard(&self) -> Option<&'static str> {
        if !self.actions_enabled {
            Some("its actions are switched off")
        } else if self.actions.alarm.is_empty() {
            Some("it takes no action for ALARM by itself")
        } else if self.is_kept_back() {
            Some("its actions are kept back by its suppressor")
        } else {
            None
        }
    }
}

/// What an alarm in ALARM adds to a finding that says the same: `alarm orders-cpu in ALARM since 04:08Z`.
#[must_use]
pub fn echo(alarm: &Alarm, now: Timestamp) -> String {
    let since = alarm.since.map(|at| {
        let is_today = now.duration_since(at).as_hours() < 24;
        format!(" since {}", at.strftime(if is_today { "%H:%MZ" } else { "%Y-%m-%d" }))
    });
    let unheard = alarm.unheard().map(|words| format!(", {words}")).unwrap_or_default();
    format!("alarm {} in ALARM{}{unheard}", alarm.name, since.unwrap_or_default())
}

/// Seconds after which an alarm that gets no data has waited long enough for it: twice the time that it looks at.
fn patience(alarm: &Alarm) -> f64 {
    let periods = alarm.judged().map_or(1, |judged| judged.evaluation_periods.max(1));
    let looked_at = f64::from(alarm.period().unwrap_or(60)) * f64::from(periods);
    (2.0 * looked_at).max(LONG)
}

/// It has waited an hour at least, seconds.
const LONG: f64 = 3600.0;

#[cfg(test)]
mod tests;
