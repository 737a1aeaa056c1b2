//! The alarms that the estates' Terraform has put on every database: what each of them watches, and whom it tells.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::Call;
use super::fault::Fault;
use super::series::Stat;
use crate::sandbox::world::Instance;
use crate::sandbox::world::metrics::RdsMetric;

/// More databases than this in a region have one alarm each, to keep the listing quick.
const MANY: usize = 500;

/// The database whose storage alarm has had its actions disabled, for a restore that filled the volume on purpose, and
/// whose actions nobody has enabled since: it goes off and nobody is told.
const MUTED: &str = "rentaliq-qa-db";

/// `StateValue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ok,
    Alarm,
    InsufficientData,
}

impl State {
    const ALL: [Self; 3] = [Self::Ok, Self::Alarm, Self::InsufficientData];

    /// CloudWatch's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What an alarm watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    Cpu,
    Lag,
    Storage,
}

/// One alarm of one database.
#[derive(Debug, Clone, Copy)]
pub struct Alarm<'a> {
    pub instance: &'a Instance,
    pub watch: Watch,
}

impl Alarm<'_> {
    /// `AlarmName`.
    pub fn name(&self) -> String {
        let suffix = match self.watch {
            Watch::Cpu => "cpu-high",
            Watch::Lag => "replica-lag-high",
            Watch::Storage => "storage-low",
        };
        format!("{}-{suffix}", self.instance.id)
    }

    /// The order of the names. Few ids begin with another one: for all others no name need be made.
    fn by_name(&self, other: &Self) -> Ordering {
        let (one, two) = (self.instance.id.as_bytes(), other.instance.id.as_bytes());
        let both = one.len().min(two.len());
        one.get(..both).cmp(&two.get(..both)).then_with(|| self.name().cmp(&other.name()))
    }

    /// The metric that is watched.
    pub fn metric(&self) -> RdsMetric {
        match self.watch {
            Watch::Cpu => RdsMetric::CpuUtilization,
            Watch::Lag => RdsMetric::ReplicaLag,
            Watch::Storage => RdsMetric::FreeStorageSpace,
        }
    }

    /// `Statistic`, by name and as it is computed.
    pub fn statistic(&self) -> (&'static str, Stat) {
        match self.watch {
            Watch::Cpu => ("Average", Stat::Average),
            Watch::Lag => ("Maximum", Stat::Maximum),
            Watch::Storage => ("Minimum", Stat::Minimum),
        }
    }

    /// `Period`, seconds.
    pub fn period(&self) -> i64 {
        match self.watch {
            Watch::Lag => 60,
            Watch::Cpu | Watch::Storage => 300,
        }
    }

    /// `EvaluationPeriods`, all of which must breach.
    pub fn evaluation_periods(&self) -> i64 {
        match self.watch {
            Watch::Lag => 5,
            Watch::Cpu | Watch::Storage => 1,
        }
    }

    /// `Threshold`, in the metric's unit.
    pub fn threshold(&self) -> f64 {
        match self.watch {
            Watch::Cpu => 80.0,
            Watch::Lag => 60.0,
            // A tenth of what is allocated.
            Watch::Storage => f64::from(self.instance.allocated_gib) * 1_073_741_824.0 / 10.0,
        }
    }

    /// `ComparisonOperator`, and the same in the words of a state's reason.
    pub fn comparison(&self) -> (&'static str, &'static str) {
        match self.watch {
            Watch::Storage => ("LessThanThreshold", "less than"),
            Watch::Cpu | Watch::Lag => ("GreaterThanThreshold", "greater than"),
        }
    }

    /// `AlarmDescription`.
    pub fn description(&self) -> &'static str {
        match self.watch {
            Watch::Cpu => "CPU is above 80 % on average over 5 minutes",
            Watch::Lag => "The replica is more than 60 s behind for 5 minutes",
            Watch::Storage => "Less than a tenth of the storage is free",
        }
    }

    /// `ActionsEnabled`: whether anybody is told.
    pub fn acts(&self) -> bool {
        self.watch != Watch::Storage || self.instance.id != MUTED
    }

    /// When the alarm was put, seconds since 1970: together with its database.
    pub fn configured(&self) -> i64 {
        self.instance.created.as_second()
    }
}

/// The kinds of alarms that a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    pub metric: bool,
    pub composite: bool,
}

impl Kinds {
    /// `AlarmType` of each kind.
    pub const METRIC: &'static str = "MetricAlarm";
    pub const COMPOSITE: &'static str = "CompositeAlarm";
    pub const LOG: &'static str = "LogAlarm";

    /// Reads `AlarmTypes`: metric alarms alone where nothing is said. Log alarms are known, and there are none.
    ///
    /// # Errors
    /// `ValidationError` for a kind that there is not.
    pub fn read(types: Option<&[String]>) -> Result<Self, Fault> {
        let types = types.unwrap_or_default();
        let known = [Self::COMPOSITE, Self::LOG, Self::METRIC];
        if let Some(other) = types.iter().find(|kind| !known.contains(&kind.as_str())) {
            return Err(Fault::not_among(other, "alarmTypes", &known));
        }
        let asks = |name: &str| types.iter().any(|kind| kind == name);
        Ok(Self { metric: types.is_empty() || asks(Self::METRIC), composite: asks(Self::COMPOSITE) })
    }
}

/// All alarms on databases of the caller's region, by name.
pub fn all<'a>(call: &Call<'a>, now: i64) -> Vec<Alarm<'a>> {
    let Call { world, caller, .. } = *call;
    let now = Timestamp::from_second(now).unwrap_or_default();
    let there = world.instances_in(&caller.account, &caller.region).filter(|i| i.settled_status_at(now).is_some());
    let mut alarms: Vec<Alarm<'a>> = there.map(|instance| Alarm { instance, watch: Watch::Cpu }).collect();
    if alarms.len() <= MANY {
        for Alarm { instance, .. } in alarms.clone() {
            alarms.push(Alarm { instance, watch: Watch::Storage });
            if instance.source.is_some() {
                alarms.push(Alarm { instance, watch: Watch::Lag });
            }
        }
    }
    alarms.sort_by(Alarm::by_name);
    alarms
}

/// The topic that every alarm tells.
pub fn topic(call: &Call<'_>) -> String {
    format!("arn:aws:sns:{}:{}:oncall", call.caller.region, call.caller.account)
}

/// `AlarmArn` of the caller's alarm of that name.
pub fn arn(call: &Call<'_>, name: &str) -> String {
    format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", call.caller.region, call.caller.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_alarms_may_be_asked_for() {
        let asked = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Kinds::read(Some(&names)).ok().map(|kinds| (kinds.metric, kinds.composite))
        };
        assert_eq!(asked(&["LogAlarm"]), Some((false, false)));
        assert_eq!(asked(&["MetricAlarm", "LogAlarm"]), Some((true, false)));
        assert_eq!(asked(&["Siren"]), None);
    }

    #[test]
    fn states_have_names() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
        }
        assert_eq!(State::parse("ok"), None);
    }
}
