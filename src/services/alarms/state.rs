//! The states of an alarm.

/// `StateValue` of an alarm; the first is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmState {
    /// It rings.
    Alarm,
    /// It has just begun, its metric is not there, or there is too little data to decide.
    InsufficientData,
    /// It does not ring.
    Ok,
}

impl AlarmState {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Alarm, Self::InsufficientData, Self::Ok];

    /// CloudWatch's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
            Self::Ok => "OK",
        }
    }

    /// The state that CloudWatch calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_called_as_cloudwatch_calls_it() {
        for state in AlarmState::ALL {
            assert_eq!(AlarmState::from_name(state.name()), Some(state));
        }
        assert_eq!(AlarmState::from_name("alarm"), None);
        assert!(AlarmState::Alarm < AlarmState::InsufficientData && AlarmState::InsufficientData < AlarmState::Ok);
    }
}
