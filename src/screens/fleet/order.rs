//! The environments in the order of the fleet: in it they stand in the header, have their numbers, and follow each other.

use crate::domain::EnvironmentId;
use crate::screens::State as App;

/// The environments as the fleet shows them; those of which it knows nothing yet stand last.
#[must_use]
pub fn order(app: &App) -> Vec<EnvironmentId> {
    let estate = &app.shell.world.estate;
    let summaries = app.fleet.summaries.iter().map(|summary| summary.environment);
    let mut order: Vec<EnvironmentId> = summaries.filter(|id| estate.environment(*id).is_some()).collect();
    if order.len() < estate.count() {
        let rest: Vec<EnvironmentId> =
            estate.environments().map(|(id, _)| id).filter(|id| !order.contains(id)).collect();
        order.extend(rest);
    }
    order
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::summary::Summary;
    use super::*;
    use crate::domain::Environment;
    use crate::keymap::Keymap;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    #[test]
    fn it_is_that_of_the_fleet_and_nobody_is_forgotten() {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "eu-west-1");
        let add = |name: &str| estate.add(Environment { name: name.into(), site, ..Environment::default() });
        let [a, b, c] = ["a", "b", "c"].map(add);
        let now = Timestamp::UNIX_EPOCH;
        let mut app = App::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        assert_eq!(order(&app), [a, b, c], "nothing is known yet");
        let summary = |environment| Summary { environment, ..Summary::default() };
        app.fleet.summaries = vec![summary(c), summary(EnvironmentId(99)), summary(a)];
        assert_eq!(order(&app), [c, a, b], "one that is gone has no number");
    }
}
