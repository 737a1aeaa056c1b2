//! What a restart means for whoever uses the pods, and for whoever deploys them.

use serde_json::Value;

use super::super::prelude::{ApiObject, Draft, Tone, undone};
use super::super::workload::{ChangedWorkload, text};
use crate::services::kubernetes::change::rollout::RolloutPace;
use crate::services::kubernetes::change::undone::Tool;
use crate::services::kubernetes::model::WorkloadKind;

/// Says all of it.
pub(super) fn all(draft: &mut Draft, subject: &ChangedWorkload<'_>, pace: RolloutPace, pods: i64) {
    let (text, tone) = interruption(subject, pace, pods);
    draft.say("Interruption", text, tone);
    // The API server's default.
    let grace = subject.object.number("/spec/template/spec/terminationGracePeriodSeconds").unwrap_or(30);
    let text = format!("those to a pod end with it, at most {grace} s after it is told to end");
    draft.say("Connections", text, Tone::Plain);
    readiness(draft, subject);
    draft.say("If it sticks", if_it_sticks(subject, pace), Tone::Plain);
    // "Controllers (like deployment and stateful-set) are not limited by PDBs when doing rolling upgrades" (Kubernetes,
    // "Disruptions").
    draft.say("Budgets", "a rollout does not ask disruption budgets: its strategy alone holds it back", Tone::Plain);
    if let Some(scaler) = subject.autoscaler() {
        let text = format!("HPA {} goes on meanwhile: how many pods there are stays its business", scaler.name);
        draft.say("Autoscaler", text, Tone::Plain);
    }
    version(draft, subject);
    let scratch = subject.scratch();
    if !scratch.is_empty() {
        draft.say("Lost", format!("what each pod keeps in emptyDir: {}", scratch.join(", ")), Tone::Warning);
    }
    taken_back(draft, subject.object);
}

/// How many pods are away meanwhile.
fn interruption(subject: &ChangedWorkload<'_>, pace: RolloutPace, pods: i64) -> (String, Tone) {
    match pace {
        RolloutPace::AtOnce => {
            let who = if pods == 1 { "its only pod ends".to_owned() } else { format!("all {pods} pods end") };
            let text = format!("Recreate: {who} before the first new one is made; it is away until that is ready");
            (text, Tone::Critical)
        }
        RolloutPace::Rolling { away, more } => {
            let written = limits(subject, "/spec/strategy/rollingUpdate");
            let (text, tone) = match away {
                0 => {
                    let text =
                        format!("none is away: an old pod ends when a new one is available, up to {more} at a time");
                    (text, Tone::Good)
                }
                away if away >= pods => (at_once(pods), Tone::Critical),
                away if more > 0 => {
                    (format!("up to {away} of {pods} are away at once, and up to {more} more are made"), Tone::Warning)
                }
                away => (format!("up to {away} of {pods} are away at once"), Tone::Warning),
            };
            (format!("{text} ({written})"), tone)
        }
        RolloutPace::Ordered { away, partition } => {
            let (first, last) = (subject.first_ordinal() + partition, subject.first_ordinal() + pods - 1);
            let name = &subject.name.name;
            match pods - partition {
                1 if pods == 1 => ("its only pod is away until the new one is ready".to_owned(), Tone::Critical),
                1 => (format!("{name}-{last} is away until the new one is ready"), Tone::Warning),
                _ if away >= pods => (at_once(pods), Tone::Critical),
                _ if away == 1 => {
                    let text = format!(
                        "one pod after another, from {name}-{last} down to {name}-{first}: each is away until the new one is ready"
                    );
                    (text, Tone::Warning)
                }
                _ => (format!("up to {away} pods at a time, from {name}-{last} down to {name}-{first}"), Tone::Warning),
            }
        }
        RolloutPace::ByNode { away, more } => {
            let written = limits(subject, "/spec/updateStrategy/rollingUpdate");
            if away == 0 {
                let text = format!(
                    "node by node, up to {more} of {pods} at once: a new pod is ready before the old one ends ({written})"
                );
                return (text, Tone::Good);
            }
            (format!("node by node: up to {away} of {pods} nodes without their pod at once ({written})"), Tone::Warning)
        }
        RolloutPace::OnDelete => ("none: no pod is replaced".to_owned(), Tone::Plain),
    }
}

fn at_once(pods: i64) -> String {
    if pods == 1 { "its only pod may be away".to_owned() } else { format!("all {pods} may be away at once") }
}

/// The limits of a strategy as they are written.
fn limits(subject: &ChangedWorkload<'_>, at: &str) -> String {
    let of = |name: &str| subject.written(&format!("{at}/{name}")).map(|value| format!("{name} {value}"));
    let all: Vec<String> = ["maxUnavailable", "maxSurge"].into_iter().filter_map(of).collect();
    if all.is_empty() { "by default".to_owned() } else { all.join(", ") }
}

/// When a new pod counts. A container without these probes is ready as soon as it runs (Kubernetes, "Pod Lifecycle",
/// "Container probes").
fn readiness(draft: &mut Draft, subject: &ChangedWorkload<'_>) {
    let seconds = subject.object.number("/spec/minReadySeconds").unwrap_or(0);
    if seconds > 0 {
        draft.say("Ready", format!("a new pod counts after {seconds} s of being ready (minReadySeconds)"), Tone::Plain);
    }
    let containers = subject.list("/spec/template/spec/containers");
    let is_probed = |one: &Value| one.get("readinessProbe").is_some() || one.get("startupProbe").is_some();
    if !containers.is_empty() && !containers.iter().any(is_probed) {
        let text = "no container has a readiness probe: a new pod counts as soon as it runs, whether it serves or not";
        draft.say("Ready", text, Tone::Warning);
    }
}

/// Nothing takes a rollout back (Kubernetes, "Deployments", "Failed Deployment"; "StatefulSets", "Forced rollback").
fn if_it_sticks(subject: &ChangedWorkload<'_>, pace: RolloutPace) -> String {
    let rest = match pace {
        RolloutPace::AtOnce => "no old pod is left then",
        _ => "the old pods that are left stay",
    };
    match subject.kind {
        WorkloadKind::Deployment => {
            let seconds = subject.object.number("/spec/progressDeadlineSeconds").unwrap_or(600);
            format!("nothing takes it back by itself; it is reported after {seconds} s without progress, and {rest}")
        }
        WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => {
            format!("nothing takes it back by itself: it waits for the new pods to be ready, and {rest}")
        }
    }
}

/// What is pulled by a tag may be another image now (Kubernetes, "Images", "Image pull policy").
fn version(draft: &mut Draft, subject: &ChangedWorkload<'_>) {
    let containers = subject.list("/spec/template/spec/containers");
    if containers.is_empty() {
        draft.say("Version", "which images it pulls is not known: its template names no containers", Tone::Warning);
        return;
    }
    let all = containers.iter().chain(subject.list("/spec/template/spec/initContainers"));
    let moving: Vec<String> = all.filter(|container| is_moving(container)).map(|c| text(c, "image")).collect();
    if !moving.is_empty() {
        let text = format!("may be another one: {} (pulled by tag, not by digest)", moving.join(", "));
        draft.say("Version", text, Tone::Warning);
    }
}

/// Its image is asked for anew, or the tag is one that is moved.
fn is_moving(container: &Value) -> bool {
    let image = text(container, "image");
    if image.contains('@') {
        return false;
    }
    // A `:` before the last `/` is that of the registry's port.
    let tag = image.rsplit('/').next().and_then(|name| name.split_once(':')).map_or("latest", |(_, tag)| tag);
    tag == "latest" || text(container, "imagePullPolicy") == "Always"
}

/// Who would take the annotation out again, and who leaves it.
fn taken_back(draft: &mut Draft, object: &ApiObject) {
    if let Some((kind, name)) = object.controller() {
        let text = format!(
            "{kind} {name} controls it: if it writes the template anew, it takes the restart out, and pods are replaced again"
        );
        draft.say("Undone by", text, Tone::Warning);
    }
    for deployer in undone::deployers(object) {
        let leaves = match deployer.tool {
            // resource_customizations/apps/*/actions/restart; docs/user-guide/sync-options.md, "Replace Resource Instead Of
            // Applying Changes".
            Tool::ArgoCd => "its own restart is the same annotation. Only a sync with Replace=true takes it out",
            // Its FAQ, "Why are kubectl edits rolled back by Flux?".
            Tool::FluxKustomization => {
                "it takes out what kubectl has written, and this is not. With kubectl it would restart twice"
            }
            // What neither the chart before nor the new one has is kept (Helm, "Changes since Helm 2", three-way patches;
            // the same of kubectl apply).
            Tool::FluxHelmRelease | Tool::Helm | Tool::Apply => "what it does not set itself it leaves",
        };
        draft.say("Not undone by", format!("{}: {leaves}", deployer.words()), Tone::Plain);
    }
}
