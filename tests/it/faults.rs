//! The fault matrix: every fault over every dataset, from the wire to the frame. Time is paused:
//! time-outs and back-off pass as fast as the console can be asked.

mod clusters;
mod datasets;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use quarterdeck::app::{Msg, State};
use quarterdeck::aws::session::InProcess;
use quarterdeck::aws::{self, Session, SessionSpec};
use quarterdeck::cli;
use quarterdeck::collect::metrics::{MetricCall, MetricQuery};
use quarterdeck::domain::{FaultKind, Metric, SiteId};
use quarterdeck::sandbox::connector::{SandboxHttp, credentials};
use quarterdeck::sandbox::fault::{Fault, Kind, STRANGER};
use quarterdeck::sandbox::{Sandbox, SandboxClock, World, WorldOptions, environments};
use quarterdeck::services::{alarms, kubernetes, rds, secrets};
use quarterdeck::slices::reads::{Read, Target};
use tokio::time::{Instant, advance};

use crate::harness::{self, Desk, MOMENT, OPENED};

use datasets::{calls, is_class_of, standing};

/// The account that the faults are in: the one of [`OPENED`].
const SUFFERING: &str = "444455556666";

/// A console, and the sites of the account that suffers.
struct Night {
    desk: Desk,
    concerned: Vec<SiteId>,
}

impl Night {
    /// Everything of `a-bad-night` is known and [`OPENED`] is open.
    async fn new() -> Self {
        Self::over("a-bad-night", Some(harness::opened())).await
    }

    /// A console in this state, or one that has asked nothing yet.
    async fn over(scenario: &str, state: Option<State>) -> Self {
        let played = cli::World { scenario: scenario.into(), ..cli::World::default() };
        let (estate, accounts) = environments::estate(&played);
        let suffering = accounts.iter().find(|(_, account)| account == SUFFERING).map(|(id, _)| *id);
        let suffers = |site: &quarterdeck::domain::Site| Some(site.session) == suffering;
        let concerned: Vec<SiteId> = estate.sites().filter(|(_, site)| suffers(site)).map(|(id, _)| id).collect();
        assert_eq!(concerned.len(), 2, "production has a region and one for disaster recovery");
        let mut desk = Desk::over(cli::Source { sandbox: true, world: played, ..cli::Source::default() }).await;
        if let Some(state) = state {
            desk.state = state;
        }
        // Whatever is read from here on is newer than what was known.
        advance(Duration::from_secs(1)).await;
        desk.send(Msg::Resize(120, 40));
        Self { desk, concerned }
    }

    /// From now on these are the faults.
    fn faults(&self, faults: Vec<Fault>) {
        self.desk.sandbox().change(|world| world.faults = faults);
    }

    /// `?` shows the keys in the very next frame, and `esc` takes them away.
    fn hears_keys(&mut self, when: &str) {
        let before = self.desk.text();
        self.desk.press("?");
        let help = self.desk.text();
        assert!(help.contains("Keys") && help != before, "{when}, `?` does not show the keys:\n{help}");
        self.desk.press("esc");
        assert!(self.desk.state.views.overlay().is_none(), "{when}, `esc` does not close the help");
    }

    /// Every dataset of a site that is read at the moment; what there is of each cluster is in `clusters`.
    fn targets(&self, sites: &[SiteId]) -> Vec<Target> {
        let mut targets = Vec::new();
        for site in sites {
            let data = &self.desk.state.shell.world.sites[site.0];
            let datasets = [
                Read::Identity,
                Read::Rds(rds::Read::Databases),
                Read::Rds(rds::Read::Maintenance),
                Read::Rds(rds::Read::Events),
                Read::Alarms(alarms::Read::All),
                Read::Secrets(secrets::Read::All),
                Read::Kubernetes(kubernetes::Read::Clusters),
                Read::Kubernetes(kubernetes::Read::Versions),
                Read::Rds(rds::Read::Metrics),
                Read::Rds(rds::Read::Vitals),
                Read::Rds(rds::Read::StorageTrend),
            ];
            let snapshots =
                data.rds.snapshots.keys().cloned().map(|database| Read::Rds(rds::Read::Snapshots(database)));
            let history = data
                .rds
                .history
                .keys()
                .cloned()
                .map(|(database, period)| Read::Rds(rds::Read::History(database, period)));
            let events =
                data.rds.instance_events.keys().cloned().map(|database| Read::Rds(rds::Read::InstanceEvents(database)));
            let all = datasets.into_iter().chain(snapshots).chain(history).chain(events);
            targets.extend(all.map(|read| Target { site: *site, read }));
        }
        targets
    }

    fn others(&self) -> Vec<SiteId> {
        (0..self.desk.state.shell.world.sites.len()).map(SiteId).filter(|site| !self.concerned.contains(site)).collect()
    }
}

/// All values of the concerned sites, without how they stand.
fn known(state: &State, sites: &[SiteId]) -> String {
    let mut out = String::new();
    for site in sites {
        let data = &state.shell.world.sites[site.0];
        out.push_str(&format!("{:?}\n{:?}\n", data.identity.value(), data.rds.databases.value()));
        out.push_str(&format!("{:?}\n{:?}\n", data.rds.maintenance.value(), data.rds.events.value()));
        out.push_str(&format!("{:?}\n{:?}\n", data.alarms.all.value(), data.secrets.all.value()));
        out.push_str(&format!("{:?}\n", data.services.kubernetes.clusters.value()));
        let mut snapshots: Vec<_> =
            data.rds.snapshots.iter().map(|(id, list)| format!("{id} {:?}", list.value())).collect();
        snapshots.sort();
        out.push_str(&snapshots.join("\n"));
    }
    out
}

/// A whole account falls ill after everything was known, and is well again later.
async fn survives(kind: Kind) {
    let mut night = Night::new().await;
    let (concerned, others) = (night.concerned.clone(), night.others());
    let targets = night.targets(&concerned);
    assert_eq!(targets.len(), 11 + 11 + 3, "{targets:?}");
    let before = night.desk.state.clone();
    let rows: Vec<_> = before.databases.rows.iter().map(|row| row.arn.clone()).collect();

    night.faults(vec![Fault::new(kind).in_account(SUFFERING)]);
    let sites = concerned.clone();
    night.desk.state.shell.world.schedule.force(|target| sites.contains(&target.site));
    night.desk.tick();
    assert!(night.desk.state.shell.world.schedule.in_flight() >= targets.len(), "not all of it was asked for");
    night.hears_keys("while every call is under way");
    let waited_for = targets.clone();
    let every_call_failed = |state: &State| waited_for.iter().all(|target| standing(state, target).1.is_some());
    night.desk.until(300, "every call has failed", every_call_failed).await;
    night.hears_keys("while every call fails");

    // Nothing blanks.
    let state = &night.desk.state;
    assert_eq!(known(state, &concerned), known(&before, &concerned), "what was known has changed");
    for site in &concerned {
        let (now, then) = (&state.shell.world.sites[site.0], &before.shell.world.sites[site.0]);
        assert!(now.rds.store == then.rds.store && now.rds.charts == then.rds.charts, "series have changed");
        assert!(now.rds.runways == then.rds.runways, "runways have changed");
    }
    for target in &targets {
        assert_eq!(standing(state, target).0, standing(&before, target).0, "{target:?} has another age");
    }
    let mut shown: Vec<_> = state.databases.rows.iter().map(|row| row.arn.clone()).collect();
    let mut wanted = rows.clone();
    shown.sort();
    wanted.sort();
    assert_eq!(shown, wanted, "rows have come or gone");
    let text = night.desk.text();
    for word in [OPENED, "available"] {
        assert!(text.contains(word), "{word} is gone:\n{text}");
    }

    // The log says which call, where, and what to do.
    let state = &night.desk.state;
    for target in &targets {
        let entry = state.shell.world.faults.iter().find(|entry| entry.target == *target && entry.mended.is_none());
        let entry = entry.unwrap_or_else(|| panic!("{target:?} is not in the log"));
        let (fault, region) = (&entry.fault, &state.shell.world.estate.site(target.site).expect("a site").region);
        assert!(calls(&target.read).contains(&fault.call), "{target:?}: {}", fault.call);
        assert!(is_class_of(kind, &fault.call, &fault.kind), "{kind:?} of {target:?} is taken for {:?}", fault.kind);
        assert!(entry.place.contains("production") && entry.place.contains(region.as_str()), "{}", entry.place);
        assert!(!fault.message.is_empty() && !fault.advice().is_empty(), "{fault:?} says nothing");
        if kind == Kind::Denied {
            assert!(fault.advice().contains(aws::action_of(&fault.call)), "{}", fault.advice());
        }
        if kind == Kind::ClockSkew {
            assert!(fault.message.contains("clock"), "{}", fault.message);
        }
    }
    night.desk.press("!");
    let log = night.desk.text();
    assert!(log.contains("Errors") && log.contains("production"), "{log}");
    night.desk.press("esc");

    // Other environments are untouched.
    let state = &night.desk.state;
    assert!(state.shell.world.faults.iter().all(|entry| concerned.contains(&entry.target.site)), "others have errors");
    for target in night.targets(&others) {
        let (at, fault) = standing(state, &target);
        assert!(fault.is_none(), "{target:?}: {fault:?}");
        assert!(
            at.is_some() || matches!(target.read, Read::Rds(rds::Read::Snapshots(_) | rds::Read::History(..))),
            "{target:?}"
        );
    }

    // It mends by itself.
    night.faults(Vec::new());
    let ended = night.desk.sandbox().now();
    let fresh = |state: &State| {
        targets.iter().all(|target| {
            let (at, fault) = standing(state, target);
            fault.is_none() && at.is_some_and(|at| at >= ended)
        })
    };
    night.desk.until(900, "everything is fresh again", fresh).await;
    assert_eq!(night.desk.state.shell.world.faults.standing(), 0);
    assert!(night.desk.state.shell.world.faults.iter().all(|entry| entry.mended.is_some_and(|at| at >= ended)));
    let text = night.desk.text();
    assert!(text.contains(OPENED), "{text}");
}

#[tokio::test(start_paused = true)]
async fn throttling_is_survived() {
    survives(Kind::Throttled).await;
}

#[tokio::test(start_paused = true)]
async fn a_hanging_endpoint_is_survived() {
    survives(Kind::Hangs).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusing_endpoint_is_survived() {
    survives(Kind::Refuses).await;
}

#[tokio::test(start_paused = true)]
async fn noise_is_survived() {
    survives(Kind::Garbage).await;
}

#[tokio::test(start_paused = true)]
async fn web_pages_are_survived() {
    survives(Kind::Html500).await;
}

#[tokio::test(start_paused = true)]
async fn failing_services_are_survived() {
    survives(Kind::Internal).await;
}

#[tokio::test(start_paused = true)]
async fn unavailable_services_are_survived() {
    survives(Kind::Unavailable).await;
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_are_survived() {
    survives(Kind::Expired).await;
}

#[tokio::test(start_paused = true)]
async fn missing_permissions_are_survived() {
    survives(Kind::Denied).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_survived() {
    survives(Kind::ClockSkew).await;
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_is_survived() {
    survives(Kind::Drip).await;
}

#[tokio::test(start_paused = true)]
async fn answers_without_a_body_are_survived() {
    survives(Kind::Silent).await;
}

#[tokio::test(start_paused = true)]
async fn cut_connections_are_survived() {
    survives(Kind::Cut).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_content_type_is_survived() {
    survives(Kind::WrongContentType).await;
}

/// While all calls of one account hang, the others' are answered at once.
#[tokio::test(start_paused = true)]
async fn a_hanging_account_makes_no_other_wait() {
    let mut night = Night::new().await;
    night.faults(vec![Fault::new(Kind::Hangs).in_account(SUFFERING)]);
    let began = night.desk.sandbox().now();
    night.desk.state.shell.world.schedule.force(|_| true);
    night.desk.tick();
    night.desk.pass(3).await;
    for target in night.targets(&night.others()) {
        let (at, fault) = standing(&night.desk.state, &target);
        assert!(fault.is_none() && at.is_some_and(|at| at >= began), "{target:?} waits, read {at:?}, {fault:?}");
    }
}

/// Credentials of the wrong account: what they open is never taken for what is ours.
#[tokio::test(start_paused = true)]
async fn another_accounts_databases_are_never_shown_as_ours() {
    let mut night = Night::new().await;
    let stranger = Fault { becomes: "666677778888".into(), ..Fault::new(Kind::WrongAccount).in_account(SUFFERING) };
    night.faults(vec![stranger]);
    night.desk.state.shell.world.schedule.force(|_| true);
    night.desk.tick();
    for _ in 0..10 {
        night.desk.pass(10).await;
        for row in &night.desk.state.databases.rows {
            let database = row.database(&night.desk.state.shell.world).expect("a row's database is known");
            let foreign = night.concerned.contains(&row.site) && database.arn.contains(":666677778888:");
            assert!(!foreign, "{} of another account is shown as production's", database.id);
        }
    }
}

/// Every fault against the adapters alone: one query protocol, one CBOR, one without a list.
#[tokio::test(start_paused = true)]
async fn each_fault_has_its_class_in_every_protocol() {
    let at: Timestamp = MOMENT.parse().unwrap();
    let (account, region) = ("111122223333", "us-east-1");
    let newest = at.as_second().div_euclid(60) * 60;
    let queries = Metric::CHARTED.into_iter().take(3);
    let queries = queries.map(|metric| MetricQuery { database: "rentaliq-prod-db".into(), metric }).collect();
    let metrics = MetricCall { period: 60, window: newest - 600..newest, queries };
    for kind in Kind::ALL {
        let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch: at };
        let sandbox = Arc::new(Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(at)));
        let in_process =
            InProcess { http: SandboxHttp::new(sandbox.clone()).shared(), credentials: credentials(account) };
        let spec = SessionSpec { in_process: Some(in_process), ..SessionSpec::default() };
        let session = Session::load(&spec).await;
        let well = aws::rds::databases(&session, region).await.unwrap();
        let drawn = aws::cloudwatch::metric_data(&session, region, &metrics).await.unwrap();
        assert!(!well.is_empty() && drawn.points.iter().all(|points| !points.is_empty()));
        sandbox.change(|world| world.faults = vec![Fault::new(kind)]);

        let began = Instant::now();
        let databases = aws::rds::databases(&session, region).await;
        let points = aws::cloudwatch::metric_data(&session, region, &metrics).await;
        let identity = aws::sts::identity(&session, region).await;
        assert!(began.elapsed() <= Duration::from_secs(3 * 31), "{kind:?} took {:?}", began.elapsed());
        match kind {
            Kind::Huge | Kind::Slow => {
                assert_eq!(databases.unwrap(), well);
                assert_eq!(points.unwrap(), drawn);
                assert_eq!(identity.unwrap().account, account);
            }
            Kind::WrongAccount => {
                assert_eq!(identity.unwrap().account, STRANGER);
                assert!(databases.unwrap().is_empty());
            }
            _ => {
                let faults = [databases.map(drop), points.map(drop), identity.map(drop)].map(Result::unwrap_err);
                for fault in faults {
                    let right = is_class_of(kind, &fault.call, &fault.kind);
                    assert!(right, "{kind:?} of {} is taken for {:?}: {}", fault.call, fault.kind, fault.message);
                    if kind == Kind::Html500 {
                        assert!(fault.message.contains("500") && fault.message.contains("web page"), "{fault}");
                    }
                }
            }
        }
        // The same session is well again.
        sandbox.change(|world| world.faults.clear());
        assert_eq!(aws::rds::databases(&session, region).await.unwrap(), well, "after {kind:?}");
    }
}

/// Another scenario is played while the console runs, and ends by itself.
#[tokio::test(start_paused = true)]
async fn scenarios_change_while_the_console_runs() {
    let mut night = Night::new().await;
    night.desk.pass(20).await;
    assert_eq!(night.desk.state.shell.world.faults.len(), 0);
    night.desk.sandbox().play("a-bad-night,expired-credentials").unwrap();
    let site = night.concerned[0];
    let databases = Target { site, read: Read::Rds(rds::Read::Databases) };
    let expired = |state: &State| {
        standing(state, &databases).1.is_some_and(|fault| matches!(fault.kind, FaultKind::Expired { .. }))
    };
    night.desk.until(120, "production's credentials are over", expired).await;
    night.hears_keys("with expired credentials");
    assert!(night.desk.text().contains(OPENED));
    night.desk.until(1200, "all is well again", |state| state.shell.world.faults.standing() == 0).await;
    assert!(night.desk.sandbox().play("no-such-scenario").is_err());
    night.desk.pass(60).await;
    assert_eq!(night.desk.state.shell.world.faults.standing(), 0);
}

/// From a cold start in the worst of nights: what can be read is read, the rest says why not.
#[tokio::test(start_paused = true)]
async fn the_worst_night_leaves_what_works() {
    let mut night = Night::over("worst-night", None).await;
    night.desk.tick();
    night.hears_keys("before the first answer");
    let place = |state: &State, site: usize| {
        let id = SiteId(site);
        (state.shell.world.estate.site(id).expect("a site").region.clone(), state.shell.world.estate.place(id))
    };
    let is_clear = |state: &State| {
        (0..state.shell.world.sites.len()).all(|site| {
            let databases = &state.shell.world.sites[site].rds.databases;
            let (region, place) = place(state, site);
            let kind = databases.fault().map(|fault| &fault.kind);
            if region == "us-east-1" {
                matches!(kind, Some(FaultKind::Unreachable | FaultKind::TimedOut))
            } else if place.contains("development") {
                matches!(kind, Some(FaultKind::Expired { .. }))
            } else {
                databases.value().is_some_and(|list| !list.is_empty())
            }
        })
    };
    // An hour: what is throttled waits up to five minutes for its next turn, and may be unlucky.
    night.desk.until(3600, "each site is read or says why it is not", is_clear).await;
    night.hears_keys("in the worst night");
    for size in [(80, 24), (120, 40), (200, 50)] {
        night.desk.send(Msg::Resize(size.0, size.1));
        assert!(night.desk.text().contains("PRODUCTION"), "at {size:?}:\n{}", night.desk.text());
    }
    let mut rows = night.desk.state.databases.rows.iter().filter_map(|row| row.database(&night.desk.state.shell.world));
    assert!(rows.any(|database| database.id == OPENED), "{OPENED} is not among the rows");
    assert!(night.desk.state.shell.world.faults.standing() > 0);
    night.faults(Vec::new());
    night.desk.until(1200, "all is well after it", |state| state.shell.world.faults.standing() == 0).await;
}
