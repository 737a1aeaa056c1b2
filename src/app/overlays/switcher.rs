//! An environment in the list to switch between them: how it is, how critical it is, and as whom
//! it is looked at.

use jiff::Timestamp;

use crate::domain::{Environment, EnvironmentId, Identity};
use crate::screens::State;
use crate::screens::fleet;
use crate::theme::Role;
use crate::ui::environment::{row_role, shown_name};
use crate::ui::pen::Piece;
use crate::ui::{format, text};

/// Columns that the list needs.
pub const WIDTH: u16 = 92;

/// Columns of the role's name at most.
const ROLE: usize = 18;
/// Credentials that end sooner are warned of, seconds.
const SOON: i64 = 600;

/// The mark of an environment, the same as on the fleet.
pub fn health(state: &State, id: EnvironmentId) -> Piece {
    fleet::standing(&state.fleet, id).mark()
}

/// Mark, name (in so many columns), account, role and how long the credentials last.
pub fn pieces(state: &State, id: EnvironmentId, names: usize) -> Vec<Piece> {
    let Some(environment) = state.shell.world.estate.environment(id) else { return Vec::new() };
    let name = text::clip(&shown_name(environment), names.saturating_sub(1)).into_owned();
    let padding = " ".repeat(names.saturating_sub(text::width(&name)));
    let role = row_role(environment.criticality);
    let mut pieces = vec![health(state, id), (" ".into(), Role::Text), (name, role), (padding, Role::Text)];
    let identity = state.shell.world.site(environment.site).and_then(|data| data.identity.value());
    pieces.extend(credentials(identity, environment, state.shell.world.now));
    // Another session reads the DR region, perhaps: the first to end is the one to know.
    let ends = environment.sites().filter_map(|site| state.shell.world.site(site)?.identity.value()?.expires).min();
    pieces.extend(ends.map(|at| expiry(at, state.shell.world.now)));
    pieces
}

fn credentials(identity: Option<&Identity>, environment: &Environment, now: Timestamp) -> Vec<Piece> {
    if let Some(identity) = identity {
        let wrong = environment.expected_account.as_ref().is_some_and(|expected| *expected != identity.account);
        let role = if wrong { Role::Critical } else { Role::Dim };
        let over = identity.expires.is_some_and(|at| at <= now);
        vec![
            (format!("  {}", text::fit(&identity.account, 12)), role),
            (format!("  {}", text::fit(identity.name(), ROLE)), if over { Role::Stale } else { Role::Dim }),
        ]
    } else {
        let expected = environment.expected_account.as_deref().unwrap_or("account ?");
        vec![(format!("  {}", text::fit(expected, 12)), Role::Unknown), (" ".repeat(ROLE + 2), Role::Text)]
    }
}

/// How long credentials that end then still last; a warning in their last ten minutes.
pub fn expiry(ends: Timestamp, now: Timestamp) -> Piece {
    let left = ends.duration_since(now);
    if left.as_secs() <= 0 {
        return (" ✖ expired".into(), Role::Critical);
    }
    let age = format::coarse_age(left.unsigned_abs());
    if left.as_secs() < SOON { (format!(" ▲ {age}"), Role::Warning) } else { (format!(" {age}"), Role::Dim) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("in range")
    }

    #[test]
    fn the_end_of_credentials_is_warned_of() {
        assert_eq!(expiry(at(7200), at(0)), (" 2h".into(), Role::Dim));
        assert_eq!(expiry(at(300), at(0)), (" ▲ 5m".into(), Role::Warning));
        assert_eq!(expiry(at(300), at(300)), (" ✖ expired".into(), Role::Critical));
    }

    #[test]
    fn a_strange_account_is_not_shown_as_if_it_were_ours() {
        let environment = Environment { expected_account: Some("111122223333".into()), ..Environment::default() };
        let identity = Identity {
            account: "444455556666".into(),
            arn: "arn:aws:sts::444455556666:assumed-role/reader/oncall".into(),
            expires: None,
        };
        let shown = credentials(Some(&identity), &environment, at(0));
        assert_eq!(shown.first(), Some(&("  444455556666".into(), Role::Critical)));
        let unknown = credentials(None, &environment, at(0));
        assert_eq!(unknown.first(), Some(&("  111122223333".into(), Role::Unknown)));
    }
}
