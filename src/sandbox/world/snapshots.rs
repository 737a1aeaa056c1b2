//! DB snapshots: the automated ones computed from the backups, the manual ones kept.

use jiff::Timestamp;

use super::World;
use super::backups;
use super::instance::Instance;
use super::lifecycle;
use super::moment::{after, seconds_between};

/// A snapshot that somebody took.
#[derive(Debug, Clone)]
pub struct ManualSnapshot {
    pub account: String,
    pub region: String,
    pub id: String,
    /// The instance's id.
    pub instance: String,
    pub at: Timestamp,
    /// Seconds that it takes.
    pub seconds: i64,
    pub tags: Vec<(String, String)>,
}

impl ManualSnapshot {
    /// A snapshot of `instance` that begins at `at`.
    #[must_use]
    pub fn of(instance: &Instance, id: &str, at: Timestamp, tags: Vec<(String, String)>) -> Self {
        Self {
            account: instance.account.clone(),
            region: instance.region.clone(),
            id: id.to_owned(),
            instance: instance.id.clone(),
            at,
            seconds: lifecycle::snapshot_seconds(instance.allocated_gib),
            tags,
        }
    }

    /// `DBSnapshotArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:rds:{}:{}:snapshot:{}", self.region, self.account, self.id)
    }
}

/// A snapshot as it is seen at a moment.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    pub instance: &'a Instance,
    pub id: String,
    /// `automated` or `manual`.
    pub kind: &'static str,
    pub at: Timestamp,
    /// `creating` or `available`.
    pub status: &'static str,
    /// 0-100.
    pub progress: i32,
    pub tags: &'a [(String, String)],
}

impl Seen<'_> {
    /// `DBSnapshotArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:rds:{}:{}:snapshot:{}", self.instance.region, self.instance.account, self.id)
    }
}

/// Status and progress of something that began at `at`.
fn progress(at: Timestamp, seconds: i64, now: Timestamp) -> (&'static str, i32) {
    let passed = seconds_between(at, now).max(0);
    if passed >= seconds { ("available", 100) } else { ("creating", (passed * 100 / seconds.max(1)) as i32) }
}

/// The snapshots of one instance at `now`, oldest first.
#[must_use]
pub fn of_instance<'a>(world: &'a World, instance: &'a Instance, now: Timestamp) -> Vec<Seen<'a>> {
    let automated = backups::kept(instance, now).into_iter().map(|backup| {
        let (status, progress) = progress(backup.at, backup.seconds, now);
        let id = backup.snapshot_id(&instance.id);
        Seen { instance, id, kind: "automated", at: backup.at, status, progress, tags: &instance.tags }
    });
    let manual = world
        .snapshots
        .iter()
        .filter(|s| s.instance == instance.id && s.account == instance.account && s.region == instance.region)
        .filter(|s| s.at <= now)
        .map(|snapshot| seen(snapshot, instance, now));
    let mut all: Vec<Seen<'a>> = automated.chain(manual).collect();
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}

/// A manual snapshot as it is seen at `now`.
#[must_use]
pub fn seen<'a>(snapshot: &'a ManualSnapshot, instance: &'a Instance, now: Timestamp) -> Seen<'a> {
    let (status, progress) = progress(snapshot.at, snapshot.seconds, now);
    let id = snapshot.id.clone();
    Seen { instance, id, kind: "manual", at: snapshot.at, status, progress, tags: &snapshot.tags }
}

/// When a manual snapshot of `instance` that begins at `now` will be available.
#[must_use]
pub fn done_at(instance: &Instance, now: Timestamp) -> Timestamp {
    after(now, lifecycle::snapshot_seconds(instance.allocated_gib))
}
