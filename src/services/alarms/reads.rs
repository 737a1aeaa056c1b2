//! What of alarms is read, how often, what is asked for it, and what comes back.

use std::sync::Arc;

use jiff::Timestamp;

use super::gathered::Curve;
use super::history::Past;
use super::model::Alarm;
use super::series::CurveQuestion;
use crate::collect::shared::share;
use crate::collect::{Attention, Readable};
use crate::domain::database::account_of;

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
    /// It is wanted only while its alarm is looked at.
    #[must_use]
    pub fn is_of_detail(&self) -> bool {
        *self != Self::All
    }
}

/// What a person calls what is read.
#[must_use]
pub fn title(read: &Read) -> String {
    Readable::title(read)
}

impl Readable for Read {
    fn title(&self) -> String {
        match self {
            Self::All => "alarms".into(),
            Self::History(alarm) => format!("history of alarm {alarm}"),
            Self::Curve(alarm) => format!("curve of alarm {alarm}"),
        }
    }

    fn intervals(&self) -> [i64; 3] {
        match self {
            Self::All => [60, 60, 300],
            Self::History(_) | Self::Curve(_) => [60, 600, 600],
        }
    }

    fn is_of_periods(&self) -> bool {
        matches!(self, Self::Curve(_))
    }
}

/// What of a site is worth reading, and how eagerly; `open` is the name of the alarm that is looked at.
#[must_use]
pub fn wanted(list: Attention, open: Option<&Arc<str>>) -> Vec<(Read, Attention)> {
    let mut wanted = vec![(Read::All, list)];
    if let Some(name) = open {
        wanted.push((Read::History(name.clone()), Attention::Watched));
        wanted.push((Read::Curve(name.clone()), Attention::Watched));
    }
    wanted
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
    All(Vec<Arc<Alarm>>),
    History(Past),
    Curve(Curve),
}

impl Answer {
    /// What has not changed since another answer to the same becomes the same record as there.
    pub fn share(&mut self, before: &Self) {
        if let (Self::All(fresh), Self::All(before)) = (self, before) {
            share(fresh, before, |alarm| &alarm.arn);
        }
    }

    /// It is a list of records that an answer to the same is worth being compared with.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::All(_))
    }

    /// The accounts that its ARNs are of.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let alarms = match self {
            Self::All(alarms) => alarms.as_slice(),
            _ => &[],
        };
        alarms.iter().map(|alarm| account_of(&alarm.arn)).filter(|account| !account.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_asked_for_when_a_period_is_over() {
        assert!(Read::Curve("a".into()).is_of_periods());
        assert!(!Read::All.is_of_periods() && !Read::History("a".into()).is_of_periods());
    }

    #[test]
    fn less_attention_is_never_faster() {
        for read in [Read::All, Read::History("a".into()), Read::Curve("a".into())] {
            assert!(read.intervals().is_sorted(), "{}", read.title());
        }
    }
}
