//! DB snapshots: the automated ones computed from the backups, the manual ones kept, with all that
//! is told of them, so that they outlive their instances.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::World;
use super::backups;
use super::identity;
use super::instance::Instance;
use super::lifecycle;
use super::moment::{after, seconds_between};

/// A snapshot that somebody took or copied.
#[derive(Debug, Clone)]
pub struct ManualSnapshot {
    pub account: String,
    pub region: String,
    pub id: String,
    /// The instance as it was when the snapshot was taken.
    pub origin: Arc<Instance>,
    /// When it was begun; of a copy, when the copy was.
    pub at: Timestamp,
    /// `SnapshotDatabaseTime`: the last transaction that is in it.
    pub data_at: Timestamp,
    /// Seconds that it takes.
    pub seconds: i64,
    pub tags: Vec<(String, String)>,
    /// ARN of the key that encrypts it.
    pub kms_key: Option<String>,
    /// What it is a copy of.
    pub copied: Option<Copied>,
    /// When it failed.
    pub failed: Option<Timestamp>,
}

/// Where a copied snapshot comes from.
#[derive(Debug, Clone)]
pub struct Copied {
    /// ARN of the source.
    pub arn: String,
    pub region: String,
    /// When the first of the chain was taken.
    pub original_at: Timestamp,
}

impl ManualSnapshot {
    /// A snapshot of `instance` that begins at `at`.
    #[must_use]
    pub fn of(instance: &Instance, id: &str, at: Timestamp, tags: Vec<(String, String)>) -> Self {
        Self {
            account: instance.account.clone(),
            region: instance.region.clone(),
            id: id.to_owned(),
            origin: Arc::new(instance.without_past()),
            at,
            data_at: data_time(instance, at),
            seconds: lifecycle::snapshot_seconds(instance.allocated_gib),
            tags,
            kms_key: instance.kms_key.clone(),
            copied: None,
            failed: None,
        }
    }

    /// A copy of a snapshot in a region of the same account, that begins at `at`: its data and when
    /// they were taken stay those of the first.
    #[must_use]
    pub fn copy(source: &Seen<'_>, region: &str, id: &str, at: Timestamp) -> Self {
        let crosses = source.region != region;
        Self {
            account: source.account.to_owned(),
            region: region.to_owned(),
            id: id.to_owned(),
            origin: Arc::new(source.instance.without_past()),
            at,
            data_at: source.data_at,
            seconds: lifecycle::copy_seconds(source.instance.allocated_gib, crosses),
            tags: Vec::new(),
            kms_key: source.kms_key.map(str::to_owned),
            copied: Some(Copied {
                arn: source.arn(),
                region: source.region.to_owned(),
                original_at: source.copied.map_or(source.at, |copied| copied.original_at),
            }),
            failed: None,
        }
    }

    /// Whether it is a copy that goes on at `now`.
    #[must_use]
    pub fn is_being_copied(&self, now: Timestamp) -> bool {
        self.copied.is_some() && self.failed.is_none() && self.at <= now && now < self.done()
    }

    /// `DBSnapshotArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        arn(&self.account, &self.region, &self.id)
    }

    /// Whether it is an account's in a region.
    #[must_use]
    pub fn is_in(&self, account: &str, region: &str) -> bool {
        self.account == account && self.region == region
    }

    /// When it is available.
    #[must_use]
    pub fn done(&self) -> Timestamp {
        after(self.at, self.seconds)
    }
}

/// The last transaction in a snapshot that begins at `at`: some seconds before, and the moment of
/// the stop where the instance is stopped.
fn data_time(instance: &Instance, at: Timestamp) -> Timestamp {
    let written = match instance.settled_status_at(at) {
        Some("stopped") => {
            instance.statuses.iter().rev().find(|(from, _)| *from <= at).map_or(at, |(stopped, _)| *stopped)
        }
        _ => at,
    };
    let salt = identity::hash(&["snapshot", &instance.resource_id]) ^ written.as_second().unsigned_abs();
    after(written, -2 - (identity::mix(salt) % 9) as i64)
}

fn arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:rds:{region}:{account}:snapshot:{id}")
}

/// A snapshot as it is seen at a moment.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    pub account: &'a str,
    pub region: &'a str,
    /// The instance that it is of; of a manual one as it was.
    pub instance: &'a Instance,
    pub id: String,
    /// `automated` or `manual`.
    pub kind: &'static str,
    pub at: Timestamp,
    /// The last transaction that is in it.
    pub data_at: Timestamp,
    /// `creating`, `available` or `failed`.
    pub status: &'static str,
    /// 0-100.
    pub progress: i32,
    pub tags: &'a [(String, String)],
    pub kms_key: Option<&'a str>,
    pub copied: Option<&'a Copied>,
}

impl Seen<'_> {
    /// `DBSnapshotArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        arn(self.account, self.region, &self.id)
    }
}

/// Status and progress of something that began at `at`.
fn progress(at: Timestamp, seconds: i64, now: Timestamp) -> (&'static str, i32) {
    let passed = seconds_between(at, now).max(0);
    if passed >= seconds { ("available", 100) } else { ("creating", (passed * 100 / seconds.max(1)) as i32) }
}

/// The ids of the instances of an account and region that have or may have snapshots, in order:
/// also those that are gone, and those of other regions whose snapshots were copied here.
#[must_use]
pub fn sources<'a>(world: &'a World, account: &str, region: &str) -> BTreeSet<&'a str> {
    let manual = world.snapshots.iter().filter(|s| s.is_in(account, region)).map(|s| s.origin.id.as_str());
    world.instances_in(account, region).map(|instance| instance.id.as_str()).chain(manual).collect()
}

/// The snapshots of the instance of that name at `now`, oldest first.
#[must_use]
pub fn of_instance<'a>(world: &'a World, account: &str, region: &str, id: &str, now: Timestamp) -> Vec<Seen<'a>> {
    let automated = world.find(account, region, id).into_iter().flat_map(|instance| {
        backups::kept(instance, now).into_iter().map(move |backup| {
            let (status, progress) = progress(backup.at, backup.seconds, now);
            Seen {
                account: &instance.account,
                region: &instance.region,
                instance,
                id: backup.snapshot_id(&instance.id),
                kind: "automated",
                at: backup.at,
                data_at: data_time(instance, backup.at),
                status,
                progress,
                tags: &instance.tags,
                kms_key: instance.kms_key.as_deref(),
                copied: None,
            }
        })
    });
    let manual = world
        .snapshots
        .iter()
        .filter(|s| s.is_in(account, region) && s.origin.id == id && s.at <= now)
        .map(|snapshot| seen(snapshot, now));
    let mut all: Vec<Seen<'a>> = automated.chain(manual).collect();
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}

/// Any snapshot of an account and region by its id, if it is there at `now`.
#[must_use]
pub fn find<'a>(world: &'a World, account: &str, region: &str, id: &str, now: Timestamp) -> Option<Seen<'a>> {
    let manual = world.snapshots.iter().find(|s| s.is_in(account, region) && s.id == id && s.at <= now);
    if let Some(snapshot) = manual {
        return Some(seen(snapshot, now));
    }
    // An automated one is named after its instance and its time: `rds:orders-2026-11-22-03-05`.
    let named = id.strip_prefix("rds:")?;
    let instance = named.len().checked_sub("-2026-11-22-03-05".len()).and_then(|end| named.get(..end))?;
    of_instance(world, account, region, instance, now).into_iter().find(|seen| seen.id == id)
}

/// A manual snapshot as it is seen at `now`.
#[must_use]
pub fn seen(snapshot: &ManualSnapshot, now: Timestamp) -> Seen<'_> {
    let (status, progress) = match snapshot.failed.filter(|failed| *failed <= now) {
        Some(failed) => ("failed", progress(snapshot.at, snapshot.seconds, failed).1),
        None => progress(snapshot.at, snapshot.seconds, now),
    };
    Seen {
        account: &snapshot.account,
        region: &snapshot.region,
        instance: &snapshot.origin,
        id: snapshot.id.clone(),
        kind: "manual",
        at: snapshot.at,
        data_at: snapshot.data_at,
        status,
        progress,
        tags: &snapshot.tags,
        kms_key: snapshot.kms_key.as_deref(),
        copied: snapshot.copied.as_ref(),
    }
}
