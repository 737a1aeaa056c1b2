//! Lets the health rules look at the DB instances of which something has changed; what they find is kept in the
//! ledger, and is the one judgement that all screens show.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::data::SiteData;
use super::estate::Estate;
use crate::collect::cadence::interval;
use crate::collect::{Attention, Touched};
use crate::domain::{Database, Environment, EnvironmentId, SiteId};
use crate::health::{self, Coverage, Ledger, was_made};
use crate::services::rds;
use crate::services::rds::health::{DbInstances, NEEDED, Subject, coverage};

/// What is read in time may be as old as the slowest cadence allows, and so many seconds for the
/// answer to come.
const ANSWER: i64 = 120;
/// What fails is old once so many turns of the fastest cadence were missed.
const MISSED: i64 = 2;
/// A value of the table's metrics that is older says nothing of now, seconds.
const VALUE: i64 = 900;

/// What no answer has touched for so long is looked at again, for time itself ages values, seconds.
const AGED: i64 = 60;

/// Over how many seconds that is spread.
const SPREAD: usize = 30;

/// What was made of a DB instance beside its findings, which the ledger keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// Whose it is.
    arn: String,
    /// The environment that it belongs to.
    pub owner: Option<EnvironmentId>,
    /// Which checks could be made; `None` before the first look at it.
    pub coverage: Option<Coverage<rds::Read>>,
    /// All that is missing to judge it was known once, and is old.
    pub old: bool,
    /// When it was looked at.
    at: Option<Timestamp>,
    /// The moment of the data that was looked at.
    seen: Option<Timestamp>,
    /// Something of it has changed since.
    is_due: bool,
}

/// The DB instances of a site as they were examined: by index of the list that they came in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkups {
    all: Vec<Checked>,
    /// Where in the list an instance is.
    places: HashMap<Arc<str>, usize>,
    /// Places of the instances by the environment that they belong to.
    owned: HashMap<EnvironmentId, Vec<usize>>,
    /// Whether the list is still the one that this was laid out for.
    is_laid_out: bool,
    /// What of [`NEEDED`] was current when it was last looked.
    current: [bool; NEEDED.len()],
    /// How many are due.
    due: usize,
}

impl Checkups {
    /// One of them, by its place in the list.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Checked> {
        self.all.get(index)
    }

    /// Where in the list an instance is.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The places of an environment's instances in the list.
    #[must_use]
    pub fn of(&self, environment: EnvironmentId) -> &[usize] {
        self.owned.get(&environment).map_or(&[], Vec::as_slice)
    }

    /// Something of an instance has changed.
    fn touch(&mut self, id: &str) {
        if let Some(at) = self.place(id) {
            self.touch_at(at);
        }
    }

    /// The same by its place in the list.
    fn touch_at(&mut self, index: usize) {
        if let Some(checked) = self.all.get_mut(index).filter(|checked| !checked.is_due) {
            checked.is_due = true;
            self.due += 1;
        }
    }

    /// Something of all of them has changed.
    fn touch_all(&mut self) {
        self.all.iter_mut().for_each(|checked| checked.is_due = true);
        self.due = self.all.len();
    }

    /// Takes in what an answer has changed.
    pub fn take(&mut self, touched: &Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Places(places) => places.iter().for_each(|at| self.touch_at(*at)),
            Touched::Named(names) => names.iter().for_each(|name| self.touch(name)),
            Touched::All => self.touch_all(),
            Touched::List => self.forget(),
        }
    }

    /// The list itself has changed, or whom its instances belong to.
    pub fn forget(&mut self) {
        self.is_laid_out = false;
    }
}

/// What has come of an examination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// The instances that were looked at, by site and place in its list.
    pub instances: Vec<(SiteId, usize)>,
    /// The sites of which something was heard, or something else is said than before.
    pub sites: BTreeSet<SiteId>,
    /// There are other instances than before.
    pub is_new: bool,
    /// Some are still to be looked at.
    pub more: bool,
}

impl Examined {
    /// What came of the next one beside what came of this one.
    pub fn then(&mut self, next: Self) {
        self.instances.extend(next.instances);
        self.sites.extend(next.sites);
        self.is_new |= next.is_new;
        self.more = next.more;
    }
}

/// Examines the DB instances of which something has changed, so many at most: an answer about one costs one.
pub fn examine(world: &mut World, most: usize) -> Examined {
    let World { now, estate, sites, health, heard, .. } = world;
    let mut examined = Examined { sites: mem::take(heard), ..Examined::default() };
    for (i, data) in sites.iter_mut().enumerate() {
        if !data.checkups.is_laid_out {
            lay_out(data, SiteId(i), estate);
            examined.is_new = true;
        }
        if age(data, *now) {
            examined.sites.insert(SiteId(i));
        }
    }
    if examined.is_new {
        let present: HashSet<&str> = sites.iter().flat_map(owned).map(|database| database.arn.as_str()).collect();
        // Gone from the list, or its list is not known any more.
        health.forget(|arn| !present.contains(arn));
    }
    let mut left = most;
    for (i, data) in sites.iter_mut().enumerate().filter(|(_, data)| data.checkups.due > 0) {
        let mut checkups = mem::take(&mut data.checkups);
        for index in 0..checkups.all.len() {
            if left == 0 {
                break;
            }
            if checkups.all.get(index).is_none_or(|checked| !checked.is_due) {
                continue;
            }
            if let Some(is_changed) = look(data, index, &mut checkups, estate, health, *now) {
                left -= 1;
                examined.instances.push((SiteId(i), index));
                if is_changed {
                    examined.sites.insert(SiteId(i));
                }
            }
        }
        examined.more |= checkups.due > 0;
        data.checkups = checkups;
    }
    examined
}

/// The instances of a site that belong to an environment.
fn owned(data: &SiteData) -> impl Iterator<Item = &Database> {
    let all = data.rds.databases.value().into_iter().flatten().zip(&data.checkups.all);
    all.filter(|(_, checked)| checked.owner.is_some()).map(|(database, _)| database)
}

/// Makes a place for each instance of a list that is new.
fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    let mut checkups = Checkups { is_laid_out: true, ..Checkups::default() };
    let before = mem::take(&mut data.checkups);
    for (at, database) in data.rds.databases.value().into_iter().flatten().enumerate() {
        checkups.places.insert(database.id.as_str().into(), at);
        let owner = estate.owner(site, database);
        if let Some(owner) = owner {
            checkups.owned.entry(owner).or_default().push(at);
        }
        // What was said of it holds until it is looked at again: a list with one more is no reason to know less.
        let known =
            before.place(&database.id).and_then(|at| before.all.get(at)).filter(|known| known.arn == database.arn);
        let (coverage, old, seen) =
            known.map(|known| (known.coverage.clone(), known.old, known.seen)).unwrap_or_default();
        let arn = database.arn.clone();
        checkups.all.push(Checked { arn, owner, coverage, old, seen, is_due: true, ..Checked::default() });
    }
    checkups.due = checkups.all.len();
    data.checkups = checkups;
}

/// Time has passed: values have aged. True when a part is current no longer, or is again.
fn age(data: &mut SiteData, now: Timestamp) -> bool {
    let current = NEEDED.map(|read| is_current(data, &read, now));
    let checkups = &mut data.checkups;
    if mem::replace(&mut checkups.current, current) != current {
        checkups.touch_all();
        return true;
    }
    for checked in checkups.all.iter_mut().filter(|checked| !checked.is_due) {
        if checked.at.is_none_or(|at| now.as_second() - at.as_second() >= AGED) {
            checked.is_due = true;
            checkups.due += 1;
        }
    }
    false
}

/// Looks at one of them; whether something else is said of it than before, and none when there was nothing to look at.
fn look(
    data: &SiteData,
    index: usize,
    checkups: &mut Checkups,
    estate: &Estate,
    health: &mut Ledger,
    now: Timestamp,
) -> Option<bool> {
    let current = checkups.current;
    let checked = checkups.all.get_mut(index)?;
    checked.is_due = false;
    // Not all at once: those that were looked at together would age together.
    let apart = i64::try_from(index % SPREAD).unwrap_or(0);
    checked.at = now.checked_sub(SignedDuration::from_secs(apart)).ok();
    checkups.due = checkups.due.saturating_sub(1);
    let environment = checked.owner.and_then(|owner| estate.environment(owner));
    let database = data.rds.databases.value().and_then(|all| all.get(index));
    let ((environment, database), read) = environment.zip(database).zip(data.rds.databases.at())?;
    let subject = subject(data, database, environment);
    let standing = |rule: &'static str| health.standing(&database.arn, rule);
    // Ages are judged at the moment of the list: an old list is stale, its backups not late.
    let found = health::examine::<DbInstances>(&subject, read, &standing);
    // What came from disk was last seen when it was written, not now.
    let parts = [data.rds.metrics.at(), data.rds.vitals.at(), data.rds.trend.at(), data.rds.maintenance.at()];
    let seen = parts.into_iter().flatten().fold(read, Timestamp::max);
    let coverage = coverage(&subject, now.as_second() - VALUE, &|read| is_among(current, read));
    let old = coverage.missing.iter().all(|read| data.rds.standing(read).0.is_some() && !is_among(current, read));
    let before = mem::replace(&mut checked.seen, Some(seen)).zip(checked.coverage.clone());
    let well =
        |rule: &'static str| before.as_ref().filter(|(_, c)| was_made::<DbInstances>(c, rule)).map(|(at, _)| *at);
    let is_other = checked.old != old || checked.coverage.as_ref() != Some(&coverage);
    (checked.old, checked.coverage) = (old, Some(coverage));
    Some(health.renew(&database.arn, found, seen, &well) || is_other)
}

/// What the rules look at.
#[must_use]
pub fn subject<'a>(data: &'a SiteData, database: &'a Database, environment: &'a Environment) -> Subject<'a> {
    Subject {
        database,
        metrics: data.rds.store.of(&database.id),
        runway: data.rds.runways.get(database.id.as_str()).copied(),
        events: data.rds.grave_events_of(&database.id),
        maintenance: data.rds.maintenance_of(&database.arn).iter().collect(),
        metrics_known: data.rds.metrics.value().is_some(),
        vitals_known: data.rds.vitals.value().is_some(),
        maintenance_known: data.rds.maintenance.value().is_some(),
        rpo: environment.rpo,
        thresholds: &environment.thresholds,
    }
}

/// Whether a read is among those of [`NEEDED`] that are current.
fn is_among(current: [bool; NEEDED.len()], read: &rds::Read) -> bool {
    NEEDED.iter().zip(current).any(|(needed, current)| needed == read && current)
}

/// Whether something was read and is as fresh as its cadence allows.
#[must_use]
pub fn is_current(data: &SiteData, read: &rds::Read, now: Timestamp) -> bool {
    let (Some(at), fault) = data.rds.standing(read) else { return false };
    // AWS held a part of it back.
    if data.rds.partial.contains(read) {
        return false;
    }
    let turn = |attention| interval(read, attention).unwrap_or_default();
    let most = match (fault, read) {
        (None, _) => turn(Attention::Hidden) + ANSWER,
        // The rows of a list that fails are marked at once.
        (Some(_), rds::Read::Databases) => return false,
        (Some(_), _) => turn(Attention::Watched) * MISSED,
    };
    now.duration_since(at).as_secs() <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery};
    use crate::domain::{Fault, FaultKind};
    use crate::slices::reads::{Answer, Read, Target};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn unreachable() -> Fault {
        Fault { kind: FaultKind::Unreachable, call: "x:Y".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_fails_is_old_sooner_than_what_is_read_in_time() {
        let mut data = SiteData::default();
        assert!(!is_current(&data, &rds::Read::Metrics, at(0)), "never read");
        data.rds.metrics.succeed((), at(0));
        assert!(is_current(&data, &rds::Read::Metrics, at(600)));
        assert!(!is_current(&data, &rds::Read::Metrics, at(3600)), "the machine slept");
        data.rds.metrics.fail(unreachable());
        assert!(is_current(&data, &rds::Read::Metrics, at(120)), "one failure is not the end");
        assert!(!is_current(&data, &rds::Read::Metrics, at(121)));
        data.rds.databases.succeed(Vec::new(), at(0));
        data.rds.databases.fail(unreachable());
        assert!(!is_current(&data, &rds::Read::Databases, at(1)));
    }

    #[test]
    fn an_instance_whose_metrics_cannot_be_read_is_not_wholly_checked() {
        let mut data = SiteData::default();
        let database = Database { id: "db".into(), status: "available".into(), ..Database::default() };
        data.rds.databases.succeed(vec![database.clone()], at(0));
        data.rds.metrics.fail(unreachable());
        let current = NEEDED.map(|read| is_current(&data, &read, at(1)));
        let environment = Environment::default();
        let coverage = coverage(&subject(&data, &database, &environment), 0, &|read| is_among(current, read));
        assert!(coverage.missing.contains(&rds::Read::Metrics) && coverage.made < coverage.expected, "{coverage:?}");
        assert!(!coverage.missing.contains(&rds::Read::Databases));
    }

    /// A world of one environment with so many DB instances, all of which were looked at.
    fn looked_at(count: usize) -> (World, SiteId) {
        let mut estate = Estate::default();
        let session = estate.add_session_named("prod");
        let site = estate.add_site(session, "us-east-1");
        let environment = Environment { name: "prod".into(), site, ..Default::default() };
        estate.add(environment);
        let mut world = World::new(estate, at(0));
        let all = list(count);
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(all)));
        answer(&mut world, &Read::Rds(rds::Read::Events), events(Vec::new()));
        answer(&mut world, &Read::Rds(rds::Read::Maintenance), Answer::Rds(rds::Answer::Maintenance(Vec::new())));
        for dataset in [Read::Rds(rds::Read::Metrics), Read::Rds(rds::Read::Vitals), Read::Rds(rds::Read::StorageTrend)]
        {
            answer(&mut world, &dataset, Answer::Rds(rds::Answer::MetricsDone));
        }
        let examined = examine(&mut world, usize::MAX);
        assert!(examined.is_new && !examined.more && examined.instances.len() == count, "{examined:?}");
        (world, site)
    }

    fn list(count: usize) -> Vec<Database> {
        let database = |i: usize| Database {
            id: format!("db-{i:04}"),
            arn: format!("arn:aws:rds:us-east-1:111122223333:db:db-{i:04}"),
            engine: "postgres".into(),
            status: "available".into(),
            ..Database::default()
        };
        (0..count).map(database).collect()
    }

    fn events(events: Vec<crate::domain::Event>) -> Answer {
        Answer::Rds(rds::Answer::Events { events, window: at(-3600)..at(3600) })
    }

    fn answer(world: &mut World, read: &Read, answer: Answer) {
        let target = Target { site: SiteId(0), read: read.clone() };
        let id = world.schedule.begin(&target);
        super::super::take(world, id, &target, Ok(answer));
    }

    /// The instances that are looked at next.
    fn next(world: &mut World) -> Vec<usize> {
        examine(world, usize::MAX).instances.into_iter().map(|(_, index)| index).collect()
    }

    #[test]
    fn an_answer_about_one_instance_examines_one() {
        let (mut world, _) = looked_at(500);
        let mut looks = 0;
        let mut next = |world: &mut World| {
            let looked_at = next(world);
            looks += looked_at.len();
            looked_at
        };
        assert_eq!(next(&mut world), Vec::<usize>::new(), "nothing has changed");

        let query = MetricQuery { database: "db-0007".into(), metric: crate::domain::Metric::CPUUtilization };
        let call = MetricCall { period: 60, window: 0..600, queries: vec![query] };
        let part = MetricAnswer { points: vec![vec![(60, 99.0)]], ..MetricAnswer::default() };
        answer(&mut world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricPart { call, answer: part }));
        assert_eq!(next(&mut world), [7]);
        answer(&mut world, &Read::Rds(rds::Read::Metrics), Answer::Rds(rds::Answer::MetricsDone));
        assert_eq!(next(&mut world), Vec::<usize>::new(), "its values came before");

        let mut all = list(500);
        all[3].status = "storage-full".into();
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(all.clone())));
        assert_eq!(next(&mut world), [3]);
        assert_eq!(world.health.of(&all[3].arn).next().map(|finding| finding.rule), Some("instance-status"));

        let failover = crate::domain::Event {
            at: at(0),
            source: "db-0009".into(),
            message: "Multi-AZ instance failover completed".into(),
            categories: vec!["failover".into()],
        };
        answer(&mut world, &Read::Rds(rds::Read::Events), events(vec![failover.clone()]));
        assert_eq!(next(&mut world), [9]);
        answer(&mut world, &Read::Rds(rds::Read::Events), events(vec![failover]));
        assert_eq!(next(&mut world), Vec::<usize>::new(), "the same once more");

        let action = crate::domain::MaintenanceAction { arn: all[11].arn.clone(), ..Default::default() };
        answer(&mut world, &Read::Rds(rds::Read::Maintenance), Answer::Rds(rds::Answer::Maintenance(vec![action])));
        assert_eq!(next(&mut world), [11]);
        assert_eq!(looks, 4);
    }

    #[test]
    fn time_and_another_list_examine_all_and_many_are_examined_in_parts() {
        let (mut world, _) = looked_at(10);
        world.now = at(AGED - 10);
        assert_eq!(next(&mut world).len(), 0);
        world.now = at(60);
        let first = examine(&mut world, 4);
        assert!(first.more && first.instances.len() == 4);
        assert!(examine(&mut world, 4).more && !examine(&mut world, 4).more);
        assert_eq!(next(&mut world).len(), 0);
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(list(9))));
        let examined = examine(&mut world, usize::MAX);
        assert!(examined.is_new && examined.instances.len() == 9);
    }

    #[test]
    fn what_is_gone_or_another_s_has_no_findings() {
        let (mut world, _) = looked_at(2);
        let mut all = list(2);
        for database in &mut all {
            database.status = "storage-full".into();
        }
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(all.clone())));
        next(&mut world);
        assert!(all.iter().all(|database| world.health.of(&database.arn).count() > 0));
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(all[..1].to_vec())));
        next(&mut world);
        assert_eq!(world.health.of(&all[1].arn).count(), 0, "it is gone");
        // Tags say whose it is, and tags change.
        world.estate.environments_mut().for_each(|environment| environment.name_prefix = "other-".into());
        all[0].tags = vec![("team".into(), "b".into())];
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(all[..1].to_vec())));
        assert!(examine(&mut world, usize::MAX).is_new);
        assert_eq!(world.health.of(&all[0].arn).count(), 0, "it is another's");
    }

    /// What AWS held back stays missing while the next answer is on its way.
    #[test]
    fn a_part_that_is_held_back_does_not_flap() {
        let (mut world, site) = looked_at(1);
        let target = Target { site, read: Read::Rds(rds::Read::Metrics) };
        let whole = |world: &mut World| {
            examine(world, usize::MAX);
            world.sites[0]
                .checkups
                .get(0)
                .and_then(|checked| checked.coverage.clone())
                .is_some_and(|c| !c.missing.contains(&rds::Read::Metrics))
        };
        let part = |world: &mut World, partial: bool| {
            let query = MetricQuery { database: "db-0000".into(), metric: crate::domain::Metric::CPUUtilization };
            let call = MetricCall { period: 60, window: 0..600, queries: vec![query] };
            let part = MetricAnswer { points: vec![vec![(540, 9.0)]], partial };
            let id = world.schedule.begin(&target);
            world.sites[0].begin(&target.read);
            super::super::take(world, id, &target, Ok(Answer::Rds(rds::Answer::MetricPart { call, answer: part })));
            id
        };
        let id = part(&mut world, true);
        super::super::take(&mut world, id, &target, Ok(Answer::Rds(rds::Answer::MetricsDone)));
        assert!(!whole(&mut world));
        let id = part(&mut world, false);
        assert!(!whole(&mut world), "the next answer has not come to its end");
        super::super::take(&mut world, id, &target, Ok(Answer::Rds(rds::Answer::MetricsDone)));
        // Only its other metrics are without a value now.
        assert!(world.sites[0].rds.partial.is_empty());
    }

    /// A list with one instance more is no reason to know less of the others.
    #[test]
    fn what_was_examined_stays_so_while_a_new_list_is_looked_through() {
        let (mut world, _) = looked_at(200);
        answer(&mut world, &Read::Rds(rds::Read::Databases), Answer::Rds(rds::Answer::Databases(list(201))));
        examine(&mut world, 10);
        let known = |at: usize| world.sites[0].checkups.get(at).is_some_and(|checked| checked.coverage.is_some());
        assert!((0..200).all(known) && !known(200));
    }
}
