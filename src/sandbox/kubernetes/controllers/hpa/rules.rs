//! How fast an autoscaler may go: stabilization windows and policies (`spec.behavior`), minimum and maximum.

use jiff::Timestamp;
use serde_json::Value;

use super::seconds_before;

/// A policy: so many pods or per cent in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Policy {
    percent: bool,
    value: i64,
    period: i64,
}

/// Rules of one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rules {
    window: i64,
    policies: Vec<Policy>,
    /// `selectPolicy`: the largest change, the smallest, or none.
    select: Select,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Select {
    Most,
    Least,
    Disabled,
}

/// `spec.behavior` with its defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    up: Rules,
    down: Rules,
}

impl Behaviour {
    /// Reads it; upstream's defaults for what is not said: up by 4 pods or 100 % in 15 s at once, down by 100 % in 15 s
    /// with a window of 300 s.
    #[must_use]
    pub fn read(behaviour: &Value) -> Self {
        let percent = |period| Policy { percent: true, value: 100, period };
        let up = vec![Policy { percent: false, value: 4, period: 15 }, percent(15)];
        Self {
            up: Rules::read(&behaviour["scaleUp"], 0, up),
            down: Rules::read(&behaviour["scaleDown"], 300, vec![percent(15)]),
        }
    }
}

impl Rules {
    fn read(rules: &Value, window: i64, policies: Vec<Policy>) -> Self {
        let read = |policy: &Value| Policy {
            percent: policy["type"] == "Percent",
            value: policy["value"].as_i64().unwrap_or(0),
            period: policy["periodSeconds"].as_i64().unwrap_or(15),
        };
        let said: Option<Vec<Policy>> = rules["policies"].as_array().map(|all| all.iter().map(read).collect());
        Self {
            window: rules["stabilizationWindowSeconds"].as_i64().unwrap_or(window),
            policies: said.filter(|said| !said.is_empty()).unwrap_or(policies),
            select: match rules["selectPolicy"].as_str() {
                Some("Min") => Select::Least,
                Some("Disabled") => Select::Disabled,
                _ => Select::Most,
            },
        }
    }
}

/// Why the number is not what the metrics ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    Not,
    Most,
    Least,
    UpRate,
    DownRate,
}

impl Limited {
    /// Status, reason and message of `ScalingLimited`.
    #[must_use]
    pub fn said(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Not => ("False", "DesiredWithinRange", "the desired count is within the acceptable range"),
            Self::Most => {
                ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
            }
            Self::Least => {
                ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
            }
            Self::UpRate => {
                ("True", "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
            }
            Self::DownRate => {
                ("True", "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
            }
        }
    }
}

/// What an autoscaler recommended and did.
#[derive(Debug, Default)]
pub struct ScaleHistory {
    recommended: Vec<(Timestamp, i64)>,
    changes: Vec<(Timestamp, i64)>,
}

impl ScaleHistory {
    /// The recommendation behind the stabilization windows: the least recent one bounds growth, the largest shrinking.
    pub fn stabilize(&mut self, behaviour: &Behaviour, current: i64, proposal: i64, now: Timestamp) -> i64 {
        let within = |window: i64, at: Timestamp| at > seconds_before(now, window);
        let (mut least, mut most) = (proposal, proposal);
        for (at, one) in &self.recommended {
            if within(behaviour.up.window, *at) {
                least = least.min(*one);
            }
            if within(behaviour.down.window, *at) {
                most = most.max(*one);
            }
        }
        let longest = behaviour.up.window.max(behaviour.down.window);
        self.recommended.retain(|(at, _)| within(longest, *at));
        self.recommended.push((now, proposal));
        let mut stable = current;
        if stable < least {
            stable = least;
        }
        if stable > most {
            stable = most;
        }
        stable
    }

    /// The number within policies, minimum and maximum.
    pub fn limit(
        &mut self,
        behaviour: &Behaviour,
        current: i64,
        wanted: i64,
        (least, most): (i64, i64),
        now: Timestamp,
    ) -> (i64, Limited) {
        self.changes.retain(|(at, _)| *at > seconds_before(now, 3_600));
        if wanted > current {
            let rate = self.up(&behaviour.up, current, now).max(current);
            let (bound, why) = if most < rate { (most, Limited::Most) } else { (rate, Limited::UpRate) };
            return if wanted > bound { (bound, why) } else { (wanted, Limited::Not) };
        }
        if wanted < current {
            let rate = self.down(&behaviour.down, current, now).min(current);
            let (bound, why) = if least > rate { (least, Limited::Least) } else { (rate, Limited::DownRate) };
            return if wanted < bound { (bound, why) } else { (wanted, Limited::Not) };
        }
        (wanted, Limited::Not)
    }

    fn changed(&self, period: i64, up: bool, now: Timestamp) -> i64 {
        let within = self.changes.iter().filter(|(at, by)| *at > seconds_before(now, period) && (*by > 0) == up);
        within.map(|(_, by)| by.abs()).sum()
    }

    fn up(&self, rules: &Rules, current: i64, now: Timestamp) -> i64 {
        let bound = |policy: &Policy| {
            let start = current - self.changed(policy.period, true, now);
            if policy.percent {
                (start as f64 * (1.0 + policy.value as f64 / 100.0)).ceil() as i64
            } else {
                start + policy.value
            }
        };
        let bounds = rules.policies.iter().map(bound);
        match rules.select {
            Select::Disabled => current,
            Select::Most => bounds.max().unwrap_or(current),
            Select::Least => bounds.min().unwrap_or(current),
        }
    }

    fn down(&self, rules: &Rules, current: i64, now: Timestamp) -> i64 {
        let bound = |policy: &Policy| {
            let start = current + self.changed(policy.period, false, now);
            if policy.percent {
                (start as f64 * (1.0 - policy.value as f64 / 100.0)) as i64
            } else {
                start - policy.value
            }
        };
        let bounds = rules.policies.iter().map(bound);
        match rules.select {
            Select::Disabled => current,
            Select::Most => bounds.min().unwrap_or(current),
            Select::Least => bounds.max().unwrap_or(current),
        }
    }

    /// It was scaled by so many.
    pub fn scaled(&mut self, by: i64, now: Timestamp) {
        self.changes.push((now, by));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn growth_is_bounded_by_four_pods_or_double() {
        let usual = Behaviour::read(&Value::Null);
        let mut history = ScaleHistory::default();
        assert_eq!(history.limit(&usual, 1, 100, (1, 50), at(0)), (5, Limited::UpRate));
        assert_eq!(history.limit(&usual, 10, 100, (1, 50), at(0)), (20, Limited::UpRate));
        assert_eq!(history.limit(&usual, 30, 100, (1, 50), at(0)), (50, Limited::Most));
        history.scaled(4, at(0));
        // Within the same 15 s the four are used up.
        assert_eq!(history.limit(&usual, 5, 100, (1, 50), at(10)), (5, Limited::UpRate));
    }

    #[test]
    fn shrinking_waits_five_minutes() {
        let usual = Behaviour::read(&Value::Null);
        let mut history = ScaleHistory::default();
        assert_eq!(history.stabilize(&usual, 10, 10, at(0)), 10);
        assert_eq!(history.stabilize(&usual, 10, 4, at(15)), 10);
        assert_eq!(history.stabilize(&usual, 10, 4, at(299)), 10);
        assert_eq!(history.stabilize(&usual, 10, 4, at(301)), 4);
        assert_eq!(history.limit(&usual, 10, 4, (5, 50), at(301)), (5, Limited::Least));
        let slow =
            Behaviour::read(&json!({"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}}));
        assert_eq!(history.limit(&slow, 10, 4, (5, 50), at(301)), (9, Limited::DownRate));
    }
}
