//! What the header says about changes: nothing is allowed, or for how long still.

use jiff::Timestamp;

use super::Shell;
use crate::domain::Criticality;
use crate::ops::Arming;
use crate::theme::Role;
use crate::ui::pen::Piece;

/// Minutes and seconds that an arming still lasts, `08:41`; `None` when it is over.
#[must_use]
pub fn left(arming: &Arming, now: Timestamp) -> Option<String> {
    let seconds = arming.until.as_second() - now.as_second();
    (seconds > 0).then(|| format!("{:02}:{:02}", seconds / 60, seconds % 60))
}

/// `READ-ONLY`, or ` ARMED PROD 08:41 ` in the role for it.
#[must_use]
pub fn standing(shell: &Shell) -> Piece {
    let armed = shell.world.changes.arming.as_ref().and_then(|a| Some((a, left(a, shell.world.now)?)));
    match armed {
        Some((arming, left)) => {
            let known = shell.world.estate.by_name(&arming.environment);
            let production = known.is_none_or(|e| e.criticality == Criticality::Production);
            let name = if production { arming.environment.to_uppercase() } else { arming.environment.clone() };
            (format!(" ARMED {name} {left} "), Role::Armed)
        }
        None => ("READ-ONLY".into(), Role::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_counts_down_and_ends() {
        let since: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap();
        let arming = Arming {
            environment: "prod".into(),
            account: "111122223333".into(),
            principal: "arn:aws:iam::111122223333:role/operator".into(),
            reason: "INC-4312".into(),
            since,
            until: "2026-11-22T03:21:25Z".parse().unwrap(),
        };
        assert_eq!(left(&arming, since).as_deref(), Some("08:41"));
        assert_eq!(left(&arming, "2026-11-22T03:21:24Z".parse().unwrap()).as_deref(), Some("00:01"));
        assert_eq!(left(&arming, arming.until), None);
    }
}
