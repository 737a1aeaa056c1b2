//! A pod's status as its kubelet writes it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::behaviour::Crash;
use super::super::condition::{self, ObjectCondition};
use super::PodRun;
use super::container::{ContainerRun, State, container_id, digest, terminated};
use crate::sandbox::kubernetes::store::metadata;

/// `10s`, `2m40s`, `5m0s`: a duration as Go writes it.
pub fn go_duration(seconds: i64) -> String {
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}

/// `app pod=web-1_shop(uid)`: how the kubelet names a container in messages.
fn named(run: &PodRun, uid: &str, container: &str) -> String {
    format!("{container} pod={}_{}({uid})", run.key.name, run.key.namespace)
}

/// Why a container waits: reason and message.
fn waiting(run: &PodRun, uid: &str, one: &ContainerRun) -> (&'static str, String) {
    match &one.state {
        State::BackOff { pause, .. } => {
            let who = named(run, uid, &one.name);
            ("CrashLoopBackOff", format!("back-off {} restarting failed container={who}", go_duration(*pause)))
        }
        State::NotPulled { said: false, .. } => ("ErrImagePull", pull_error(&one.image)),
        State::NotPulled { .. } => {
            let error = pull_error(&one.image);
            ("ImagePullBackOff", format!("Back-off pulling image \"{}\": ErrImagePull: {error}", one.image))
        }
        _ if run.init_until.is_some() => ("PodInitializing", String::new()),
        _ => ("ContainerCreating", String::new()),
    }
}

/// What containerd says of an image that is not there.
pub fn pull_error(image: &str) -> String {
    let reference = if image.contains('/') { image.to_owned() } else { format!("docker.io/library/{image}") };
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{reference}\": failed to resolve reference \
         \"{reference}\": {reference}: not found"
    )
}

fn container_status(run: &PodRun, uid: &str, one: &ContainerRun, now: Timestamp) -> Value {
    let (mut state, started) = match &one.state {
        State::Running { since, .. } => (json!({"running": {"startedAt": metadata::time(*since)}}), true),
        State::Ended { exit_code, reason, started, finished } => {
            (json!({"terminated": terminated(uid, one, *exit_code, *reason, *started, *finished)}), false)
        }
        // It is started again at once: between the two it is what it was.
        State::BackOff { pause: 0, .. } => (one.last.clone().unwrap_or_else(|| json!({})), false),
        _ => {
            let (reason, message) = waiting(run, uid, one);
            let mut waiting = json!({"reason": reason});
            if !message.is_empty() {
                waiting["message"] = message.into();
            }
            (json!({"waiting": waiting}), false)
        }
    };
    if state.is_null() {
        state = json!({});
    }
    let ran = one.has_run();
    json!({
        "name": one.name,
        "image": one.image,
        "imageID": if ran { image_id(&one.image) } else { String::new() },
        "containerID": if ran { container_id(uid, &one.name, one.restarts).into() } else { Value::Null },
        "state": state,
        "lastState": one.last.clone().unwrap_or_else(|| json!({})),
        "ready": one.is_ready(now),
        "started": started,
        "restartCount": one.restarts,
    })
}

/// `repository@sha256:…`
fn image_id(image: &str) -> String {
    let slash = image.rfind('/').map_or(0, |at| at + 1);
    let colon = image[slash..].find([':', '@']).map_or(image.len(), |at| slash + at);
    format!("{}@sha256:{}", &image[..colon], digest(&[image]))
}

/// Writes the whole status.
pub fn write(pod: &mut Value, run: &PodRun, uid: &str, host_address: Option<&str>, now: Timestamp) {
    let statuses: Vec<Value> = run.containers.iter().map(|one| container_status(run, uid, one, now)).collect();
    let names = |ready: &dyn Fn(&ContainerRun) -> bool| -> Vec<&str> {
        run.containers.iter().filter(|one| !ready(one)).map(|one| one.name.as_str()).collect()
    };
    let unready = names(&|one| one.is_ready(now));
    let phase = phase(run);
    let initialized = run.init_until.is_none();
    init_statuses(pod, run, uid, now);
    if pod["status"]["startTime"].is_null() {
        pod["status"]["startTime"] = metadata::time(now).into();
    }
    let host_network = pod["spec"]["hostNetwork"] == true;
    if let Some(address) = host_address {
        pod["status"]["hostIP"] = address.into();
        pod["status"]["hostIPs"] = json!([{"ip": address}]);
        let has_address = !pod["status"]["podIP"].is_null();
        if !has_address && (host_network || run.containers.iter().any(ContainerRun::has_run) || !initialized) {
            let own = if host_network { address.to_owned() } else { pod_address(address, uid) };
            pod["status"]["podIP"] = own.clone().into();
            pod["status"]["podIPs"] = json!([{"ip": own}]);
        }
    }
    pod["status"]["phase"] = phase.into();
    let network = !pod["status"]["podIP"].is_null();
    pod["status"]["containerStatuses"] = statuses.into();
    condition::set(
        pod,
        &ObjectCondition::plain("PodReadyToStartContainers", network && phase != "Succeeded" && phase != "Failed"),
        now,
    );
    let waits = format!("containers with incomplete status: [{}]", init_names(pod).join(" "));
    let kind = "Initialized";
    let init = if initialized {
        ObjectCondition {
            reason: if phase == "Succeeded" { "PodCompleted" } else { "" },
            ..ObjectCondition::plain(kind, true)
        }
    } else {
        ObjectCondition { kind, status: "False", reason: "ContainersNotInitialized", message: &waits }
    };
    condition::set(pod, &init, now);
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    for kind in ["Ready", "ContainersReady"] {
        let wanted = match phase {
            "Succeeded" => ObjectCondition { kind, status: "False", reason: "PodCompleted", message: "" },
            "Failed" => ObjectCondition { kind, status: "False", reason: "PodFailed", message: "" },
            _ if unready.is_empty() && initialized => ObjectCondition::plain(kind, true),
            _ => ObjectCondition { kind, status: "False", reason: "ContainersNotReady", message: &message },
        };
        condition::set(pod, &wanted, now);
    }
    if condition::of(pod, "PodScheduled").is_none() {
        condition::set(pod, &ObjectCondition::plain("PodScheduled", true), now);
    }
}

fn init_names(pod: &Value) -> Vec<String> {
    let all = pod["spec"]["initContainers"].as_array().into_iter().flatten();
    all.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}

fn init_statuses(pod: &mut Value, run: &PodRun, uid: &str, now: Timestamp) {
    let init = pod["spec"]["initContainers"].as_array().cloned().unwrap_or_default();
    if init.is_empty() || (run.init_until.is_none() && pod["status"]["initContainerStatuses"][0]["ready"] == true) {
        return;
    }
    let done = run.init_until.is_none();
    let status = |container: &Value| {
        let (name, image) =
            (container["name"].as_str().unwrap_or_default(), container["image"].as_str().unwrap_or_default());
        let sidecar = container["restartPolicy"] == "Always";
        let time = metadata::time(now);
        let state = match (done, sidecar) {
            (false, _) => json!({"waiting": {"reason": "PodInitializing"}}),
            (true, true) => json!({"running": {"startedAt": time}}),
            (true, false) => {
                json!({"terminated": {"exitCode": 0, "reason": Crash::Completed.as_str(), "startedAt": time,
                "finishedAt": time, "containerID": container_id(uid, name, 0)}})
            }
        };
        json!({"name": name, "image": image, "imageID": if done { image_id(image) } else { String::new() }, "state": state,
            "lastState": {}, "ready": done, "started": done && sidecar, "restartCount": 0})
    };
    let all: Vec<Value> = init.iter().map(status).collect();
    pod["status"]["initContainerStatuses"] = all.into();
}

/// `PendingWrite`, `Running`, `Succeeded`, `Failed` (`getPhase`).
fn phase(run: &PodRun) -> &'static str {
    let ended = |one: &ContainerRun| match &one.state {
        State::Ended { exit_code, .. } => Some(*exit_code),
        _ => None,
    };
    let codes: Vec<Option<i64>> = run.containers.iter().map(ended).collect();
    if !codes.is_empty() && codes.iter().all(Option::is_some) {
        return if codes.iter().all(|code| *code == Some(0)) { "Succeeded" } else { "Failed" };
    }
    let started = |one: &ContainerRun| one.has_run();
    if run.init_until.is_none() && !run.containers.is_empty() && run.containers.iter().all(started) {
        "Running"
    } else {
        "Pending"
    }
}

/// An address of the VPC near the node's, as the VPC CNI gives it.
fn pod_address(host: &str, uid: &str) -> String {
    let parts: Vec<u64> = host.split('.').filter_map(|part| part.parse().ok()).collect();
    let [a, b, c, _] = parts.as_slice() else { return host.to_owned() };
    let number = super::chance::number(7, &[uid]);
    format!("{a}.{b}.{}.{}", (c & 0xe0) | (number & 0x1f), 4 + (number >> 8) % 250)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_images_read_as_upstream() {
        assert_eq!([go_duration(10), go_duration(160), go_duration(300)], ["10s", "2m40s", "5m0s"]);
        assert!(
            image_id("123.dkr.ecr.eu-west-1.amazonaws.com:443/shop/web:1.4")
                .starts_with("123.dkr.ecr.eu-west-1.amazonaws.com:443/shop/web@sha256:")
        );
        assert_eq!(image_id("web@sha256:0").split('@').next(), Some("web"));
    }
}
