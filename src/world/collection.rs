//! Between what is known and the schedule: who gets attention, what to ask, where answers go.

use std::collections::HashSet;

use super::World;
use super::checkup;
use super::data::{SiteData, Trust};
use super::focus::Focus;
use super::news::{News, record, wake};
use super::watching;
use crate::collect::schedule::Stirred;
use crate::collect::{Attention, Signing, Touched};
use crate::domain::identity::GET_CALLER_IDENTITY;
use crate::domain::{Fault, FaultKind, Identity, SiteId};
use crate::slices::reads::{self, Answer, Data, Read, Request, Target};

/// Errors of what is not asked for any more are no news: the screen that wanted it was left. Nothing is done while the
/// same is wanted as last time.
pub fn retire(world: &mut World, focus: &Focus) {
    let wants = focus.shown.wants();
    if world.wants.as_ref() == Some(&wants) {
        return;
    }
    world.wants = Some(wants);
    let is_dear = world.is_over_ceiling();
    let wanted: HashSet<Target> = world
        .estate
        .sites()
        .flat_map(|(site, _)| {
            wanted(world, focus, site, is_dear).into_iter().map(move |(read, _)| Target { site, read })
        })
        .collect();
    let mut told: HashSet<Target> =
        wanted.iter().map(|target| Target { site: target.site, read: target.read.told_as() }).collect();
    told.extend(watching::wanted(world, focus).iter().map(watching::WatchTarget::told_as));
    world.faults.retire(|target| told.contains(target), world.now);
    world.schedule.retain(|target| wanted.contains(target), world.now);
}

/// Everything that is to be asked now. Where nothing can have become due since it was asked last, nothing is looked at.
pub fn due(world: &mut World, focus: &Focus) -> Vec<Request> {
    let polled = (world.now.as_second(), focus.clone());
    let stirred = world.schedule.take_stirred();
    let is_same = world.polled.as_ref() == Some(&polled);
    let sites: Vec<SiteId> = match stirred {
        Stirred::Nowhere if is_same => return Vec::new(),
        Stirred::At(sites) if is_same => sites.into_iter().filter(|site| world.estate.site(*site).is_some()).collect(),
        _ => world.estate.sites().map(|(site, _)| site).collect(),
    };
    world.polled = Some(polled);
    let is_dear = world.is_over_ceiling();
    let mut requests = Vec::new();
    for site in sites {
        let open = is_open(world, site);
        for (read, attention) in wanted(world, focus, site, is_dear) {
            // Where an account is expected, nothing else is asked before it is known to be that one.
            if read != Read::Identity && !open {
                continue;
            }
            let target = Target { site, read };
            if !world.schedule.is_due(&target, attention, world.now) {
                continue;
            }
            let specs = world.estate.cluster_specs(site);
            let now = world.now;
            let ask = world.site_mut(site).and_then(|data| data.ask(&target.read, &focus.shown, &specs, now));
            let Some(ask) = ask else { continue };
            let signing = signing(world, &target);
            let id = world.schedule.begin(&target);
            if let Some(data) = world.site_mut(site) {
                data.begin(&target.read);
            }
            if let Some(answer) = ask.answered() {
                take(world, id, &target, Ok(answer));
            } else {
                pay(world, ask.metrics());
                requests.push(Request { id, target, ask, signing });
            }
        }
    }
    requests
}

/// Puts the next part of a question together that is large; false where there is none. What is put together is due.
pub fn pack(world: &mut World) -> bool {
    let World { sites, schedule, .. } = world;
    let packing = sites.iter_mut().enumerate().find(|(_, data)| data.rds.is_packing());
    let Some((site, data)) = packing else { return false };
    if data.rds.pack() {
        schedule.ready(SiteId(site));
    }
    true
}

/// A large question is being put together.
#[must_use]
pub fn is_packing(world: &World) -> bool {
    world.sites.iter().any(|data| data.rds.is_packing())
}

/// So many metrics are asked for.
fn pay(world: &mut World, metrics: usize) {
    let now = world.now.as_second();
    if metrics > 0 {
        world.requested.push_back((now, metrics));
    }
    while world.requested.front().is_some_and(|(at, _)| now - at >= 600) {
        world.requested.pop_front();
    }
}

/// What of a site is worth reading, and how eagerly; `is_dear` when the console's own calls cost more than they may.
fn wanted(world: &World, focus: &Focus, site: SiteId, is_dear: bool) -> Vec<(Read, Attention)> {
    let is_there = world.estate.in_scope(focus.scope, site);
    let Some(data) = world.site(site) else { return Vec::new() };
    reads::wanted(&focus.shown, site, is_there, is_dear, data)
}

/// Whether a site may be asked for more than who we are.
fn is_open(world: &mut World, site: SiteId) -> bool {
    let Some(data) = world.sites.get_mut(site.0) else { return false };
    if data.trust == Trust::Unasked {
        let is_expected = world.estate.expected_account(site).is_some();
        data.trust = if is_expected { Trust::Awaited } else { Trust::Free };
    }
    data.trust.is_open()
}

/// Who we are is what tells of credentials that were mended on disk: it is asked with those that
/// are there now, after a stranger's account answered and when the engineer asks again. Credentials
/// that do not say when they end may be other ones by now, and are read again each time. Those that
/// do, and are good, stay, because a code may be needed to get others.
fn signing(world: &World, target: &Target) -> Signing {
    let Some(data) = world.site(target.site).filter(|_| target.read == Read::Identity) else {
        return Signing::Kept;
    };
    let undated = || data.identity.value().is_some_and(|identity| identity.expires.is_none());
    match (world.schedule.is_by_hand(target), data.strange || data.identity.fault().is_some()) {
        (true, true) => Signing::Anew,
        (false, _) if data.strange => Signing::Reread,
        _ if undated() => Signing::Reread,
        _ => Signing::Kept,
    }
}

/// Puts an answer or a failure where it belongs. One that is no longer awaited is dropped.
pub fn take(world: &mut World, id: u64, target: &Target, result: Result<Answer, Fault>) -> News {
    let mut news = News::default();
    if !world.schedule.awaits(target, id) {
        return news;
    }
    let now = world.now;
    let told = Target { site: target.site, read: target.read.told_as() };
    if target.read.is_of_detail() {
        // The screen that wanted it may have been left.
        world.wants = None;
    }
    match result {
        Ok(part) if part.is_part() => {
            store(world, target, part);
        }
        Ok(answer) => {
            world.heard.insert(target.site);
            match store(world, target, answer) {
                None => {
                    let pages = world.site(target.site).map_or(1, |data| pages(data, &target.read));
                    let mended = world.schedule.succeed(target, now, pages);
                    world.faults.mend(&told, now);
                    if let Some(reach) = mended {
                        wake(world, target.site, reach);
                    }
                }
                Some(refused) => world.schedule.fail(target, &refused, now),
            }
        }
        Err(fault) => {
            world.schedule.fail(target, &fault, now);
            news = record(world, &told, &fault);
            world.heard.insert(target.site);
            // It may be of what nobody wants any more.
            world.wants = None;
            if let Some(data) = world.site_mut(target.site) {
                data.fail(&target.read, fault);
                if target.read == Read::Identity && data.identity.value().is_none() && !data.trust.is_open() {
                    data.trust = Trust::Silent;
                }
            }
        }
    }
    news
}

/// How many pages a list has: RDS and CloudWatch give at most 100 records in one (`MaxRecords` of
/// `DescribeDBInstances` and `DescribeAlarms`).
fn pages(data: &Data, read: &Read) -> usize {
    data.records(read).div_ceil(100)
}

/// Puts an answer where it belongs; why not, when it is of another account and was refused.
fn store(world: &mut World, target: &Target, answer: Answer) -> Option<Fault> {
    let (site, now) = (target.site, world.now);
    if let Answer::Identity(identity) = answer {
        return identify(world, target, identity);
    }
    // The credentials may have changed since we asked who we are: every ARN says whose it is.
    let expected = world.estate.expected_account(site).unwrap_or_default().to_owned();
    let stranger = answer.accounts().find(|account| !expected.is_empty() && *account != expected);
    if let Some(actual) = stranger.map(ToOwned::to_owned) {
        world.schedule.renew(&Target { site, read: Read::Identity });
        return Some(refuse(world, target, expected, actual));
    }
    let is_told = answer.accounts().next().is_some();
    let data = world.sites.get_mut(site.0)?;
    data.strange &= !is_told || data.trust == Trust::Wrong;
    let taken = data.services.store(&target.read, answer, now);
    match &target.read {
        Read::Alarms(_) => checkup::take_alarms(data, &taken.touched),
        Read::Secrets(_) => data.secret_checkups.take(&taken.touched),
        Read::Kubernetes(_) => {
            data.cluster_checkups.take(&taken.touched);
            world.rewatch = true;
            if taken.touched == Touched::List {
                // Errors of a cluster that is gone are no news.
                world.wants = None;
            }
        }
        Read::Identity | Read::Rds(_) => data.checkups.take(&taken.touched),
    }
    for read in taken.renew {
        world.schedule.renew(&Target { site, read });
    }
    None
}

/// Takes in who we are.
fn identify(world: &mut World, target: &Target, identity: Identity) -> Option<Fault> {
    let (site, now) = (target.site, world.now);
    let data = world.sites.get_mut(site.0)?;
    let before = data.trust;
    let known = data.identity.value();
    let is_other = known.is_some_and(|known| known.principal() != identity.principal());
    let account = data.recalled_from.take().or_else(|| known.map(|known| known.account.clone()));
    // What is of another account, from disk or by other credentials, is not this one's.
    let is_elsewhere = account.is_some_and(|account| account != identity.account);
    if is_elsewhere {
        *data = SiteData::default();
        world.forget_watches(site);
    }
    let data = world.sites.get_mut(site.0)?;
    let actual = identity.account.clone();
    data.identity.succeed(identity, now);
    let expected = world.estate.expected_account(site).map(ToOwned::to_owned);
    data.trust = match &expected {
        None => Trust::Free,
        Some(expected) if *expected == actual => Trust::Right,
        Some(_) => Trust::Wrong,
    };
    data.strange = data.trust == Trust::Wrong;
    if let Some(expected) = expected.filter(|expected| *expected != actual) {
        return Some(refuse(world, target, expected, actual));
    }
    if before == Trust::Wrong || is_elsewhere {
        // What was known went when the stranger answered, however lately it was read.
        world.schedule.renew_all(|target| target.site == site && target.read != Read::Identity);
    }
    if is_other || is_elsewhere {
        // Somebody else may do what was denied.
        world.schedule.wake(|failed, _| failed.site == site);
        // Their tokens are of who it was.
        world.forget_watches(site);
    }
    None
}

/// Nothing of a stranger's account may be taken for ours: what is known of the site goes, and the
/// reason stands in its place.
fn refuse(world: &mut World, target: &Target, expected: String, actual: String) -> Fault {
    let fault = Fault {
        message: format!("account {actual} answered where {expected} is expected"),
        kind: FaultKind::WrongAccount { expected, actual },
        call: GET_CALLER_IDENTITY.into(),
        request_id: None,
    };
    let place = world.estate.place(target.site);
    let target = Target { site: target.site, read: Read::Identity };
    world.faults.record(&target, place, fault.clone(), world.now);
    if let Some(data) = world.site_mut(target.site) {
        let identity = std::mem::take(&mut data.identity);
        let (trust, services) = (data.trust, Data::refused(fault.clone()));
        *data = SiteData { identity, services, trust, strange: true, ..SiteData::default() };
        world.forget_watches(target.site);
    }
    fault
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::Database;
    use crate::services::{alarms, rds};
    use crate::slices::reads::Ask;
    use crate::world::Estate;

    const OURS: &str = "111122223333";

    /// A console with one site, of which this account is expected.
    fn console() -> World {
        let mut estate = Estate::default();
        let session = estate.add_session_named("prod");
        let site = estate.add_site(session, "us-east-1");
        let expected_account = Some(OURS.to_owned());
        let environment =
            crate::domain::Environment { name: "prod".into(), site, expected_account, ..Default::default() };
        estate.add(environment);
        World::new(estate, Timestamp::UNIX_EPOCH)
    }

    fn requests(world: &mut World, second: i64) -> Vec<Request> {
        world.now = Timestamp::from_second(second).expect("in range");
        due(world, &Focus::default())
    }

    fn is_identity(request: &Request) -> bool {
        request.target.read == Read::Identity
    }

    /// How the one identity request of this second is signed; it is answered with this account.
    fn asked_as(world: &mut World, second: i64, account: &str, expires: Option<Timestamp>) -> Signing {
        let asked = requests(world, second);
        let request = asked.iter().find(|request| is_identity(request)).expect("who we are is asked");
        let identity = crate::domain::Identity { account: account.into(), expires, ..Default::default() };
        take(world, request.id, &request.target, Ok(Answer::Identity(identity)));
        request.signing
    }

    #[test]
    fn after_a_wrong_account_the_files_are_read_again_until_it_is_right() {
        let mut world = console();
        assert_eq!(asked_as(&mut world, 0, "999999999999", None), Signing::Kept);
        assert!(
            world.faults.worst(|_| Some(())).is_some_and(|e| matches!(e.fault.kind, FaultKind::WrongAccount { .. }))
        );
        assert_eq!(requests(&mut world, 1), vec![], "nothing of a stranger is asked");
        // By itself and soon; then everything else is asked at once.
        assert_eq!(asked_as(&mut world, 5, OURS, Timestamp::from_second(7200).ok()), Signing::Reread);
        assert_eq!(world.faults.standing(), 0);
        let asked = requests(&mut world, 6);
        assert!(asked.iter().any(|request| request.ask == Ask::Rds(rds::Ask::Databases)));
        assert!(asked.iter().all(|request| request.signing == Signing::Kept));
        assert_eq!(asked_as(&mut world, 305, OURS, None), Signing::Kept);
        // Keys without an end may have been replaced in their file since.
        assert_eq!(asked_as(&mut world, 605, OURS, None), Signing::Reread);
    }

    fn failed(kind: FaultKind) -> Fault {
        Fault { kind, call: "x:Y".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_failed_for_the_credentials_is_asked_at_once_when_one_call_works() {
        let mut world = console();
        asked_as(&mut world, 0, OURS, None);
        for second in [1, 5] {
            let asked = requests(&mut world, second);
            assert!(asked.len() >= 4, "at {second}: {asked:?}");
            for request in asked {
                let slow = request.target.read == Read::Alarms(alarms::Read::All);
                let kind = if slow { FaultKind::Throttled } else { FaultKind::Expired { login: None } };
                take(&mut world, request.id, &request.target, Err(failed(kind)));
            }
        }
        let told = world.faults.causes(&world.estate);
        assert_eq!((told, world.faults.standing() > told), (2, true));
        world.schedule.force(|target| target.read == Read::Rds(rds::Read::Databases));
        let asked = requests(&mut world, 6);
        assert_eq!(asked.len(), 1, "the others wait: {asked:?}");
        take(&mut world, asked[0].id, &asked[0].target, Ok(Answer::Rds(rds::Answer::Databases(vec![]))));
        let again: Vec<Read> = requests(&mut world, 6).into_iter().map(|request| request.target.read).collect();
        assert!(
            again.contains(&Read::Rds(rds::Read::Maintenance)) && again.contains(&Read::Rds(rds::Read::Events)),
            "{again:?}"
        );
        assert!(!again.contains(&Read::Alarms(alarms::Read::All)), "AWS asked to slow down: {again:?}");
    }

    #[test]
    fn a_question_for_thousands_of_metrics_is_put_together_part_by_part() {
        let mut world = console();
        asked_as(&mut world, 0, OURS, None);
        let known = |at: usize| Database { id: format!("db-{at}"), ..Database::default() };
        let all: Vec<_> = (0..5_000).map(|at| std::sync::Arc::new(known(at))).collect();
        for request in requests(&mut world, 1) {
            if request.ask == Ask::Rds(rds::Ask::Databases) {
                let answer = Answer::Rds(rds::Answer::Databases(all.clone()));
                take(&mut world, request.id, &request.target, Ok(answer));
            }
        }
        let metrics = |asked: &[Request]| asked.iter().map(|request| request.ask.metrics()).sum::<usize>();
        assert_eq!(metrics(&requests(&mut world, 1)), 0, "nothing is put together yet");
        let mut parts = 0;
        while pack(&mut world) {
            parts += 1;
        }
        assert!(parts >= 3 * 19, "{parts} parts: the table's, vitals and the trend");
        let asked = requests(&mut world, 1);
        let wanted: usize = [&rds::Read::Metrics, &rds::Read::Vitals, &rds::Read::StorageTrend]
            .into_iter()
            .filter(|read| asked.iter().any(|request| request.target.read == Read::Rds((*read).clone())))
            .count();
        assert_eq!((wanted, metrics(&asked) > 5_000 * 3), (3, true), "{} metrics", metrics(&asked));
        assert_eq!(metrics(&requests(&mut world, 2)), 0, "they are on their way");
    }

    #[test]
    fn other_credentials_bring_their_own_account_and_may_do_what_was_denied() {
        let mut world = console();
        world.estate.environments_mut().for_each(|environment| environment.expected_account = None);
        let known = Database { id: "orders".into(), ..Database::default() };
        for request in requests(&mut world, 0) {
            let result = match request.ask {
                Ask::Identity => {
                    Ok(Answer::Identity(crate::domain::Identity { account: OURS.into(), ..Default::default() }))
                }
                Ask::Rds(rds::Ask::Databases) => Ok(Answer::Rds(rds::Answer::Databases(vec![known.clone().into()]))),
                Ask::Alarms(alarms::Ask::All) => {
                    Err(failed(FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() }))
                }
                _ => continue,
            };
            take(&mut world, request.id, &request.target, result);
        }
        assert_eq!(world.all_databases().count(), 1);
        assert!(world.sites[0].alarms.all.fault().is_some());
        world.schedule.force(|target| target.read == Read::Identity);
        assert_eq!(asked_as(&mut world, 2, "999999999999", None), Signing::Reread);
        assert_eq!(world.all_databases().count(), 0, "they are of another account");
        let again: Vec<Read> = requests(&mut world, 3).into_iter().map(|request| request.target.read).collect();
        assert!(
            again.contains(&Read::Rds(rds::Read::Databases)) && again.contains(&Read::Alarms(alarms::Read::All)),
            "{again:?}"
        );
    }

    #[test]
    fn a_key_fetches_anew_what_is_wrong_and_leaves_good_temporary_credentials() {
        let mut world = console();
        let end = Timestamp::from_second(7200).ok();
        for (second, account, expires, expected) in [
            (0, "999999999999", end, Signing::Kept),
            (1, OURS, end, Signing::Anew),
            (2, OURS, None, Signing::Kept),
            (3, OURS, None, Signing::Reread),
        ] {
            world.schedule.force(|_| true);
            assert_eq!(asked_as(&mut world, second, account, expires), expected, "at {second}");
        }
    }

    #[test]
    fn where_nobody_may_ask_who_we_are_the_lists_are_read() {
        let mut world = console();
        let request = requests(&mut world, 0).into_iter().find(is_identity).expect("who we are is asked");
        let kind = FaultKind::Denied { action: GET_CALLER_IDENTITY.into() };
        let fault = Fault { kind, call: GET_CALLER_IDENTITY.into(), message: String::new(), request_id: None };
        take(&mut world, request.id, &request.target, Err(fault));
        assert!(requests(&mut world, 1).iter().any(|request| request.ask == Ask::Rds(rds::Ask::Databases)));
        world.schedule.force(|_| true);
        assert_eq!(asked_as(&mut world, 2, OURS, None), Signing::Anew);
        assert_eq!(world.site(SiteId(0)).map(|data| data.trust), Some(Trust::Right));
    }
}
