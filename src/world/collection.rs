//! Between what is known and the schedule: who gets attention, what to ask, where answers go.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::data::{SiteData, Trust};
use super::estate::Estate;
use super::focus::Focus;
use crate::aws::GET_CALLER_IDENTITY;
use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery, MetricStore, calls};
use crate::collect::schedule::Stirred;
use crate::collect::{Answer, Ask, Attention, Dataset, EventsOf, Request, Signing, Target};
use crate::domain::database::account_of;
use crate::domain::fault::Reach;
use crate::domain::runway::{self, Runway};
use crate::domain::{Database, Event, Fault, FaultKind, MaintenanceAction, Metric, Remote, SiteId};

/// The table's metrics cover the last hour.
pub const TABLE_WINDOW: i64 = 3600;
/// The storage trend covers the last week.
pub const TREND_WINDOW: i64 = 7 * 86_400;
/// The vitals cover the last three hours.
pub const VITALS_WINDOW: i64 = 3 * 3600;
/// Period of the vitals, seconds.
pub const VITALS_PERIOD: u32 = 300;
/// Period of the storage trend, seconds.
pub const TREND_PERIOD: u32 = 3600;
/// RDS keeps events for 14 days.
const EVENTS_KEPT: i64 = 14 * 86_400;
/// Events may appear late: the newest minutes are asked for again.
const EVENTS_OVERLAP: i64 = 900;

/// Errors of what is not asked for any more are no news: the screen that wanted it was left. Nothing is done while the
/// same is wanted as last time.
pub fn retire(world: &mut World, focus: &Focus) {
    let wants = focus.wants();
    if world.wants.as_ref() == Some(&wants) {
        return;
    }
    world.wants = Some(wants);
    let is_dear = world.is_over_ceiling();
    let wanted: HashSet<Target> = world
        .estate
        .sites()
        .flat_map(|(site, _)| {
            wanted(&world.estate, focus, site, is_dear).into_iter().map(move |(dataset, _)| Target { site, dataset })
        })
        .collect();
    world.faults.retire(|target| wanted.contains(target), world.now);
    world.schedule.retain(|target| wanted.contains(target));
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
        for (dataset, attention) in wanted(&world.estate, focus, site, is_dear) {
            // Where an account is expected, nothing else is asked before it is known to be that one.
            if dataset != Dataset::Identity && !open {
                continue;
            }
            let target = Target { site, dataset };
            if !world.schedule.is_due(&target, attention, world.now) {
                continue;
            }
            let Some(ask) = ask(world, focus, &target) else { continue };
            let signing = signing(world, &target);
            let id = world.schedule.begin(&target);
            if let Some(data) = world.site_mut(site) {
                data.begin(&target.dataset);
            }
            if matches!(&ask, Ask::Metrics { calls } if calls.is_empty()) {
                take(world, id, &target, Ok(Answer::MetricsDone));
            } else {
                if let Ask::Metrics { calls } = &ask {
                    let metrics = calls.iter().map(|call| call.queries.len()).sum();
                    world.requested.push_back((world.now.as_second(), metrics));
                    while world.requested.front().is_some_and(|(at, _)| world.now.as_second() - at >= 600) {
                        world.requested.pop_front();
                    }
                }
                requests.push(Request { id, target, ask, signing });
            }
        }
    }
    requests
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
    let Some(data) = world.site(target.site).filter(|_| target.dataset == Dataset::Identity) else {
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

/// What of a site is worth reading, and how eagerly; `is_dear` when the console's own calls cost more than they may.
fn wanted(estate: &Estate, focus: &Focus, site: SiteId, is_dear: bool) -> Vec<(Dataset, Attention)> {
    let shown = estate.in_scope(focus.scope, site);
    let open = focus.detail.as_ref().filter(|open| open.site == site);
    let table = if !shown && open.is_none() {
        Attention::Hidden
    } else if focus.detail.is_none() || open.is_some() {
        Attention::Watched
    } else {
        Attention::Near
    };
    // Metrics are what costs. A key (`R`, opening a DB instance) still brings them at once.
    let paid = if is_dear { table.min(Attention::Hidden) } else { table };
    let beside = match (table, open) {
        (Attention::Watched, None) => Attention::Near,
        (other, _) => other,
    };
    let mut wanted = vec![
        (Dataset::Identity, table),
        (Dataset::Databases, table),
        (Dataset::Metrics, paid),
        (Dataset::Vitals, paid),
        (Dataset::StorageTrend, paid),
        (Dataset::Maintenance, table),
        (Dataset::Alarms, beside),
        (Dataset::Events, beside),
    ];
    if let Some(open) = open {
        wanted.push((Dataset::Snapshots(open.id.clone()), Attention::Watched));
        wanted.push((Dataset::InstanceEvents(open.id.clone()), Attention::Watched));
        wanted.push((Dataset::History(open.id.clone(), open.period), Attention::Watched));
    }
    wanted
}

/// The exact question for a target; `None` when it cannot be asked yet.
fn ask(world: &World, focus: &Focus, target: &Target) -> Option<Ask> {
    let data = world.site(target.site)?;
    let now = world.now.as_second();
    Some(match &target.dataset {
        Dataset::Identity => Ask::Identity,
        Dataset::Databases => Ask::Databases,
        Dataset::Maintenance => Ask::Maintenance,
        Dataset::Alarms => Ask::Alarms,
        Dataset::Snapshots(database) => Ask::Snapshots { database: database.clone() },
        Dataset::Events => {
            Ask::Events { of: EventsOf::Grave, since: events_since(data.events.at(), world.now), until: world.now }
        }
        Dataset::InstanceEvents(database) => Ask::Events {
            of: EventsOf::Database(database.clone()),
            since: events_since(data.instance_events.get(database).and_then(Remote::at), world.now),
            until: world.now,
        },
        Dataset::Metrics => Ask::Metrics {
            calls: calls(
                &data.store,
                queries(data.databases.value()?, &Metric::TABLE),
                60,
                last(now, TABLE_WINDOW),
                now,
            ),
        },
        Dataset::Vitals => Ask::Metrics {
            calls: calls(
                &data.store,
                queries(data.databases.value()?, &Metric::VITALS),
                VITALS_PERIOD,
                last(now, VITALS_WINDOW),
                now,
            ),
        },
        Dataset::StorageTrend => Ask::Metrics {
            calls: calls(
                &data.store,
                queries(data.databases.value()?, &[Metric::FreeStorageSpace]),
                TREND_PERIOD,
                last(now, TREND_WINDOW),
                now,
            ),
        },
        Dataset::History(database, period) => {
            let open = focus.detail.as_ref()?;
            let instance = world.database(open.site, &open.id)?;
            let wanted = Metric::CHARTED
                .into_iter()
                .filter(|metric| metric.applies_to(instance))
                .map(|metric| MetricQuery { database: database.clone(), metric });
            Ask::Metrics { calls: calls(&data.charts, wanted, *period, open.window.clone(), now) }
        }
    })
}

/// `wanted` of every instance that they apply to.
fn queries<'a>(databases: &'a [Database], wanted: &'a [Metric]) -> impl Iterator<Item = MetricQuery> + 'a {
    databases.iter().flat_map(move |instance| {
        let database: Arc<str> = instance.id.as_str().into();
        wanted
            .iter()
            .filter(|metric| metric.applies_to(instance))
            .map(move |metric| MetricQuery { database: database.clone(), metric: *metric })
    })
}

/// Where to go on reading events that were read at `read`.
fn events_since(read: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let kept = before(now, EVENTS_KEPT - 60);
    read.map_or(kept, |at| before(at, EVENTS_OVERLAP).max(kept))
}

/// So many seconds earlier, or the beginning of time.
fn before(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

fn last(now: i64, seconds: i64) -> Range<i64> {
    now - seconds..now
}

/// What of an answer somebody should hear of at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// What failed, and where, if nothing has told of its cause yet.
    pub told: Option<String>,
    /// It stands in the error log now, as the newest.
    pub logged: bool,
}

/// Puts an answer or a failure where it belongs. One that is no longer awaited is dropped.
pub fn take(world: &mut World, id: u64, target: &Target, result: Result<Answer, Fault>) -> News {
    let mut news = News::default();
    if !world.schedule.awaits(target, id) {
        return news;
    }
    let now = world.now;
    if matches!(target.dataset, Dataset::Snapshots(_) | Dataset::History(..) | Dataset::InstanceEvents(_)) {
        // The screen that wanted it may have been left.
        world.wants = None;
    }
    match result {
        Ok(Answer::MetricPart { call, answer }) => merge(world, target, &call, &answer),
        Ok(answer) => {
            world.heard.insert(target.site);
            match store(world, target, answer) {
                None => {
                    let pages = world.site(target.site).map_or(1, |data| pages(data, &target.dataset));
                    let mended = world.schedule.succeed(target, now, pages);
                    world.faults.mend(target, now);
                    if let Some(reach) = mended {
                        wake(world, target.site, reach);
                    }
                }
                Some(refused) => world.schedule.fail(target, &refused, now),
            }
        }
        Err(fault) => {
            world.schedule.fail(target, &fault, now);
            let place = world.estate.place(target.site);
            let is_told = world.faults.is_told(&world.estate, target.site, &fault.kind);
            if world.faults.record(target, place.clone(), fault.clone(), now) {
                news.logged = true;
                news.told = (!is_told).then(|| format!("{place}: {} {}", target.dataset.title(), fault.word()));
            }
            world.heard.insert(target.site);
            // It may be of what nobody wants any more.
            world.wants = None;
            if let Some(data) = world.site_mut(target.site) {
                data.fail(&target.dataset, fault);
                if target.dataset == Dataset::Identity && data.identity.value().is_none() && !data.trust.is_open() {
                    data.trust = Trust::Silent;
                }
            }
        }
    }
    news
}

/// How many pages a list has: RDS and CloudWatch give at most 100 records in one (`MaxRecords` of
/// `DescribeDBInstances` and `DescribeAlarms`).
fn pages(data: &SiteData, dataset: &Dataset) -> usize {
    let records = match dataset {
        Dataset::Databases => data.databases.value().map_or(0, Vec::len),
        Dataset::Alarms => data.alarms.value().map_or(0, Vec::len),
        _ => 0,
    };
    records.div_ceil(100)
}

fn merge(world: &mut World, target: &Target, call: &MetricCall, answer: &MetricAnswer) {
    let Some(data) = world.site_mut(target.site) else { return };
    if answer.partial {
        data.is_held_back(&target.dataset);
    }
    match target.dataset {
        Dataset::Metrics => data.store.merge(call, answer, TABLE_WINDOW + 600),
        Dataset::Vitals => data.store.merge(call, answer, VITALS_WINDOW + 1800),
        Dataset::StorageTrend => data.store.merge(call, answer, TREND_WINDOW + 7200),
        _ => return data.charts.merge(call, answer, 30 * 86_400),
    }
    for query in &call.queries {
        data.checkups.touch(&query.database);
    }
}

/// What failed because of the clock or the credentials is asked again at once when something that
/// failed for it works: nobody waits for what is mended already.
fn wake(world: &mut World, site: SiteId, mended: Reach) {
    let World { estate, schedule, .. } = world;
    let session = |site: SiteId| estate.site(site).map(|site| site.session);
    schedule.wake(|target, reach| match (reach, mended) {
        (Reach::Call, _) | (_, Reach::Call) => false,
        (Reach::Machine, Reach::Machine) => true,
        _ => session(target.site) == session(site),
    });
}

/// Puts an answer where it belongs; why not, when it is of another account and was refused.
fn store(world: &mut World, target: &Target, answer: Answer) -> Option<Fault> {
    let now = world.now;
    let site = target.site;
    let data = world.sites.get_mut(site.0)?;
    match answer {
        Answer::Identity(identity) => {
            let before = data.trust;
            let known = data.identity.value();
            let is_other = known.is_some_and(|known| known.principal() != identity.principal());
            let account = data.recalled_from.take().or_else(|| known.map(|known| known.account.clone()));
            // What is of another account, from disk or by other credentials, is not this one's.
            let is_elsewhere = account.is_some_and(|account| account != identity.account);
            if is_elsewhere {
                *data = SiteData::default();
            }
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
                world.schedule.renew_all(|target| target.site == site && target.dataset != Dataset::Identity);
            }
            if is_other || is_elsewhere {
                // Somebody else may do what was denied.
                world.schedule.wake(|failed, _| failed.site == site);
            }
        }
        Answer::Databases(databases) => {
            // The credentials may have changed since we asked who we are: every ARN says whose it is.
            let expected = world.estate.expected_account(site).unwrap_or_default().to_owned();
            let strange = |account: &&str| !expected.is_empty() && !account.is_empty() && *account != expected;
            let stranger = databases.iter().map(|d| account_of(&d.arn)).find(strange).map(ToOwned::to_owned);
            if let Some(actual) = stranger {
                world.schedule.renew(&Target { site, dataset: Dataset::Identity });
                return Some(refuse(world, target, expected, actual));
            }
            let before = data.databases.value().map(Vec::as_slice);
            let is_same = |before: &&[Database]| {
                before.len() == databases.len()
                    && before.iter().zip(&databases).all(|(a, b)| a.id == b.id && a.arn == b.arn)
            };
            let before = before.filter(is_same);
            for (at, (a, b)) in before.into_iter().flatten().zip(&databases).enumerate().filter(|(_, (a, b))| a != b) {
                data.checkups.touch_at(at);
                // Whose it is is told by its tags, too.
                if a.tags != b.tags {
                    data.checkups.forget();
                }
            }
            let is_new = before.is_none();
            data.strange &= databases.is_empty() || data.trust == Trust::Wrong;
            data.databases.succeed(databases, now);
            if is_new {
                data.checkups.forget();
                let ids: HashSet<&str> = data.databases.value().into_iter().flatten().map(|d| d.id.as_str()).collect();
                data.store.retain(|id| ids.contains(id));
                for dataset in [Dataset::Metrics, Dataset::Vitals, Dataset::StorageTrend] {
                    world.schedule.renew(&Target { site, dataset });
                }
            }
        }
        Answer::Maintenance(actions) => {
            let mut by_resource: HashMap<String, Vec<MaintenanceAction>> = HashMap::new();
            for action in actions {
                by_resource.entry(action.arn.clone()).or_default().push(action);
            }
            match data.maintenance.value() {
                None => data.checkups.touch_all(),
                Some(before) => {
                    for (at, database) in data.databases.value().into_iter().flatten().enumerate() {
                        if before.get(&database.arn) != by_resource.get(&database.arn) {
                            data.checkups.touch_at(at);
                        }
                    }
                }
            }
            data.maintenance.succeed(by_resource, now);
        }
        Answer::Events { events, window } => {
            if let Dataset::InstanceEvents(database) = &target.dataset {
                let known = data.instance_events.entry(database.clone()).or_default();
                let merged = merge_events(known.value().into_iter().flatten(), events, &window, now);
                known.succeed(merged, now);
                return None;
            }
            let mut grouped: HashMap<String, Vec<Event>> = HashMap::new();
            for event in
                merge_events(data.events.value().into_iter().flat_map(HashMap::values).flatten(), events, &window, now)
            {
                grouped.entry(event.source.clone()).or_default().push(event);
            }
            let before = data.events.value();
            let all = before.into_iter().flat_map(HashMap::keys).chain(grouped.keys());
            for id in all.filter(|id| before.and_then(|before| before.get(*id)) != grouped.get(*id)) {
                data.checkups.touch(id);
            }
            data.events.succeed(grouped, now);
        }
        Answer::Alarms(alarms) => data.alarms.succeed(alarms, now),
        Answer::Snapshots(snapshots) => {
            if let Dataset::Snapshots(database) = &target.dataset {
                data.snapshots.entry(database.clone()).or_default().succeed(snapshots, now);
            }
        }
        Answer::MetricsDone => {
            data.parts_are_done(&target.dataset);
            match &target.dataset {
                Dataset::Metrics => data.measured(|data| &mut data.metrics, now),
                Dataset::Vitals => data.measured(|data| &mut data.vitals, now),
                Dataset::StorageTrend => {
                    data.trend.succeed((), now);
                    data.runways = data.databases.value().map(|all| runways(all, &data.store)).unwrap_or_default();
                    data.checkups.touch_all();
                }
                Dataset::History(database, period) => {
                    data.history.entry((database.clone(), *period)).or_default().succeed((), now);
                }
                _ => {}
            }
        }
        Answer::MetricPart { .. } => {}
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
    let target = Target { site: target.site, dataset: Dataset::Identity };
    world.faults.record(&target, place, fault.clone(), world.now);
    if let Some(data) = world.site_mut(target.site) {
        let identity = std::mem::take(&mut data.identity);
        let (trust, databases) = (data.trust, Remote::Failed { fault: fault.clone() });
        *data = SiteData { identity, databases, trust, strange: true, ..SiteData::default() };
    }
    fault
}

/// How long the storage of each DB instance lasts, as its trend tells.
#[must_use]
pub fn runways(databases: &[Database], store: &MetricStore) -> HashMap<Arc<str>, Runway> {
    let runway = |database: &Database| {
        let free = store.series(&database.id, Metric::FreeStorageSpace, TREND_PERIOD)?;
        Some((database.id.as_str().into(), runway::estimate(free)?))
    };
    databases.iter().filter_map(runway).collect()
}

/// Known events before the window of the answer, then the answer; none twice, none older than
/// RDS itself keeps.
fn merge_events<'a>(
    known: impl Iterator<Item = &'a Event>,
    fresh: Vec<Event>,
    window: &Range<Timestamp>,
    now: Timestamp,
) -> Vec<Event> {
    let oldest = before(now, EVENTS_KEPT);
    let mut all: Vec<Event> = known.filter(|e| e.at < window.start && e.at >= oldest).cloned().chain(fresh).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Database;
    use crate::world::Estate;

    fn event(second: i64, message: &str) -> Event {
        Event {
            at: Timestamp::from_second(second).expect("in range"),
            source: "db".into(),
            message: message.into(),
            categories: vec![],
        }
    }

    #[test]
    fn overlapping_answers_give_every_event_once() {
        let at = |s| Timestamp::from_second(s).expect("in range");
        let known = [event(10, "a"), event(20, "b")];
        let merged = merge_events(known.iter(), vec![event(20, "b"), event(30, "c")], &(at(15)..at(40)), at(40));
        assert_eq!(merged, vec![event(10, "a"), event(20, "b"), event(30, "c")]);
        let aged =
            merge_events(known.iter(), vec![], &(at(15 + EVENTS_KEPT)..at(20 + EVENTS_KEPT)), at(15 + EVENTS_KEPT));
        assert_eq!(aged, vec![event(20, "b")]);
    }

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
        request.target.dataset == Dataset::Identity
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
        assert!(asked.iter().any(|request| request.ask == Ask::Databases));
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
                let slow = request.target.dataset == Dataset::Alarms;
                let kind = if slow { FaultKind::Throttled } else { FaultKind::Expired { login: None } };
                take(&mut world, request.id, &request.target, Err(failed(kind)));
            }
        }
        let told = world.faults.causes(&world.estate);
        assert_eq!((told, world.faults.standing() > told), (2, true));
        world.schedule.force(|target| target.dataset == Dataset::Databases);
        let asked = requests(&mut world, 6);
        assert_eq!(asked.len(), 1, "the others wait: {asked:?}");
        take(&mut world, asked[0].id, &asked[0].target, Ok(Answer::Databases(vec![])));
        let again: Vec<Dataset> = requests(&mut world, 6).into_iter().map(|request| request.target.dataset).collect();
        assert!(again.contains(&Dataset::Maintenance) && again.contains(&Dataset::Events), "{again:?}");
        assert!(!again.contains(&Dataset::Alarms), "AWS asked to slow down: {again:?}");
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
                Ask::Databases => Ok(Answer::Databases(vec![known.clone()])),
                Ask::Alarms => Err(failed(FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() })),
                _ => continue,
            };
            take(&mut world, request.id, &request.target, result);
        }
        assert_eq!(world.all_databases().count(), 1);
        assert!(world.sites[0].alarms.fault().is_some());
        world.schedule.force(|target| target.dataset == Dataset::Identity);
        assert_eq!(asked_as(&mut world, 2, "999999999999", None), Signing::Reread);
        assert_eq!(world.all_databases().count(), 0, "they are of another account");
        let again: Vec<Dataset> = requests(&mut world, 3).into_iter().map(|request| request.target.dataset).collect();
        assert!(again.contains(&Dataset::Databases) && again.contains(&Dataset::Alarms), "{again:?}");
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
        assert!(requests(&mut world, 1).iter().any(|request| request.ask == Ask::Databases));
        world.schedule.force(|_| true);
        assert_eq!(asked_as(&mut world, 2, OURS, None), Signing::Anew);
        assert_eq!(world.site(SiteId(0)).map(|data| data.trust), Some(Trust::Right));
    }
}
