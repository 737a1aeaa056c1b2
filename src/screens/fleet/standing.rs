//! How an environment is, in one mark: the fleet's line, the header and the list of environments
//! show the same.

use super::summary::Summary;
use crate::domain::finding::{About, Severity};
use crate::domain::{EnvironmentId, FaultKind};
use crate::theme::Role;
use crate::ui::pen::Piece;

/// How an environment is; the later the sooner somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It has neither DB instances nor clusters: where there is nothing, nothing is well.
    Empty,
    /// Every check was made on fresh data, and passed.
    Well,
    /// Not everything has been read yet, or not everything may be: alarms that are denied.
    Awaited,
    /// What was read is old.
    Old,
    /// A part of it cannot be read, and never was.
    Unreadable,
    Warning,
    Critical,
    /// Another account answers.
    Strange,
}

impl Standing {
    /// Of what is known of an environment.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        Self::judged(summary, summary.severity, summary.databases + summary.clusters > 0)
    }

    /// The same where this is the worst that counts; whether there is anything that it could be of.
    fn judged(summary: &Summary, worst: Option<Severity>, has_any: bool) -> Self {
        if summary.fault.as_ref().is_some_and(|fault| matches!(fault.kind, FaultKind::WrongAccount { .. })) {
            return Self::Strange;
        }
        match worst {
            Some(Severity::Critical) => Self::Critical,
            Some(Severity::Warning) => Self::Warning,
            _ if !summary.lacks.is_empty() => {
                let lacks = &summary.lacks;
                if lacks.iter().all(|lack| lack.known) {
                    Self::Old
                } else if lacks.iter().any(|lack| !lack.known && lack.failed) {
                    Self::Unreadable
                } else {
                    Self::Awaited
                }
            }
            _ if summary.read.is_none() => Self::Awaited,
            _ if !has_any => Self::Empty,
            _ if !summary.aside.is_empty() && summary.aside.iter().all(|lack| lack.known) => Self::Old,
            _ if !summary.aside.is_empty() => Self::Awaited,
            _ => Self::Well,
        }
    }

    /// The mark, in a form of its own: never colour alone.
    #[must_use]
    pub fn mark(self) -> Piece {
        let (mark, role) = match self {
            Self::Strange | Self::Critical => ("✖", Role::Critical),
            Self::Warning => ("▲", Role::Warning),
            Self::Unreadable => ("○", Role::Warning),
            Self::Old => ("◌", Role::Stale),
            Self::Awaited | Self::Empty => ("○", Role::Unknown),
            Self::Well => ("●", Role::Good),
        };
        (mark.into(), role)
    }
}

/// How an environment is; awaited before anything is known of it.
#[must_use]
pub fn standing(state: &super::State, environment: EnvironmentId) -> Standing {
    state.summary(environment).map_or(Standing::Awaited, Standing::of)
}

/// How its DB instances are: what is wrong with its clusters and alarms is marked at theirs.
#[must_use]
pub fn standing_of_databases(state: &super::State, environment: EnvironmentId) -> Standing {
    let of = |summary: &Summary| {
        let mine = summary.findings.iter().filter(|finding| finding.about == About::DbInstance);
        Standing::judged(summary, mine.map(|finding| finding.severity).max(), summary.databases > 0)
    };
    state.summary(environment).map_or(Standing::Awaited, of)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::lack::Lack;
    use super::*;
    use crate::domain::Fault;

    fn lack(known: bool, failed: bool) -> Lack {
        Lack { words: "metrics denied".into(), known, failed }
    }

    fn summary(lacks: Vec<Lack>) -> Summary {
        let read = Some(Timestamp::UNIX_EPOCH);
        Summary { databases: 1, checks: 18, made: 7, lacks, read, ..Summary::default() }
    }

    #[test]
    fn nothing_is_called_well_before_everything_is_read() {
        assert_eq!(Standing::of(&summary(vec![])), Standing::Well);
        assert_eq!(Standing::of(&summary(vec![lack(false, true)])), Standing::Unreadable);
        assert_eq!(Standing::of(&summary(vec![lack(false, false)])), Standing::Awaited);
        assert_eq!(Standing::of(&summary(vec![lack(true, true)])), Standing::Old);
        assert_eq!(Standing::of(&summary(vec![lack(true, true), lack(false, true)])), Standing::Unreadable);
        assert_eq!(Standing::of(&Summary::default()), Standing::Awaited);
    }

    #[test]
    fn what_was_found_outranks_what_cannot_be_read() {
        let mut found = summary(vec![lack(true, true)]);
        found.severity = Some(Severity::Critical);
        assert_eq!(Standing::of(&found), Standing::Critical);
        let kind = FaultKind::WrongAccount { expected: "1".into(), actual: "2".into() };
        found.fault = Some(Fault { kind, call: String::new(), message: String::new(), request_id: None });
        assert_eq!(Standing::of(&found).mark(), ("✖".into(), Role::Critical));
    }

    #[test]
    fn where_there_are_no_instances_none_is_well() {
        let mut state = super::super::State::default();
        let environment = EnvironmentId(0);
        let read = Some(Timestamp::UNIX_EPOCH);
        let of_clusters = Summary { environment, clusters: 1, checks: 9, made: 9, read, ..Summary::default() };
        state.summaries = vec![of_clusters];
        state.place();
        assert_eq!(standing(&state, environment), Standing::Well);
        assert_eq!(standing_of_databases(&state, environment), Standing::Empty);
    }
}
