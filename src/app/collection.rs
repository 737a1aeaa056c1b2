//! Between the state and the schedule: who gets attention, what to ask, where answers go.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::data::{SiteData, Trust};
use super::effect::Effect;
use super::state::{Screen, State};
use super::toast::{Toast, Tone};
use crate::aws::GET_CALLER_IDENTITY;
use crate::collect::metrics::{MetricQuery, calls};
use crate::collect::{Answer, Ask, Attention, Dataset, EventsOf, Request, Signing, Target};
use crate::domain::database::account_of;
use crate::domain::fault::Reach;
use crate::domain::runway::{self, Runway};
use crate::domain::{Event, Fault, FaultKind, MaintenanceAction, Metric, Remote, SiteId};
use crate::screens::databases::TABLE_METRICS;

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

/// Errors of what is not asked for any more are no news: the screen that wanted it was left.
pub fn retire(state: &mut State) {
    let wanted: HashSet<Target> = (0..state.sites.len())
        .map(SiteId)
        .flat_map(|site| wanted(state, site).into_iter().map(move |(dataset, _)| Target { site, dataset }))
        .collect();
    state.faults.retire(|target| wanted.contains(target), state.now);
    state.schedule.retain(|target| wanted.contains(target));
}

/// Everything that is due now, as effects.
pub fn due(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    for index in 0..state.sites.len() {
        let site = SiteId(index);
        let open = is_open(state, site);
        for (dataset, attention) in wanted(state, site) {
            // Where an account is expected, nothing else is asked before it is known to be that one.
            if dataset != Dataset::Identity && !open {
                continue;
            }
            let target = Target { site, dataset };
            if !state.schedule.is_due(&target, attention, state.now) {
                continue;
            }
            let Some(ask) = ask(state, &target) else { continue };
            let signing = signing(state, &target);
            let id = state.schedule.begin(&target);
            if let Some(data) = state.sites.get_mut(index) {
                data.begin(&target.dataset);
            }
            if matches!(&ask, Ask::Metrics { calls } if calls.is_empty()) {
                take(state, id, &target, Ok(Answer::MetricsDone));
            } else {
                if let Ask::Metrics { calls } = &ask {
                    let metrics = calls.iter().map(|call| call.queries.len()).sum();
                    state.requested.push_back((state.now.as_second(), metrics));
                    while state.requested.front().is_some_and(|(at, _)| state.now.as_second() - at >= 600) {
                        state.requested.pop_front();
                    }
                }
                effects.push(Effect::Fetch(Request { id, target, ask, signing }));
            }
        }
    }
    effects
}

/// Whether a site may be asked for more than who we are.
fn is_open(state: &mut State, site: SiteId) -> bool {
    let Some(data) = state.sites.get_mut(site.0) else { return false };
    if data.trust == Trust::Unasked {
        let is_expected = state.estate.expected_account(site).is_some();
        data.trust = if is_expected { Trust::Awaited } else { Trust::Free };
    }
    data.trust.is_open()
}

/// Who we are is what tells of credentials that were mended on disk: it is asked with those that
/// are there now, after a stranger's account answered and when the engineer asks again. Credentials
/// that do not say when they end may be other ones by now, and are read again each time. Those that
/// do, and are good, stay, because a code may be needed to get others.
fn signing(state: &State, target: &Target) -> Signing {
    let Some(data) = state.site(target.site).filter(|_| target.dataset == Dataset::Identity) else {
        return Signing::Kept;
    };
    let undated = || data.identity.value().is_some_and(|identity| identity.expires.is_none());
    match (state.schedule.is_by_hand(target), data.strange || data.identity.fault().is_some()) {
        (true, true) => Signing::Anew,
        (false, _) if data.strange => Signing::Reread,
        _ if undated() => Signing::Reread,
        _ => Signing::Kept,
    }
}

/// What of a site is worth reading, and how eagerly.
fn wanted(state: &State, site: SiteId) -> Vec<(Dataset, Attention)> {
    let shown = state.estate.in_scope(state.scope, site);
    let open = state.database.as_ref().filter(|open| open.site == site && state.screen == Screen::Database);
    let table = if !shown && open.is_none() {
        Attention::Hidden
    } else if state.screen != Screen::Database || open.is_some() {
        Attention::Watched
    } else {
        Attention::Near
    };
    // Metrics are what costs. A key (`R`, opening a DB instance) still brings them at once.
    let paid = if state.is_over_ceiling() { table.min(Attention::Hidden) } else { table };
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
        wanted.push((Dataset::History(open.id.clone(), open.range().period), Attention::Watched));
    }
    wanted
}

/// The exact question for a target; `None` when it cannot be asked yet.
fn ask(state: &State, target: &Target) -> Option<Ask> {
    let data = state.site(target.site)?;
    let now = state.now.as_second();
    Some(match &target.dataset {
        Dataset::Identity => Ask::Identity,
        Dataset::Databases => Ask::Databases,
        Dataset::Maintenance => Ask::Maintenance,
        Dataset::Alarms => Ask::Alarms,
        Dataset::Snapshots(database) => Ask::Snapshots { database: database.clone() },
        Dataset::Events => {
            Ask::Events { of: EventsOf::Grave, since: events_since(data.events.at(), state.now), until: state.now }
        }
        Dataset::InstanceEvents(database) => Ask::Events {
            of: EventsOf::Database(database.clone()),
            since: events_since(data.instance_events.get(database).and_then(Remote::at), state.now),
            until: state.now,
        },
        Dataset::Metrics => Ask::Metrics {
            calls: calls(
                &data.store,
                queries(data.databases.value()?, &TABLE_METRICS),
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
            let open = state.database.as_ref()?;
            let (_, instance) = state.open_database()?;
            let wanted = Metric::CHARTED
                .into_iter()
                .filter(|metric| metric.applies_to(instance))
                .map(|metric| MetricQuery { database: database.clone(), metric });
            Ask::Metrics { calls: calls(&data.charts, wanted, *period, open.window(state.now), now) }
        }
    })
}

/// `wanted` of every instance that they apply to.
fn queries<'a>(
    databases: &'a [crate::domain::Database],
    wanted: &'a [Metric],
) -> impl Iterator<Item = MetricQuery> + 'a {
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

/// Puts an answer or a failure where it belongs. One that is no longer awaited is dropped.
pub fn take(state: &mut State, id: u64, target: &Target, result: Result<Answer, Fault>) {
    if !state.schedule.awaits(target, id) {
        return;
    }
    let now = state.now;
    match result {
        Ok(Answer::MetricPart { call, answer }) => merge(state, target, &call, &answer),
        Ok(answer) => match store(state, target, answer) {
            None => {
                let mended = state.schedule.succeed(target, now);
                state.faults.mend(target, now);
                if let Some(reach) = mended {
                    wake(state, target.site, reach);
                }
            }
            Some(refused) => state.schedule.fail(target, &refused, now),
        },
        Err(fault) => {
            state.schedule.fail(target, &fault, now);
            let place = state.estate.place(target.site);
            let is_told = state.faults.is_told(&state.estate, target.site, &fault.kind);
            if state.faults.record(target, place.clone(), fault.clone(), now) {
                if !is_told {
                    let text = format!("{place}: {} {}", target.dataset.title(), fault.word());
                    state.toast = Some(Toast::new(text, Tone::Bad, now));
                }
                // The cursor stays on its error when a newer one comes above it.
                if let Some(super::state::Overlay::Errors { selected }) = &mut state.overlay {
                    *selected += usize::from(state.faults.len() > 1);
                }
            }
            if let Some(data) = state.sites.get_mut(target.site.0) {
                data.fail(&target.dataset, fault);
                if target.dataset == Dataset::Identity && data.identity.value().is_none() && !data.trust.is_open() {
                    data.trust = Trust::Silent;
                }
            }
        }
    }
    if !matches!(target.dataset, Dataset::Snapshots(_) | Dataset::History(..) | Dataset::InstanceEvents(_)) {
        state.databases.dirty = true;
    }
}

fn merge(
    state: &mut State,
    target: &Target,
    call: &crate::collect::metrics::MetricCall,
    answer: &crate::collect::metrics::MetricAnswer,
) {
    let Some(data) = state.sites.get_mut(target.site.0) else { return };
    if answer.partial && !data.partial.contains(&target.dataset) {
        data.partial.push(target.dataset.clone());
    }
    match target.dataset {
        Dataset::Metrics => data.store.merge(call, answer, TABLE_WINDOW + 600),
        Dataset::Vitals => data.store.merge(call, answer, VITALS_WINDOW + 1800),
        Dataset::StorageTrend => data.store.merge(call, answer, TREND_WINDOW + 7200),
        _ => data.charts.merge(call, answer, 30 * 86_400),
    }
}

/// What failed because of the clock or the credentials is asked again at once when something that
/// failed for it works: nobody waits for what is mended already.
fn wake(state: &mut State, site: SiteId, mended: Reach) {
    let State { estate, schedule, .. } = state;
    let session = |site: SiteId| estate.site(site).map(|site| site.session);
    schedule.wake(|target, reach| match (reach, mended) {
        (Reach::Call, _) | (_, Reach::Call) => false,
        (Reach::Machine, Reach::Machine) => true,
        _ => session(target.site) == session(site),
    });
}

/// Puts an answer where it belongs; why not, when it is of another account and was refused.
fn store(state: &mut State, target: &Target, answer: Answer) -> Option<Fault> {
    let now = state.now;
    let site = target.site;
    let data = state.sites.get_mut(site.0)?;
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
            let expected = state.estate.expected_account(site).map(ToOwned::to_owned);
            data.trust = match &expected {
                None => Trust::Free,
                Some(expected) if *expected == actual => Trust::Right,
                Some(_) => Trust::Wrong,
            };
            data.strange = data.trust == Trust::Wrong;
            if let Some(expected) = expected.filter(|expected| *expected != actual) {
                return Some(refuse(state, target, expected, actual));
            }
            if before == Trust::Wrong || is_elsewhere {
                // What was known went when the stranger answered, however lately it was read.
                for (dataset, _) in wanted(state, site).into_iter().filter(|(d, _)| *d != Dataset::Identity) {
                    state.schedule.renew(&Target { site, dataset });
                }
            }
            if is_other || is_elsewhere {
                // Somebody else may do what was denied.
                state.schedule.wake(|failed, _| failed.site == site);
            }
        }
        Answer::Databases(databases) => {
            // The credentials may have changed since we asked who we are: every ARN says whose it is.
            let expected = state.estate.expected_account(site).unwrap_or_default().to_owned();
            let strange = |account: &&str| !expected.is_empty() && !account.is_empty() && *account != expected;
            let stranger = databases.iter().map(|d| account_of(&d.arn)).find(strange).map(ToOwned::to_owned);
            if let Some(actual) = stranger {
                state.schedule.renew(&Target { site, dataset: Dataset::Identity });
                return Some(refuse(state, target, expected, actual));
            }
            let changed = data.databases.value().is_none_or(|before| {
                before.len() != databases.len() || before.iter().zip(&databases).any(|(a, b)| a.id != b.id)
            });
            data.strange &= databases.is_empty() || data.trust == Trust::Wrong;
            data.databases.succeed(databases, now);
            if changed {
                let ids: std::collections::HashSet<&str> =
                    data.databases.value().into_iter().flatten().map(|d| d.id.as_str()).collect();
                data.store.retain(|id| ids.contains(id));
                for dataset in [Dataset::Metrics, Dataset::Vitals, Dataset::StorageTrend] {
                    state.schedule.renew(&Target { site, dataset });
                }
            }
        }
        Answer::Maintenance(actions) => {
            let mut by_resource: HashMap<String, Vec<MaintenanceAction>> = HashMap::new();
            for action in actions {
                by_resource.entry(action.arn.clone()).or_default().push(action);
            }
            data.maintenance.succeed(by_resource, now);
        }
        Answer::Events { events, window } => {
            let known = match &target.dataset {
                Dataset::InstanceEvents(database) => data.instance_events.entry(database.clone()).or_default(),
                _ => &mut data.events,
            };
            let merged = merge_events(known.value().map(Vec::as_slice).unwrap_or_default(), events, &window, now);
            known.succeed(merged, now);
        }
        Answer::Alarms(alarms) => data.alarms.succeed(alarms, now),
        Answer::Snapshots(snapshots) => {
            if let Dataset::Snapshots(database) = &target.dataset {
                data.snapshots.entry(database.clone()).or_default().succeed(snapshots, now);
            }
        }
        Answer::MetricsDone => match &target.dataset {
            Dataset::Metrics => data.metrics.succeed((), now),
            Dataset::Vitals => data.vitals.succeed((), now),
            Dataset::StorageTrend => {
                data.trend.succeed((), now);
                data.runways = runways(data);
            }
            Dataset::History(database, period) => {
                data.history.entry((database.clone(), *period)).or_default().succeed((), now);
            }
            _ => {}
        },
        Answer::MetricPart { .. } => {}
    }
    None
}

/// Nothing of a stranger's account may be taken for ours: what is known of the site goes, and the
/// reason stands in its place.
fn refuse(state: &mut State, target: &Target, expected: String, actual: String) -> Fault {
    let fault = Fault {
        message: format!("account {actual} answered where {expected} is expected"),
        kind: FaultKind::WrongAccount { expected, actual },
        call: GET_CALLER_IDENTITY.into(),
        request_id: None,
    };
    let place = state.estate.place(target.site);
    let target = Target { site: target.site, dataset: Dataset::Identity };
    state.faults.record(&target, place, fault.clone(), state.now);
    if let Some(data) = state.sites.get_mut(target.site.0) {
        let identity = std::mem::take(&mut data.identity);
        let (trust, databases) = (data.trust, Remote::Failed { fault: fault.clone() });
        *data = SiteData { identity, databases, trust, strange: true, ..SiteData::default() };
    }
    fault
}

/// The storage runway of every DB instance of the site.
fn runways(data: &SiteData) -> HashMap<Arc<str>, Runway> {
    data.databases
        .value()
        .into_iter()
        .flatten()
        .filter_map(|database| {
            let free = data.store.series(&database.id, Metric::FreeStorageSpace, TREND_PERIOD)?;
            Some((database.id.as_str().into(), runway::estimate(free)?))
        })
        .collect()
}

/// Known events before the window of the answer, then the answer; none twice, none older than
/// RDS itself keeps.
fn merge_events(known: &[Event], fresh: Vec<Event>, window: &Range<Timestamp>, now: Timestamp) -> Vec<Event> {
    let oldest = before(now, EVENTS_KEPT);
    let mut all: Vec<Event> =
        known.iter().filter(|e| e.at < window.start && e.at >= oldest).cloned().chain(fresh).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Database;

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
        let merged = merge_events(&known, vec![event(20, "b"), event(30, "c")], &(at(15)..at(40)), at(40));
        assert_eq!(merged, vec![event(10, "a"), event(20, "b"), event(30, "c")]);
        let aged = merge_events(&known, vec![], &(at(15 + EVENTS_KEPT)..at(20 + EVENTS_KEPT)), at(15 + EVENTS_KEPT));
        assert_eq!(aged, vec![event(20, "b")]);
    }

    const OURS: &str = "111122223333";

    /// A console with one site, of which this account is expected.
    fn console() -> State {
        let mut estate = crate::app::Estate { sessions: vec!["prod".into()], ..crate::app::Estate::default() };
        let site = estate.add_site(0, "us-east-1");
        let expected_account = Some(OURS.to_owned());
        let environment =
            crate::domain::Environment { name: "prod".into(), site, expected_account, ..Default::default() };
        estate.environments.push(environment);
        let (keymap, theme) = (crate::keymap::Keymap::default(), crate::theme::Theme::default());
        State::new(estate, Timestamp::UNIX_EPOCH, keymap, theme, crate::theme::ColorDepth::TrueColor)
    }

    fn requests(state: &mut State, second: i64) -> Vec<Request> {
        state.now = Timestamp::from_second(second).expect("in range");
        let fetched = |effect| if let Effect::Fetch(request) = effect { Some(request) } else { None };
        due(state).into_iter().filter_map(fetched).collect()
    }

    fn is_identity(request: &Request) -> bool {
        request.target.dataset == Dataset::Identity
    }

    /// How the one identity request of this second is signed; it is answered with this account.
    fn asked_as(state: &mut State, second: i64, account: &str, expires: Option<Timestamp>) -> Signing {
        let asked = requests(state, second);
        let request = asked.iter().find(|request| is_identity(request)).expect("who we are is asked");
        let identity = crate::domain::Identity { account: account.into(), expires, ..Default::default() };
        take(state, request.id, &request.target, Ok(Answer::Identity(identity)));
        request.signing
    }

    #[test]
    fn after_a_wrong_account_the_files_are_read_again_until_it_is_right() {
        let mut state = console();
        assert_eq!(asked_as(&mut state, 0, "999999999999", None), Signing::Kept);
        assert!(
            state.faults.worst(|_| Some(())).is_some_and(|e| matches!(e.fault.kind, FaultKind::WrongAccount { .. }))
        );
        assert_eq!(requests(&mut state, 1), vec![], "nothing of a stranger is asked");
        // By itself and soon; then everything else is asked at once.
        assert_eq!(asked_as(&mut state, 5, OURS, Timestamp::from_second(7200).ok()), Signing::Reread);
        assert_eq!(state.faults.standing(), 0);
        let asked = requests(&mut state, 6);
        assert!(asked.iter().any(|request| request.ask == Ask::Databases));
        assert!(asked.iter().all(|request| request.signing == Signing::Kept));
        assert_eq!(asked_as(&mut state, 305, OURS, None), Signing::Kept);
        // Keys without an end may have been replaced in their file since.
        assert_eq!(asked_as(&mut state, 605, OURS, None), Signing::Reread);
    }

    fn failed(kind: FaultKind) -> Fault {
        Fault { kind, call: "x:Y".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_failed_for_the_credentials_is_asked_at_once_when_one_call_works() {
        let mut state = console();
        asked_as(&mut state, 0, OURS, None);
        for second in [1, 5] {
            let asked = requests(&mut state, second);
            assert!(asked.len() >= 4, "at {second}: {asked:?}");
            for request in asked {
                let slow = request.target.dataset == Dataset::Alarms;
                let kind = if slow { FaultKind::Throttled } else { FaultKind::Expired { login: None } };
                take(&mut state, request.id, &request.target, Err(failed(kind)));
            }
        }
        let told = state.faults.causes(&state.estate);
        assert_eq!((told, state.faults.standing() > told), (2, true));
        state.schedule.force(|target| target.dataset == Dataset::Databases);
        let asked = requests(&mut state, 6);
        assert_eq!(asked.len(), 1, "the others wait: {asked:?}");
        take(&mut state, asked[0].id, &asked[0].target, Ok(Answer::Databases(vec![])));
        let again: Vec<Dataset> = requests(&mut state, 6).into_iter().map(|request| request.target.dataset).collect();
        assert!(again.contains(&Dataset::Maintenance) && again.contains(&Dataset::Events), "{again:?}");
        assert!(!again.contains(&Dataset::Alarms), "AWS asked to slow down: {again:?}");
    }

    #[test]
    fn other_credentials_bring_their_own_account_and_may_do_what_was_denied() {
        let mut state = console();
        state.estate.environments[0].expected_account = None;
        let known = Database { id: "orders".into(), ..Database::default() };
        for request in requests(&mut state, 0) {
            let result = match request.ask {
                Ask::Identity => {
                    Ok(Answer::Identity(crate::domain::Identity { account: OURS.into(), ..Default::default() }))
                }
                Ask::Databases => Ok(Answer::Databases(vec![known.clone()])),
                Ask::Alarms => Err(failed(FaultKind::Denied { action: "cloudwatch:DescribeAlarms".into() })),
                _ => continue,
            };
            take(&mut state, request.id, &request.target, result);
        }
        assert_eq!(state.all_databases().count(), 1);
        assert!(state.sites[0].alarms.fault().is_some());
        state.schedule.force(|target| target.dataset == Dataset::Identity);
        assert_eq!(asked_as(&mut state, 2, "999999999999", None), Signing::Reread);
        assert_eq!(state.all_databases().count(), 0, "they are of another account");
        let again: Vec<Dataset> = requests(&mut state, 3).into_iter().map(|request| request.target.dataset).collect();
        assert!(again.contains(&Dataset::Databases) && again.contains(&Dataset::Alarms), "{again:?}");
    }

    #[test]
    fn a_key_fetches_anew_what_is_wrong_and_leaves_good_temporary_credentials() {
        let mut state = console();
        let end = Timestamp::from_second(7200).ok();
        for (second, account, expires, expected) in [
            (0, "999999999999", end, Signing::Kept),
            (1, OURS, end, Signing::Anew),
            (2, OURS, None, Signing::Kept),
            (3, OURS, None, Signing::Reread),
        ] {
            state.schedule.force(|_| true);
            assert_eq!(asked_as(&mut state, second, account, expires), expected, "at {second}");
        }
    }

    #[test]
    fn where_nobody_may_ask_who_we_are_the_lists_are_read() {
        let mut state = console();
        let request = requests(&mut state, 0).into_iter().find(is_identity).expect("who we are is asked");
        let kind = FaultKind::Denied { action: GET_CALLER_IDENTITY.into() };
        let fault = Fault { kind, call: GET_CALLER_IDENTITY.into(), message: String::new(), request_id: None };
        take(&mut state, request.id, &request.target, Err(fault));
        assert!(requests(&mut state, 1).iter().any(|request| request.ask == Ask::Databases));
        state.schedule.force(|_| true);
        assert_eq!(asked_as(&mut state, 2, OURS, None), Signing::Anew);
        assert_eq!(state.site(SiteId(0)).map(|data| data.trust), Some(Trust::Right));
    }
}
