//! What of a picture could not be read, in words: a picture that lacks something must not look as if it were well.

use std::collections::BTreeSet;

use crate::app::State;
use crate::collect::Readable;
use crate::domain::fault::Reach;
use crate::domain::{Environment, SiteId};
use crate::slices::reads::Target;
use crate::world::World;

/// Names that are written out before the rest is counted.
const NAMED: usize = 3;

/// One reason, and what it keeps from the picture.
struct Lacking {
    why: String,
    environments: Vec<String>,
    reads: Vec<String>,
}

/// What could not be read of what the picture is of: a line, or a line and one for each cause. None where all was.
#[must_use]
pub fn shortfall(state: &State) -> Option<String> {
    let world = &state.shell.world;
    let sites: BTreeSet<SiteId> = sites(state).into_iter().collect();
    let mut causes: Vec<Lacking> = Vec::new();
    let mut lacking: BTreeSet<SiteId> = BTreeSet::new();
    for entry in world.faults.iter().rev().filter(|entry| entry.stands() && sites.contains(&entry.target.site)) {
        let why = format!("{}: {}", entry.fault.word(), entry.fault.advice());
        lacking.insert(entry.target.site);
        // Where the credentials or the clock are wrong, all is lacking.
        let read = (entry.fault.kind.reach() == Reach::Call).then(|| entry.target.read.title());
        add(&mut causes, world, entry.target.site, read, why);
    }
    // What is asked again meanwhile was read.
    let is_lacking = |target: &&Target| sites.contains(&target.site) && !world.schedule.has_answered(target);
    let mut late: Vec<_> = world.schedule.under_way().filter(is_lacking).collect();
    late.sort_unstable();
    for target in late {
        lacking.insert(target.site);
        add(
            &mut causes,
            world,
            target.site,
            Some(target.read.title()),
            "no answer in time: --wait gives it longer".into(),
        );
    }
    of_plan(state, &mut causes);
    if let Some(why) = state.audit.failed.as_ref() {
        return Some(format!("the journal could not be read: {why}"));
    }
    let looked_at: Vec<&Environment> = world
        .estate
        .environments()
        .map(|(_, environment)| environment)
        .filter(|environment| environment.sites().any(|site| sites.contains(&site)))
        .collect();
    let is_unread = |environment: &&&Environment| {
        let mut known = environment.sites().filter_map(|site| world.site(site));
        lacking.contains(&environment.site) && known.all(|data| data.services.is_unread())
    };
    let unread = looked_at.iter().filter(is_unread).count();
    let touched = |environment: &&&Environment| {
        environment.sites().any(|site| lacking.contains(&site))
            || causes.iter().any(|cause| cause.environments.contains(&environment.name))
    };
    let in_part = looked_at.iter().filter(touched).count().saturating_sub(unread);
    let all = looked_at.len();
    let noun = if all == 1 { "environment" } else { "environments" };
    let head = match (unread, in_part) {
        _ if causes.is_empty() => return None,
        (0, part) => format!("{part} of {all} {noun} could be read only in part"),
        (unread, 0) => format!("{unread} of {all} {noun} could not be read"),
        (unread, part) => format!("{unread} of {all} {noun} could not be read, and {part} only in part"),
    };
    Some(match causes.as_slice() {
        [cause] => format!("{head}: {}", cause.line()),
        several => several.iter().fold(head + ":", |said, cause| format!("{said}\n    {}", cause.line())),
    })
}

/// Where the picture is of: the environment of the plan, the site of the DB instance, or all that is looked at.
fn sites(state: &State) -> Vec<SiteId> {
    let estate = &state.shell.world.estate;
    if let Some(plan) = state.views.plan() {
        return estate.environment(plan.environment).into_iter().flat_map(Environment::sites).collect();
    }
    match state.views.database() {
        Some(open) => vec![open.site],
        None => estate.sites().map(|(site, _)| site).filter(|site| estate.in_scope(state.shell.scope, *site)).collect(),
    }
}

/// What the open plan lacks.
fn of_plan(state: &State, causes: &mut Vec<Lacking>) {
    let Some(plan) = state.views.plan() else { return };
    let mut add = |why: String| {
        causes.push(Lacking {
            why,
            environments: vec![plan.target.environment.clone()],
            reads: vec!["the plan".into()],
        });
    };
    if let Some(fault) = &plan.fault {
        add(format!("{}: {}", fault.word(), fault.advice()));
    } else if plan.seen.is_none() {
        add("no answer in time: --wait gives it longer".into());
    }
    plan.seen.iter().flat_map(|seen| seen.missing()).for_each(&mut add);
}

/// Adds what a cause keeps from the picture.
fn add(causes: &mut Vec<Lacking>, world: &World, site: SiteId, read: Option<String>, why: String) {
    let at = causes.iter().position(|cause| cause.why == why).unwrap_or_else(|| {
        causes.push(Lacking { why, environments: Vec::new(), reads: Vec::new() });
        causes.len() - 1
    });
    let Some(cause) = causes.get_mut(at) else { return };
    let mut names: Vec<String> = world.estate.of_site(site).map(|environment| environment.name.clone()).collect();
    names.retain(|name| !cause.environments.contains(name));
    cause.environments.append(&mut names);
    cause.reads.extend(read.filter(|read| !cause.reads.contains(read)));
}

impl Lacking {
    fn line(&self) -> String {
        let reads = if self.reads.is_empty() { String::new() } else { format!("{}: ", listed(&self.reads)) };
        format!("{}: {reads}{}", listed(&self.environments), self.why)
    }
}

/// Names with commas between; what is beyond the first is counted.
fn listed(names: &[String]) -> String {
    let shown = names.get(..NAMED.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Database, Fault, FaultKind};
    use crate::keymap::Keymap;
    use crate::services::{alarms, rds};
    use crate::slices::reads::{Read, Target};
    use crate::theme::{ColorDepth, Theme};
    use crate::world::{Estate, Scope};

    fn state() -> State {
        let mut estate = Estate::default();
        for name in ["prod", "qa", "dev"] {
            let session = estate.add_session_named(name);
            let site = estate.add_site(session, "us-east-1");
            estate.add(Environment { name: name.into(), site, ..Environment::default() });
        }
        let now = Timestamp::UNIX_EPOCH;
        let mut state = State::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        for data in &mut state.shell.world.sites {
            data.services.rds.databases.succeed(vec![Arc::new(Database::default())], now);
        }
        state
    }

    fn fail(state: &mut State, site: usize, read: Read, kind: FaultKind) {
        let fault = Fault { kind, call: "x:Y".into(), message: String::new(), request_id: None };
        let world = &mut state.shell.world;
        world.sites[site].services.fail(&read, fault.clone());
        let target = Target { site: SiteId(site), read };
        world.faults.record(&target, String::new(), fault, world.now);
    }

    fn signed_out() -> FaultKind {
        FaultKind::Expired { login: Some("aws sso login --profile dev-readonly".into()) }
    }

    #[test]
    fn what_was_read_whole_lacks_nothing() {
        assert_eq!(shortfall(&state()), None);
    }

    #[test]
    fn an_environment_that_is_signed_out_is_said_with_what_helps() {
        let mut state = state();
        state.shell.world.sites[2].services = crate::slices::reads::Data::default();
        for read in [Read::Identity, Read::DATABASES] {
            fail(&mut state, 2, read, signed_out());
        }
        let said = shortfall(&state).unwrap_or_default();
        let expected = "dev: credentials expired: run: aws sso login --profile dev-readonly";
        assert_eq!(said, format!("1 of 3 environments could not be read: {expected}"));
        state.shell.scope = state.shell.world.estate.at(0).map_or(Scope::All, Scope::One);
        assert_eq!(shortfall(&state), None, "another one is looked at");
    }

    #[test]
    fn what_is_denied_is_lacking_in_part_and_several_causes_have_a_line_each() {
        let mut state = state();
        let denied = FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() };
        fail(&mut state, 0, Read::Alarms(alarms::Read::All), denied.clone());
        fail(&mut state, 1, Read::Alarms(alarms::Read::All), denied);
        let said = shortfall(&state).unwrap_or_default();
        assert!(
            said.starts_with("2 of 3 environments could be read only in part: prod, qa: alarms: denied: "),
            "{said}"
        );
        state.shell.world.sites[2].services = crate::slices::reads::Data::default();
        fail(&mut state, 2, Read::DATABASES, signed_out());
        let said = shortfall(&state).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "1 of 3 environments could not be read, and 2 only in part:", "{said}");
        assert_eq!(lines.len(), 3, "{said}");
    }

    #[test]
    fn what_is_still_under_way_is_lacking() {
        let mut state = state();
        let target = Target { site: SiteId(1), read: Read::Rds(rds::Read::Events) };
        state.shell.world.schedule.begin(&target);
        let said = shortfall(&state).unwrap_or_default();
        assert!(said.starts_with("1 of 3 environments could be read only in part: qa: "), "{said}");
        assert!(said.contains("--wait"), "{said}");
    }
}
