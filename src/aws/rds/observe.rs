//! What an operation stands on, read fresh: who we are, the environment's DB instances, and what the
//! operation needs beside them.

mod readings;

use jiff::{SignedDuration, Timestamp};

use super::backups::{self, automated_backups};
use super::blue_green::blue_green;
use super::orderable::orderable;
use super::{databases, events, find_snapshot, maintenance, newest_first, or_none, snapshot_names, snapshots};
use crate::aws::{Session, sts};
use crate::domain::{
    AutomatedBackup, BlueGreen, Criticality, Database, Environment, Event, Fault, Identity, MaintenanceAction, Snapshot,
};
use crate::services::rds::EventsOf;
use crate::services::rds::seen::{Orderable, Part, Unread};
use crate::services::rds::{Kind, Seen, Target, TargetKind};

/// Events of the last day show what was done to the target lately.
const LATELY: SignedDuration = SignedDuration::from_secs(86_400);
/// For a restore to a point in time: as long as AWS keeps events.
const KEPT: SignedDuration = SignedDuration::from_secs(14 * 86_400);

/// What is to be observed, for which operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub target: Target,
    /// The operation: it decides what is read beside the instances.
    pub kind: Kind,
    pub criticality: Criticality,
    /// The account that the environment must belong to; of another one nothing is read.
    pub expected_account: Option<String>,
    /// The environment's region, and its region for disaster recovery.
    pub region: String,
    pub dr_region: Option<String>,
    /// Options that the equivalent `aws` commands need.
    pub cli: String,
    /// Which DB instances belong to the environment.
    pub owns: Owner,
    /// Environments of the same account that come first in the configuration: what they select is
    /// theirs, as everywhere in the console.
    pub before: Vec<Neighbour>,
}

/// Another environment of the same account, and where it selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub regions: Vec<String>,
    pub owns: Owner,
}

/// Which of a region's DB instances are an environment's (as [`Environment::owns`], once the region
/// is known to be one of its two).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// Names start with this; empty takes all.
    pub name_prefix: String,
    /// All of these tags are there.
    pub tags: Vec<(String, String)>,
}

impl Owner {
    /// The selector of an environment.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        Self { name_prefix: environment.name_prefix.clone(), tags: environment.tags.clone() }
    }

    fn owns(&self, id: &str, tags: &[(String, String)]) -> bool {
        id.starts_with(&self.name_prefix) && self.tags.iter().all(|tag| tags.contains(tag))
    }
}

impl Question {
    /// The environment's regions and the target's, each once.
    fn regions(&self) -> Vec<&str> {
        let mut regions = vec![self.region.as_str()];
        for region in self.dr_region.as_deref().into_iter().chain([self.target.region.as_str()]) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }

    /// Whether nothing can be planned when this region's instances cannot be read. With the primary
    /// region down the replica in the other one must still be promoted: what is missing is said.
    fn stands_on(&self, region: &str) -> bool {
        region == self.target.region || (self.target.kind == TargetKind::Environment && region == self.region)
    }

    /// Whether a resource of this name and these tags is the environment's: it selects it, and none
    /// that comes first does.
    #[must_use]
    pub fn is_mine(&self, id: &str, region: &str, tags: &[(String, String)]) -> bool {
        let here = region == self.region || self.dr_region.as_deref() == Some(region);
        let others = |other: &Neighbour| other.regions.iter().any(|r| r == region) && other.owns.owns(id, tags);
        here && self.owns.owns(id, tags) && !self.before.iter().any(others)
    }

    /// Whether the target is the environment's. A snapshot is its instance's; when that is gone its
    /// own name and tags have to do.
    fn is_own(&self, seen: &Seen) -> bool {
        match self.target.kind {
            TargetKind::Environment => true,
            TargetKind::DbInstance => seen.database().is_some_and(|d| self.is_mine(&d.id, &d.region, &d.tags)),
            TargetKind::DbSnapshot => seen.snapshot().is_some_and(|snapshot| {
                let region = &self.target.region;
                // A copy is in another region than its instance; names are unique in a region only.
                let home = snapshot.source_region.as_deref().unwrap_or(region);
                match seen.find(home, &snapshot.database) {
                    Some(source) => self.is_mine(&source.id, &source.region, &source.tags),
                    // Its instance is gone and it may bear no tags: its name has to do, lest a restore is
                    // refused exactly when it is needed. To delete it more must be known.
                    None if snapshot.tags.is_empty()
                        && !self.owns.name_prefix.is_empty()
                        && self.kind != Kind::DeleteSnapshot =>
                    {
                        self.is_mine(&snapshot.database, region, &self.owns.tags)
                    }
                    None => self.is_mine(&snapshot.database, region, &snapshot.tags),
                }
            }),
        }
    }

    /// Whether a DB instance is the environment's, the target, or what the target was taken from.
    fn takes(&self, database: &Database, source: Option<&str>) -> bool {
        let is_named = match self.target.kind {
            TargetKind::DbInstance => database.id == self.target.id,
            TargetKind::DbSnapshot => source == Some(database.id.as_str()),
            TargetKind::Environment => false,
        };
        self.is_mine(&database.id, &database.region, &database.tags)
            || (is_named && database.region == self.target.region)
    }

    fn wants_classes(&self) -> bool {
        matches!(
            self.kind,
            Kind::ChangeClass
                | Kind::ConvertMultiAz
                | Kind::CreateReplica
                | Kind::RestoreToPointInTime
                | Kind::RestoreFromSnapshot
        )
    }

    /// The regions in which a new snapshot may be named.
    fn names_in(&self) -> Vec<&str> {
        let here = self.target.region.as_str();
        match self.kind {
            Kind::CopySnapshot => self.regions(),
            Kind::CreateSnapshot | Kind::Stop | Kind::DeleteInstance => vec![here],
            kind if kind.offers_safety_snapshot() => vec![here],
            _ => Vec::new(),
        }
    }

    fn events_for(&self) -> SignedDuration {
        if self.kind == Kind::RestoreToPointInTime { KEPT } else { LATELY }
    }

    /// The state of the world of which nothing is known yet.
    fn blank(&self, identity: Identity, at: Timestamp) -> Seen {
        Seen {
            criticality: self.criticality,
            expected_account: self.expected_account.clone(),
            region: self.region.clone(),
            dr_region: self.dr_region.clone(),
            cli: self.cli.clone(),
            ..Seen::blank(at, self.target.clone(), identity)
        }
    }
}

/// Reads the state of the world for a plan; `at` is now. With credentials of another account than
/// the environment's, only the identity is read: the plan's first check says so.
///
/// # Errors
/// The [`Fault`] of the identity, or of the DB instances of the environment's or the target's
/// region. What else could not be read is told in [`Seen::missing`].
pub async fn observe(session: &Session, question: &Question, at: Timestamp) -> Result<Seen, Fault> {
    let identity = sts::identity(session, &question.target.region).await?;
    let mut seen = question.blank(identity, at);
    if question.expected_account.as_ref().is_some_and(|expected| *expected != seen.identity.account) {
        let why = "these credentials are of another account".to_owned();
        seen.missing.push(Unread { part: Part::All, why });
        return Ok(seen);
    }
    let region = &question.target.region;
    let (found, kept, pending, names, deployments) = tokio::join!(
        Box::pin(instances(session, question)),
        Box::pin(snapshots_of(session, question)),
        Box::pin(maintenance(session, region)),
        Box::pin(names_of(session, question)),
        Box::pin(deployments_of(session, question)),
    );
    let source = source(question, &kept.found);
    let (all, unread) = found?;
    let (own, foreign): (Vec<Database>, Vec<Database>) =
        all.into_iter().partition(|database| question.takes(database, source.as_deref()));
    seen.databases = own;
    seen.foreign = foreign.into_iter().map(|database| (database.region, database.id)).collect();
    seen.missing.extend(unread);
    seen.missing.extend(kept.missing);
    seen.snapshots = kept.found;
    seen.owned = question.is_own(&seen);
    let (names, unread) = names;
    seen.snapshot_names = names;
    seen.missing.extend(unread);
    let deployments = or_missing(&mut seen.missing, Part::BlueGreen, deployments);
    let arn = seen.database().map(|database| database.arn.clone());
    seen.blue_green = deployments
        .into_iter()
        .find(|d| d.is_in_force() && (arn.as_ref() == Some(&d.source) || arn.as_ref() == Some(&d.target)));
    let pending = or_missing(&mut seen.missing, Part::Maintenance, pending);
    seen.maintenance = of_databases(pending, &seen.databases);

    let (said, classes, read, backups) = tokio::join!(
        Box::pin(events_of(session, question, source.as_deref(), at)),
        Box::pin(classes_of(session, question, &seen, source.as_deref())),
        Box::pin(readings::read(session, &seen.databases, at)),
        Box::pin(backups_of(session, &seen)),
    );
    seen.events = or_missing(&mut seen.missing, Part::Events, said);
    seen.orderable = or_missing(&mut seen.missing, Part::Classes, classes);
    seen.backups = or_missing(&mut seen.missing, Part::Backups, backups);
    let (readings, unread) = read;
    seen.readings = readings;
    seen.missing.extend(unread);
    Ok(seen)
}

/// The answer, or nothing and a line that says why.
fn or_missing<T: Default>(missing: &mut Vec<Unread>, part: Part, answer: Result<T, Fault>) -> T {
    answer.unwrap_or_else(|fault| {
        missing.push(not_read(part, &fault));
        T::default()
    })
}

fn not_read(part: Part, fault: &Fault) -> Unread {
    Unread { part, why: fault.to_string() }
}

/// The DB instances of all regions, the environment's own first, and what could not be read.
async fn instances(session: &Session, question: &Question) -> Result<(Vec<Database>, Vec<Unread>), Fault> {
    let regions = question.regions();
    let mut asked = Vec::new();
    for region in &regions {
        asked.push(Box::pin(databases(session, region)));
    }
    let answers = futures_util::future::join_all(asked).await;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (region, answer) in regions.iter().zip(answers) {
        match answer {
            Ok(databases) => found.extend(databases),
            Err(fault) if question.stands_on(region) => return Err(fault),
            Err(fault) => missing.push(not_read(Part::Databases((*region).to_owned()), &fault)),
        }
    }
    Ok((found, missing))
}

/// Snapshots, and what could not be read of them.
#[derive(Default)]
struct Kept {
    found: Vec<Snapshot>,
    missing: Vec<Unread>,
}

/// The target's snapshots; for a snapshot, those of the same instance with it among them.
async fn snapshots_of(session: &Session, question: &Question) -> Kept {
    let (target, mut kept) = (&question.target, Kept::default());
    match target.kind {
        TargetKind::Environment => {}
        TargetKind::DbInstance => {
            let listed = snapshots(session, &target.region, &target.id).await;
            kept.found = or_missing(&mut kept.missing, Part::Snapshots, or_none(listed));
        }
        TargetKind::DbSnapshot => {
            let found = find_snapshot(session, &target.region, &target.id).await;
            if let Some(snapshot) = or_missing(&mut kept.missing, Part::Snapshot, found) {
                let listed = snapshots(session, &target.region, &snapshot.database).await;
                let others = or_missing(&mut kept.missing, Part::Snapshots, or_none(listed));
                kept.found = with_itself(others, snapshot);
            }
        }
    }
    kept
}

/// Names of snapshots by region, and where they could not be read.
type Names = (Vec<(String, Vec<String>)>, Vec<Unread>);

/// The names that a new snapshot may not have.
async fn names_of(session: &Session, question: &Question) -> Names {
    let (mut names, mut missing) = (Vec::new(), Vec::new());
    for region in question.names_in() {
        match snapshot_names(session, region).await {
            Ok(found) => names.push((region.to_owned(), found)),
            Err(fault) => missing.push(not_read(Part::SnapshotNames(region.to_owned()), &fault)),
        }
    }
    (names, missing)
}

/// The blue/green deployments that an instance may be a side of.
async fn deployments_of(session: &Session, question: &Question) -> Result<Vec<BlueGreen>, Fault> {
    match question.target.kind {
        TargetKind::DbInstance => blue_green(session, &question.target.region).await,
        TargetKind::DbSnapshot | TargetKind::Environment => Ok(Vec::new()),
    }
}

/// The automated backups of the target, or of what the target snapshot was taken of: by the resource,
/// because another instance may have its name by now.
async fn backups_of(session: &Session, seen: &Seen) -> Result<Vec<AutomatedBackup>, Fault> {
    let here = seen.target.region.as_str();
    let (home, of) = match (seen.database(), seen.snapshot()) {
        (Some(database), _) if database.resource_id.is_empty() => (here, backups::Of::Name(&database.id)),
        (Some(database), _) => (here, backups::Of::Resource(&database.resource_id)),
        (None, Some(snapshot)) => {
            // A copy is in another region than what it was taken of.
            let home = seen.home_of(snapshot);
            let id = snapshot.resource_id.as_str();
            (home, if id.is_empty() { backups::Of::Name(&snapshot.database) } else { backups::Of::Resource(id) })
        }
        (None, None) => return Ok(Vec::new()),
    };
    automated_backups(session, home, &of).await
}

/// The reading of the snapshot itself is the newer one, and it is there also when the list is not.
fn with_itself(mut others: Vec<Snapshot>, snapshot: Snapshot) -> Vec<Snapshot> {
    others.retain(|other| other.id != snapshot.id);
    others.push(snapshot);
    newest_first(&mut others);
    others
}

/// The DB instance that the target snapshot was taken of.
fn source(question: &Question, snapshots: &[Snapshot]) -> Option<String> {
    let target = Some(&question.target).filter(|target| target.kind == TargetKind::DbSnapshot)?;
    let own = snapshots.iter().find(|snapshot| snapshot.id == target.id)?;
    Some(own.database.clone()).filter(|name| !name.is_empty())
}

fn of_databases(mut actions: Vec<MaintenanceAction>, databases: &[Database]) -> Vec<MaintenanceAction> {
    actions.retain(|action| databases.iter().any(|database| database.arn == action.arn));
    actions
}

async fn events_of(
    session: &Session,
    question: &Question,
    source: Option<&str>,
    at: Timestamp,
) -> Result<Vec<Event>, Fault> {
    let id = match question.target.kind {
        TargetKind::DbInstance => Some(question.target.id.as_str()),
        TargetKind::DbSnapshot => source,
        TargetKind::Environment => None,
    };
    let Some(id) = id else { return Ok(Vec::new()) };
    let since = at.checked_sub(question.events_for()).unwrap_or(at);
    let found = events(session, &question.target.region, &EventsOf::Database(id.into()), since, at).await;
    or_none(found)
}

async fn classes_of(
    session: &Session,
    question: &Question,
    seen: &Seen,
    source: Option<&str>,
) -> Result<Vec<Orderable>, Fault> {
    match version_of(seen, source).filter(|_| question.wants_classes()) {
        Some((engine, version)) => orderable(session, &question.target.region, &engine, &version).await,
        None => Ok(Vec::new()),
    }
}

/// Engine and version of what is to run on the class: the snapshot's own, the instance's otherwise.
fn version_of(seen: &Seen, source: Option<&str>) -> Option<(String, String)> {
    if let Some(snapshot) = seen.snapshot() {
        let of_source = source.and_then(|id| seen.find(&seen.target.region, id)).map(|d| d.engine.clone());
        let engine = Some(snapshot.engine.clone()).filter(|engine| !engine.is_empty()).or(of_source)?;
        return Some((engine, snapshot.engine_version.clone()));
    }
    seen.database().map(|database| (database.engine.clone(), database.engine_version.clone()))
}

#[cfg(test)]
mod tests;
