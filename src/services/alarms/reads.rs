//! What of alarms is read, how often, what is asked for it, and what comes back.

use std::sync::Arc;

use jiff::Timestamp;

use super::gathered::Curve;
use super::history::Past;
use super::model::Alarm;
use super::series::CurveQuestion;

/// One thing that is read as a whole and has one age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Read {
    /// All alarms of a site.
    All,
    /// What happened to an alarm, by its name.
    History(Arc<str>),
    /// The curve of what an alarm judges, by its name.
    Curve(Arc<str>),
}

impl Read {
    /// What a person calls it.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::All => "alarms".into(),
            Self::History(alarm) => format!("history of alarm {alarm}"),
            Self::Curve(alarm) => format!("curve of alarm {alarm}"),
        }
    }

    /// Seconds between two reads: while it is on the screen, while it belongs to what is shown, and while it does not.
    #[must_use]
    pub fn intervals(&self) -> [i64; 3] {
        match self {
            Self::All => [60, 60, 300],
            Self::History(_) | Self::Curve(_) => [60, 600, 600],
        }
    }
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    All,
    History { alarm: Arc<str>, since: Timestamp, until: Timestamp },
    Curve(Box<CurveQuestion>),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    All(Vec<Alarm>),
    History(Past),
    Curve(Curve),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_attention_is_never_faster() {
        for read in [Read::All, Read::History("a".into()), Read::Curve("a".into())] {
            assert!(read.intervals().is_sorted(), "{}", read.title());
        }
    }
}
