//! Pods (`printPod`): a status that sums up phase, containers and what happens to the pod.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::store::metadata;
use super::age;
use super::cell::{each, name, number, text, text_or};
use super::column::{AGE, NAME, PrinterColumn, text as column};

pub(super) const COLUMNS: &[PrinterColumn] = &[
    NAME,
    column("Ready", "How many of the pod's containers are ready."),
    column("Status", "What the pod and its containers are doing, in a word."),
    column("Restarts", "How often the pod's containers were started anew, and when last."),
    AGE,
    column("IP", "The pod's address.").wide(),
    column("Node", "The node that the pod is bound to.").wide(),
    column("Nominated Node", "The node on which room is made for the pod.").wide(),
    column("Readiness Gates", "How many of the conditions hold that the pod waits for.").wide(),
];

pub(super) fn cells(pod: &Value, now: Timestamp) -> Vec<Value> {
    let seen = PodSummary::of(pod);
    let restarts = match seen.restarts.last {
        Some(last) if seen.restarts.count != 0 => {
            format!("{} ({} ago)", seen.restarts.count, age::human(now.duration_since(last)))
        }
        _ => seen.restarts.count.to_string(),
    };
    vec![
        name(pod),
        format!("{}/{}", seen.ready, seen.containers).into(),
        seen.reason.into(),
        restarts.into(),
        age::of(pod, now),
        text_or(&pod["status"]["podIPs"][0]["ip"], text_or(&pod["status"]["podIP"], "<none>")).into(),
        text_or(&pod["spec"]["nodeName"], "<none>").into(),
        text_or(&pod["status"]["nominatedNodeName"], "<none>").into(),
        gates(pod).into(),
    ]
}

/// What the row of a pod says that has ended.
pub(super) fn conditions(pod: &Value) -> Option<Value> {
    let (reason, message) = match text(&pod["status"]["phase"]) {
        "Succeeded" => ("Succeeded", "The pod has completed successfully."),
        "Failed" => ("Failed", "The pod failed."),
        _ => return None,
    };
    Some(json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]))
}

/// How often containers were started anew, and when one last ended before that.
#[derive(Debug, Clone, Copy, Default)]
struct RestartTally {
    count: i64,
    last: Option<Timestamp>,
}

impl RestartTally {
    fn add(&mut self, container: &Value) {
        self.count += number(&container["restartCount"]);
        let ended = text(&container["lastState"]["terminated"]["finishedAt"]).parse::<Timestamp>().ok();
        self.last = self.last.max(ended);
    }
}

/// What a pod's containers add up to.
#[derive(Debug)]
struct PodSummary {
    ready: usize,
    containers: usize,
    reason: String,
    restarts: RestartTally,
}

impl PodSummary {
    fn of(pod: &Value) -> Self {
        let (spec, status) = (&pod["spec"], &pod["status"]);
        let phase = text(&status["phase"]);
        let mut reason = text_or(&status["reason"], phase).to_owned();
        let gated = |one: &&Value| one["type"] == "PodScheduled" && one["reason"] == "SchedulingGated";
        if each(&status["conditions"]).any(|one| gated(&one)) {
            "SchedulingGated".clone_into(&mut reason);
        }
        let inits: Vec<&Value> = each(&spec["initContainers"]).collect();
        let is_sidecar = |status: &Value| {
            inits.iter().any(|init| init["name"] == status["name"] && init["restartPolicy"] == "Always")
        };
        let sidecars = inits.iter().filter(|init| init["restartPolicy"] == "Always").count();
        let mut seen = Self {
            ready: 0,
            containers: each(&spec["containers"]).count() + sidecars,
            reason,
            restarts: RestartTally::default(),
        };
        let mut of_sidecars = RestartTally::default();
        let mut initializing = false;
        for (at, container) in each(&status["initContainerStatuses"]).enumerate() {
            let sidecar = is_sidecar(container);
            seen.restarts.add(container);
            if sidecar {
                of_sidecars.add(container);
            }
            let ended = &container["state"]["terminated"];
            if ended.is_object() && number(&ended["exitCode"]) == 0 {
                continue;
            }
            if sidecar && container["started"] == true {
                seen.ready += usize::from(container["ready"] == true);
                continue;
            }
            let waits = text(&container["state"]["waiting"]["reason"]);
            seen.reason = if ended.is_object() {
                format!("Init:{}", why_ended(ended))
            } else if !waits.is_empty() && waits != "PodInitializing" {
                format!("Init:{waits}")
            } else {
                format!("Init:{at}/{}", inits.len())
            };
            initializing = true;
            break;
        }
        if !initializing || holds(pod, "Initialized") {
            seen.restarts = of_sidecars;
            seen.look_at_containers(pod);
        }
        let deleted = metadata::is_terminating(pod);
        if deleted && status["reason"] == "NodeLost" {
            "Unknown".clone_into(&mut seen.reason);
        } else if deleted && !matches!(phase, "Succeeded" | "Failed") {
            "Terminating".clone_into(&mut seen.reason);
        }
        seen
    }

    fn look_at_containers(&mut self, pod: &Value) {
        let mut runs = false;
        // The first that has something to say has the last word.
        for container in each(&pod["status"]["containerStatuses"]).rev() {
            self.restarts.add(container);
            let state = &container["state"];
            let waits = text(&state["waiting"]["reason"]);
            if !waits.is_empty() {
                waits.clone_into(&mut self.reason);
            } else if state["terminated"].is_object() {
                self.reason = why_ended(&state["terminated"]);
            } else if container["ready"] == true && state["running"].is_object() {
                runs = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && runs {
            let reason = if holds(pod, "Ready") { "Running" } else { "NotReady" };
            reason.clone_into(&mut self.reason);
        }
    }
}

fn why_ended(ended: &Value) -> String {
    match (text(&ended["reason"]), number(&ended["signal"])) {
        ("", 0) => format!("ExitCode:{}", number(&ended["exitCode"])),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

fn holds(pod: &Value, condition: &str) -> bool {
    each(&pod["status"]["conditions"]).any(|one| one["type"] == condition && one["status"] == "True")
}

fn gates(pod: &Value) -> String {
    let gates: Vec<&Value> = each(&pod["spec"]["readinessGates"]).collect();
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let open = gates.iter().filter(|gate| holds(pod, text(&gate["conditionType"]))).count();
    format!("{open}/{}", gates.len())
}

#[cfg(test)]
mod tests;
