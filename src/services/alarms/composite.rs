//! What a composite alarm looks at, and what keeps its actions back.

use super::rule::Reference;
use crate::domain::duration;

/// A composite alarm (API reference, `CompositeAlarm`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompositeWatch {
    /// `AlarmRule`, as it is written.
    pub rule: String,
    /// The alarms that the rule names, in its order; one that it names twice is there twice.
    pub children: Vec<Reference>,
    /// Whose ALARM keeps its actions back.
    pub suppressor: Option<Suppressor>,
    /// That its actions are kept back now.
    pub suppressed: Option<Suppression>,
}

/// `ActionsSuppressor` of a composite alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressor {
    /// Its name or ARN.
    pub alarm: String,
    /// `ActionsSuppressorWaitPeriod`: seconds that it waits for the suppressor to go into ALARM.
    pub wait: Option<u32>,
    /// `ActionsSuppressorExtensionPeriod`: seconds that it waits after the suppressor has left ALARM.
    pub extension: Option<u32>,
}

/// That the actions of a composite alarm are kept back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub by: SuppressedBy,
    /// `ActionsSuppressedReason`.
    pub reason: String,
}

/// `ActionsSuppressedBy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuppressedBy {
    /// The suppressor is in ALARM.
    Alarm,
    /// It waits for the suppressor to go into ALARM.
    WaitPeriod,
    /// The suppressor has left ALARM, and it waits a while longer.
    ExtensionPeriod,
    /// One that is newer than this console.
    Unknown(String),
}

impl SuppressedBy {
    /// What CloudWatch calls so, of cleaned text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "Alarm" => Self::Alarm,
            "WaitPeriod" => Self::WaitPeriod,
            "ExtensionPeriod" => Self::ExtensionPeriod,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// As it is said in a line, of an alarm with this suppressor.
    #[must_use]
    pub fn words(&self, suppressor: Option<&Suppressor>) -> String {
        let most =
            |seconds: Option<u32>| seconds.map_or_else(|| "a while".into(), |of| duration::seconds(i64::from(of)));
        match self {
            Self::Alarm => "its actions are kept back: the suppressor is in ALARM".into(),
            Self::WaitPeriod => {
                let most = most(suppressor.and_then(|suppressor| suppressor.wait));
                format!("its actions are held for at most {most}, then performed unless the suppressor goes into ALARM")
            }
            Self::ExtensionPeriod => {
                let most = most(suppressor.and_then(|suppressor| suppressor.extension));
                format!("its actions are held for {most} after the suppressor has left ALARM, then performed")
            }
            Self::Unknown(name) => format!("its actions are kept back: {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_words() {
        assert_eq!(SuppressedBy::from_name("WaitPeriod"), SuppressedBy::WaitPeriod);
        assert_eq!(SuppressedBy::from_name("ExtensionPeriod"), SuppressedBy::ExtensionPeriod);
        assert_eq!(SuppressedBy::from_name("Moon").words(None), "its actions are kept back: Moon");
        let of = Suppressor { alarm: "deployment".into(), wait: Some(60), extension: Some(90) };
        assert_eq!(
            SuppressedBy::WaitPeriod.words(Some(&of)),
            "its actions are held for at most 1m, then performed unless the suppressor goes into ALARM"
        );
        let held = "its actions are held for 1m 30s after the suppressor has left ALARM, then performed";
        assert_eq!(SuppressedBy::ExtensionPeriod.words(Some(&of)), held);
    }
}
