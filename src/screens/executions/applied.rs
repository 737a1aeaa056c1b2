//! Whether what was left to a maintenance window is done by now.

use jiff::Timestamp;

use crate::ops::journal::StepEnd;
use crate::services::rds::Follow;
use crate::shell::Shell;
use crate::slices::{Execution, StepState};

/// Whether AWS shows by now everything that an execution left to a window. What was not read since then is not known to
/// be done.
#[must_use]
pub fn is_applied(shell: &Shell, execution: &Execution) -> bool {
    let scheduled = execution.steps.iter().zip(&execution.plan.steps).filter_map(|(state, step)| match state {
        StepState::Ended { at, end: StepEnd::Scheduled { .. }, .. } => Some((*at, &step.follow)),
        _ => None,
    });
    scheduled
        .map(|(at, follow)| follow.rds().is_some_and(|follow| shows(shell, execution, follow, at)))
        .reduce(|a, b| a && b)
        == Some(true)
}

fn shows(shell: &Shell, execution: &Execution, follow: &Follow, since: Timestamp) -> bool {
    let world = &shell.world;
    let Some(environment) = world.estate.by_name(&execution.environment) else { return false };
    let is_later = |at: Option<Timestamp>| at.is_some_and(|at| at > since);
    let here = environment.sites().filter(|site| world.estate.site(*site).is_some_and(|s| s.region == follow.region()));
    here.filter_map(|site| world.site(site)).any(|data| {
        let known = data.rds.databases.value().into_iter().flatten().find(|d| Some(d.id.as_str()) == follow.instance());
        let maintenance = is_later(data.rds.maintenance.at());
        is_later(data.rds.databases.at())
            && known.is_some_and(|d| {
                let pending = data.rds.maintenance.value().filter(|_| maintenance);
                follow.is_applied(d, pending.map(|_| data.rds.maintenance_of(&d.arn)))
            })
    })
}
