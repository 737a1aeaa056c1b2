//! The places that a picture can be taken of.

use clap::ValueEnum;

/// A screen, a menu, or what lies over them. Each is called as it is on the screen; more words here would be more lines
/// of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Motif {
    Fleet,
    Databases,
    Database,
    Clusters,
    Cluster,
    Alarms,
    Alarm,
    Secrets,
    Operations,
    Executions,
    Audit,
    Plan,
    Environments,
    Themes,
    Palette,
    Errors,
    Help,
}

/// What the names behind a place say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MotifNames<'a> {
    /// The operation of a plan.
    pub operation: Option<&'a str>,
    /// What the place is of: a DB instance, a cluster, an alarm, the target of a plan.
    pub name: Option<&'a str>,
}

impl Motif {
    /// Reads the names that stand behind it.
    ///
    /// # Errors
    /// In words, when there are too many of them, or too few.
    pub fn wanted(self, names: &[String]) -> Result<MotifNames<'_>, String> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (operation, name) = match (self, names.as_slice()) {
            (Self::Plan, []) => {
                return Err("which operation? qd operations lists them: qd snapshot plan reboot NAME".into());
            }
            (Self::Plan, [operation]) => (Some(*operation), None),
            (Self::Plan, [operation, name]) => (Some(*operation), Some(*name)),
            (Self::Database | Self::Cluster | Self::Alarm | Self::Operations, [name]) => (None, Some(*name)),
            (_, []) => (None, None),
            (_, [first, ..]) => return Err(format!("{first}: nothing is named there")),
        };
        Ok(MotifNames { operation, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_something_is_named() {
        let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(Motif::Fleet.wanted(&[]), Ok(MotifNames { operation: None, name: None }));
        assert_eq!(
            Motif::Plan.wanted(&names(&["reboot", "db"])),
            Ok(MotifNames { operation: Some("reboot"), name: Some("db") })
        );
        assert_eq!(Motif::Alarm.wanted(&names(&["cpu"])), Ok(MotifNames { operation: None, name: Some("cpu") }));
        for (place, given) in [(Motif::Fleet, vec!["x"]), (Motif::Plan, vec![]), (Motif::Database, vec!["a", "b"])] {
            assert!(place.wanted(&names(&given)).is_err(), "{place:?} {given:?}");
        }
    }
}
