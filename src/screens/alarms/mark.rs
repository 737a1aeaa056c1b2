//! How the alarms are, in one mark.

use super::rows::is_in_scope;
use super::words;
use crate::domain::Remote;
use crate::screens::State as App;
use crate::services::alarms::AlarmState;
use crate::theme::Role;
use crate::ui::pen::Piece;

/// Brings the worst of the alarms up to date: something was heard, or the environments are others.
pub fn watch(app: &mut App, are_others: bool) {
    let (world, worst) = (&app.shell.world, &mut app.alarms.worst);
    if are_others {
        worst.forget();
    }
    for (site, data) in world.known() {
        if !worst.renews(site, data.alarms.all.at(), data.rds.databases.value().is_some()) {
            continue;
        }
        for (at, alarm) in data.alarms.alarms().iter().enumerate() {
            worst.take(site, data.alarm_checkups.get(at).and_then(|checked| checked.owner), alarm.state);
        }
    }
}

/// The mark of the alarms that are looked at; of what was never read nothing is known.
#[must_use]
pub fn mark(app: &App) -> Piece {
    let (estate, scope) = (&app.shell.world.estate, app.shell.scope);
    let worst = app.alarms.worst.of(|site, owner| is_in_scope(estate, scope, site, owner));
    let mut lists = app.shell.world.known().filter(|(site, _)| estate.in_scope(scope, *site));
    let is_unread = lists.clone().any(|(_, data)| data.alarms.all.value().is_none());
    let is_old = lists.any(|(_, data)| matches!(data.alarms.all, Remote::Stale { .. }));
    let (mark, role) = match worst {
        Some(state @ (AlarmState::Alarm | AlarmState::InsufficientData)) => words::mark(state),
        Some(AlarmState::Ok) if !is_unread && is_old => ("◌", Role::Stale),
        Some(AlarmState::Ok) if !is_unread => ("●", Role::Good),
        // Where there are none nothing is well.
        _ => ("○", Role::Unknown),
    };
    (mark.into(), role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::{app, put};
    use crate::world::Scope;

    fn mark_of(app: &mut App, environment: &str) -> String {
        app.shell.scope = Scope::One(app.shell.world.estate.named(environment).unwrap());
        mark(app).0
    }

    #[test]
    fn an_environment_is_not_marked_for_the_alarms_of_another() {
        let mut app = app();
        watch(&mut app, false);
        assert_eq!(mark(&app).0, "✖");
        assert_eq!(mark_of(&mut app, "prod"), "✖");
        assert_eq!(mark_of(&mut app, "lab"), "●");
    }

    #[test]
    fn what_was_not_read_is_not_well() {
        let mut app = app();
        put(&mut app, 1, Vec::new());
        watch(&mut app, false);
        assert_eq!(mark_of(&mut app, "lab"), "○", "there are none");
        app.shell.world.sites[1].alarms.all = Remote::Loading;
        watch(&mut app, false);
        assert_eq!(mark_of(&mut app, "lab"), "○");
    }
}
