//! The line under the header when something cannot be read.

use jiff::Timestamp;

use crate::collect::Readable;
use crate::theme::Role;
use crate::ui::pen::{self, Piece};
use crate::ui::{format, trouble};
use crate::world::faults::Entry;

/// What failed where, since when, and what to do. The command that fixes it is the last to go where there is no room
/// for all, then where it is.
pub(super) fn pieces(place: &str, worst: &Entry, role: Role, now: Timestamp, width: usize) -> Vec<Piece> {
    let what = trouble::words(&worst.target.read.title(), &worst.fault);
    let age = format!(" {}", format::coarse_age(format::since(now, worst.first)));
    let whole = vec![
        (format!("{place}: {what}"), role),
        (age.clone(), Role::Stale),
        (format!("  {}", trouble::advice(&worst.fault)), Role::Text),
    ];
    if pen::width(&whole) <= width || worst.fault.command().is_none() {
        return whole;
    }
    let remedy = trouble::remedy(&worst.fault);
    let short =
        vec![(format!("{place}: {what}"), role), (age.clone(), Role::Stale), (format!("  {remedy}"), Role::Text)];
    if pen::width(&short) <= width {
        return short;
    }
    let first = vec![(format!("{place}: "), role), (remedy.clone(), Role::Text)];
    let after = vec![(format!("  {what}"), role), (age, Role::Stale)];
    if pen::width(&first) <= width {
        return [first, after].concat();
    }
    vec![(remedy, Role::Text), (format!("  {place}: {what}"), role)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind, SiteId};
    use crate::slices::reads::{Read, Target};
    use crate::ui::prose;

    fn said(place: &str, kind: FaultKind, width: usize) -> String {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let fault = Fault { kind, call: "sts:GetCallerIdentity".into(), message: String::new(), request_id: None };
        let worst = Entry {
            target: Target { site: SiteId(0), read: Read::Identity },
            place: place.into(),
            fault,
            first: at(0),
            last: at(0),
            count: 1,
            mended: None,
            retired: None,
        };
        prose::plain(&pieces(place, &worst, Role::Warning, at(180), width))
    }

    #[test]
    fn the_command_is_the_last_to_go() {
        let expired = || FaultKind::Expired { login: Some("aws sso login --profile ops-readonly".into()) };
        assert_eq!(
            said("prod", expired(), 77),
            "prod: credentials expired 3m  run: aws sso login --profile ops-readonly"
        );
        let long = "rentaliq-production (us-east-1)";
        assert!(
            said(long, expired(), 77)
                .starts_with("rentaliq-production (us-east-1): run: aws sso login --profile ops-readonly")
        );
        assert!(said(long, expired(), 50).starts_with("run: aws sso login --profile ops-readonly  rentaliq"));
        let files = vec!["~/.aws/config".to_owned(), "~/.aws/credentials".to_owned()];
        let none = FaultKind::NoCredentials { profile: Some("ops".into()), files };
        assert_eq!(said("prod", none.clone(), 77), "prod: no credentials 3m  run: aws configure --profile ops");
        assert!(said("prod", none, 200).contains("(read: ~/.aws/config, ~/.aws/credentials)"));
        let cut = said("prod", FaultKind::Unreachable, 40);
        assert!(cut.starts_with("prod: identity unreachable 3m  check the network"), "{cut}");
    }
}
