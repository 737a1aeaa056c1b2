//! Whether AWS has made a change that it was to make in a maintenance window.

use super::{Follow, settled};
use crate::domain::{Database, MaintenanceAction};

impl Follow {
    /// Whether AWS shows by now what it had only scheduled; `maintenance` is what is pending for the instance, `None`
    /// where that was not read. False of what is not left to a window.
    #[must_use]
    pub fn is_applied(&self, d: &Database, maintenance: Option<&[MaintenanceAction]>) -> bool {
        match self {
            Self::Pending { values, .. } => values.iter().all(|wanted| settled(d, wanted)),
            Self::Maintained { action, opt_in, .. } => {
                opt_in == "next-maintenance"
                    && maintenance.is_some_and(|all| all.iter().all(|pending| pending.action != *action))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_aws_shows_is_applied() {
        let (region, id) = ("us-east-1".to_owned(), "db".to_owned());
        let class = ("DBInstanceClass".to_owned(), "db.m6g.large".to_owned());
        let pending = Follow::Pending { region: region.clone(), id: id.clone(), values: vec![class.clone()] };
        let mut d = Database { class: "db.t3.medium".into(), pending: vec![class], ..Database::default() };
        assert!(!pending.is_applied(&d, None));
        d.class = "db.m6g.large".into();
        assert!(!pending.is_applied(&d, None), "something is pending still");
        d.pending.clear();
        assert!(pending.is_applied(&d, None));

        let of = |opt_in: &str| Follow::Maintained {
            region: region.clone(),
            id: id.clone(),
            action: "system-update".into(),
            opt_in: opt_in.into(),
        };
        let waits = [MaintenanceAction { action: "system-update".into(), ..MaintenanceAction::default() }];
        assert!(!of("next-maintenance").is_applied(&d, Some(&waits)));
        assert!(!of("next-maintenance").is_applied(&d, None), "what was not read is not done");
        assert!(of("next-maintenance").is_applied(&d, Some(&[])));
        assert!(!of("undo-opt-in").is_applied(&d, Some(&[])), "it was taken back, not made");
    }
}
