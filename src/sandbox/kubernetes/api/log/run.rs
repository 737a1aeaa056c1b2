//! Which container is meant, and which of its runs.

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::logs::LogRun;
use super::super::super::store::metadata;
use super::super::ApiRefusal;

/// The container that is named, or the only one.
///
/// # Errors
/// 400 when there is no such container, or one of several must be named.
pub(super) fn container<'a>(pod: &'a Value, named: Option<&str>) -> Result<&'a str, ApiRefusal> {
    let name = metadata::name(pod);
    let (containers, init) = (names(pod, "containers"), names(pod, "initContainers"));
    if let Some(named) = named {
        let all = containers.iter().chain(&init).copied().chain(names(pod, "ephemeralContainers"));
        let found = all.into_iter().find(|container| *container == named);
        return found.ok_or_else(|| ApiRefusal::bad_request(&format!("container {named} is not valid for pod {name}")));
    }
    match containers.as_slice() {
        [only] => Ok(only),
        [] => Err(ApiRefusal::bad_request(&format!("a container name must be specified for pod {name}"))),
        several => {
            let mut message =
                format!("a container name must be specified for pod {name}, choose one of: [{}]", several.join(" "));
            if !init.is_empty() {
                message.push_str(&format!(" or one of the init containers: [{}]", init.join(" ")));
            }
            Err(ApiRefusal::bad_request(&message))
        }
    }
}

/// The run whose log is meant: the one that is, or else the one that was.
///
/// # Errors
/// 400 in the kubelet's words when there is none.
pub(super) fn of(pod: &Value, container: &str, previous: bool) -> Result<LogRun, ApiRefusal> {
    let name = metadata::name(pod);
    let refused =
        |what: &str| Err(ApiRefusal::bad_request(&format!("container \"{container}\" in pod \"{name}\" {what}")));
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut all = lists.into_iter().filter_map(|list| pod["status"][list].as_array()).flatten();
    let Some(status) = all.find(|status| status["name"] == container) else {
        return refused("is not available");
    };
    let restarts = status["restartCount"].as_u64().unwrap_or(0);
    let (state, last) = (&status["state"], &status["lastState"]["terminated"]);
    let run = |state: &Value, restart: u64| {
        let time = |field: &str| state[field].as_str().and_then(|time| time.parse::<Timestamp>().ok());
        LogRun {
            namespace: metadata::namespace(pod).to_owned(),
            pod: name.to_owned(),
            uid: metadata::uid(pod).to_owned(),
            container: container.to_owned(),
            restart,
            started: time("startedAt").or(metadata::creation_timestamp(pod)).unwrap_or_default(),
            ended: time("finishedAt"),
            reason: state["reason"].as_str().unwrap_or_default().to_owned(),
            exit_code: state["exitCode"].as_i64().unwrap_or(0),
        }
    };
    if previous {
        if !last.is_object() {
            let message = format!("previous terminated container \"{container}\" in pod \"{name}\" not found");
            return Err(ApiRefusal::bad_request(&message));
        }
        // A container that waits to be started again has not counted the run that is to come.
        let before = if state["waiting"].is_object() { restarts } else { restarts.saturating_sub(1) };
        return Ok(run(last, before));
    }
    if state["running"].is_object() {
        return Ok(run(&state["running"], restarts));
    }
    if state["terminated"].is_object() {
        return Ok(run(&state["terminated"], restarts));
    }
    if last.is_object() {
        return Ok(run(last, restarts));
    }
    match state["waiting"]["reason"].as_str() {
        Some("ErrImagePull") => refused("is waiting to start: image can't be pulled"),
        Some("ImagePullBackOff") => refused("is waiting to start: trying and failing to pull image"),
        Some(reason) => refused(&format!("is waiting to start: {reason}")),
        None => refused("is waiting to start - no logs yet"),
    }
}

fn names<'a>(pod: &'a Value, list: &str) -> Vec<&'a str> {
    let containers = pod["spec"][list].as_array().into_iter().flatten();
    containers.filter_map(|container| container["name"].as_str()).collect()
}
