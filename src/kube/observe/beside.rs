//! A reading as it is put together: its target, and the parts beside it, each of which may fail for itself.

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::IgnoredAny;

use super::super::answer::ApiFailure;
use super::super::ask::ApiLine;
use super::super::request::Chosen;
use super::picked::{Picked, PodExtra, none, pick};
use super::reading::ClusterReading;
use crate::domain::{Delta, Fault, FaultKind};
use crate::services::kubernetes::change::seen::Unread;
use crate::services::kubernetes::change::{ApiObject, SeenPart};
use crate::services::kubernetes::model::Pod;
use crate::services::kubernetes::{ObjectKind, Served, WatchTold};

/// Events about what is in no namespace are in this one (client-go, tools/record/event.go, `makeEvent`).
const OF_NO_NAMESPACE: &str = "default";
/// Nodes whose pods are asked for at once.
const AT_ONCE: usize = 5;
/// The pods of more nodes are not asked for: whoever waits looks at the screen.
const MOST_NODES: usize = 100;

/// What was read of a kind, or why it was not.
pub(super) struct ReadPart {
    kind: ObjectKind,
    read: Result<(WatchTold, Vec<PodExtra>), String>,
}

impl ReadPart {
    /// Which there are cannot be known.
    pub(super) fn unknown(kind: ObjectKind) -> Self {
        Self { kind, read: Err("what they belong to could not be read".to_owned()) }
    }

    /// Several lists of a kind as one.
    pub(super) fn of_several<X>(kind: ObjectKind, read: Result<Vec<Picked<X>>, ApiFailure>) -> Self {
        Self { kind, read: read.map(|all| (together(kind, all).0, Vec::new())).map_err(why) }
    }
}

/// A reading that is being put together.
pub(super) struct ReadingSoFar<'a> {
    pub(super) line: &'a ApiLine,
    /// What the cluster serves; none where whatever is asked for is served.
    served: Option<&'a Served>,
    /// The target may be there, and was not read.
    is_blind: bool,
    reading: ClusterReading,
}

impl<'a> ReadingSoFar<'a> {
    pub(super) fn new(line: &'a ApiLine, served: Option<&'a Served>) -> Self {
        Self { line, served, is_blind: false, reading: ClusterReading::default() }
    }

    /// The target, once it was read.
    pub(super) fn object(&self) -> Option<&ApiObject> {
        self.reading.object.as_ref()
    }

    /// Takes the target in. That it may not be read is missing; whatever else has failed, the whole has.
    pub(super) fn target(
        &mut self,
        kind: ObjectKind,
        read: Result<(WatchTold, Option<ApiObject>), ApiFailure>,
    ) -> Result<(), Fault> {
        match read {
            Ok((told, object)) => {
                self.reading.object = object;
                self.reading.told.push((kind, told));
            }
            Err(ApiFailure { fault, .. }) if matches!(fault.kind, FaultKind::Forbidden { .. }) => {
                self.is_blind = true;
                self.reading.missing.push(Unread { part: SeenPart::Target, why: fault.to_string() });
                self.reading.missing.push(Unread { part: SeenPart::Objects(kind), why: fault.to_string() });
            }
            Err(failure) => return Err(failure.fault),
        }
        Ok(())
    }

    /// Takes the target in, and tells of no others of its kind.
    pub(super) fn keep(&mut self, object: Option<ApiObject>) {
        self.reading.object = object;
    }

    /// Takes parts in.
    pub(super) fn put(&mut self, parts: impl IntoIterator<Item = ReadPart>) {
        for part in parts {
            self.put_one(part);
        }
    }

    fn put_one(&mut self, part: ReadPart) {
        let ReadPart { kind, read } = part;
        match read {
            Ok((told, pods)) => {
                self.reading.told.push((kind, told));
                self.reading.pods.extend(pods.into_iter().map(|pod| (pod.key(), pod.detail())));
            }
            Err(why) => self.reading.missing.push(Unread { part: SeenPart::Objects(kind), why }),
        }
    }

    /// The reading. Events come last: they are kept for what is known to be there.
    pub(super) fn done(mut self) -> ClusterReading {
        self.reading.told.sort_by_key(|(kind, _)| *kind == ObjectKind::Event);
        self.reading
    }

    /// Objects of a kind.
    pub(super) async fn list(&self, kind: ObjectKind, of: Chosen) -> ReadPart {
        if let Some(part) = self.unserved(kind) {
            return part;
        }
        let picked = pick::<IgnoredAny>(self.line, kind, &of).await;
        ReadPart { kind, read: picked.map(|Picked { told, .. }| (told, Vec::new())).map_err(why) }
    }

    /// Objects of a kind that the target points to; none where it points to none.
    pub(super) async fn some(&self, kind: ObjectKind, of: Option<Chosen>) -> ReadPart {
        match of {
            Some(of) => self.list(kind, of).await,
            None => self.nothing(kind),
        }
    }

    /// Pods, with what is read of them beside what is watched.
    pub(super) async fn pods(&self, of: Chosen) -> ReadPart {
        let kind = ObjectKind::Pod;
        let picked = pick::<PodExtra>(self.line, kind, &of).await;
        ReadPart { kind, read: picked.map(|Picked { told, extra, .. }| (told, extra)).map_err(why) }
    }

    /// The pods of nodes, asked by the field that the server has an index of.
    pub(super) async fn pods_on(&self, nodes: &[String]) -> ReadPart {
        let kind = ObjectKind::Pod;
        if nodes.is_empty() {
            return self.nothing(kind);
        }
        if nodes.len() > MOST_NODES {
            let why = format!("they are on {} nodes, and more than {MOST_NODES} are not asked for", nodes.len());
            return ReadPart { kind, read: Err(why) };
        }
        let on = |node: &String| {
            let of = Chosen::all().with_field("spec.nodeName", node);
            async move { pick::<PodExtra>(self.line, kind, &of).await }
        };
        let asked: Vec<_> = nodes.iter().map(on).collect();
        let read = stream::iter(asked).buffered(AT_ONCE).try_collect::<Vec<_>>().await;
        ReadPart { kind, read: read.map(|all| together(kind, all)).map_err(why) }
    }

    /// Events about objects that are in no namespace: each by its kind and name.
    pub(super) async fn events(&self, about: &[(&str, &str)]) -> ReadPart {
        let kind = ObjectKind::Event;
        let of = |(about, name): &(&str, &str)| {
            let of = Chosen::within(OF_NO_NAMESPACE).with_field("involvedObject.kind", about);
            let of = of.with_field("involvedObject.name", name);
            async move { pick::<PodExtra>(self.line, kind, &of).await }
        };
        let asked: Vec<_> = about.iter().map(of).collect();
        ReadPart::of_several(kind, try_join_all(asked).await)
    }

    /// That there are none, unless that cannot be known.
    pub(super) fn nothing(&self, kind: ObjectKind) -> ReadPart {
        if self.is_blind { ReadPart::unknown(kind) } else { ReadPart { kind, read: Ok((none(kind), Vec::new())) } }
    }

    /// What is said of a kind that the cluster does not serve: there are none. Of one that it serves in another version
    /// alone nothing is known.
    fn unserved(&self, kind: ObjectKind) -> Option<ReadPart> {
        let served = self.served.filter(|served| !served.serves(kind))?;
        let read = match served.other_versions(kind) {
            Some(versions) => Err(format!("the cluster serves them as {} alone", versions.join(", "))),
            None => Ok((none(kind), Vec::new())),
        };
        Some(ReadPart { kind, read })
    }
}

/// The names of nodes that were told; none where they were not.
pub(super) fn names_of_nodes(part: &ReadPart) -> Option<Vec<String>> {
    match &part.read {
        Ok((WatchTold::Nodes(Delta::Snapshot(all)), _)) => Some(all.keys().map(ToString::to_string).collect()),
        _ => None,
    }
}

/// The pods that were told; none where they were not.
pub(super) fn pods_of_part(part: &ReadPart) -> Option<impl Iterator<Item = &Pod> + Clone> {
    match &part.read {
        Ok((WatchTold::Pods(Delta::Snapshot(all)), _)) => Some(all.values().map(AsRef::as_ref)),
        _ => None,
    }
}

fn why(failure: ApiFailure) -> String {
    Fault::from(failure).to_string()
}

/// Several lists of a kind as one.
fn together<X>(kind: ObjectKind, all: Vec<Picked<X>>) -> (WatchTold, Vec<X>) {
    let (mut told, mut extra) = (none(kind), Vec::new());
    for one in all {
        match (&mut told, one.told) {
            (WatchTold::Pods(Delta::Snapshot(all)), WatchTold::Pods(Delta::Snapshot(more))) => all.extend(more),
            (WatchTold::Events(Delta::Snapshot(all)), WatchTold::Events(Delta::Snapshot(more))) => all.extend(more),
            (WatchTold::Workloads(Delta::Snapshot(all)), WatchTold::Workloads(Delta::Snapshot(more))) => {
                all.extend(more);
            }
            // No other kind is read in several lists.
            (told, one) => *told = one,
        }
        extra.extend(one.extra);
    }
    (told, extra)
}
