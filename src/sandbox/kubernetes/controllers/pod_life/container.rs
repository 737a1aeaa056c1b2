//! One container of a pod on its way.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::behaviour::{Container, Crash};
use crate::sandbox::kubernetes::controllers::chance;
use crate::sandbox::kubernetes::store::metadata;

/// The first pause before a crashing container is started again, seconds; it doubles (`containerBackOff`).
const FIRST_BACK_OFF: i64 = 10;

/// The longest pause, seconds.
const LONGEST_BACK_OFF: i64 = 300;

/// A container that ran for so long starts from the first pause again, seconds (twice the longest).
const FORGIVEN_AFTER: i64 = 600;

/// Where a container is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Nothing was done yet: `ContainerCreating`.
    Creating,
    Pulling {
        since: Timestamp,
        until: Timestamp,
    },
    /// `ErrImagePull` at first, `ImagePullBackOff` then; the pause in seconds.
    NotPulled {
        again: Timestamp,
        pause: i64,
        said: bool,
    },
    Running {
        since: Timestamp,
        /// When its readiness probe succeeds; `None`: never.
        ready: Option<Timestamp>,
        ends: Option<Timestamp>,
    },
    BackOff {
        again: Timestamp,
        pause: i64,
    },
    /// It is not started again.
    Ended {
        exit_code: i64,
        reason: Crash,
        started: Timestamp,
        finished: Timestamp,
    },
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub struct ContainerRun {
    pub name: String,
    pub image: String,
    /// `imagePullPolicy: Always`.
    pub always_pulled: bool,
    /// Seconds from its start until its probes let it be ready; 0 without a readiness probe.
    pub probed: i64,
    pub has_probe: bool,
    pub state: State,
    pub restarts: i64,
    /// `lastState`.
    pub last: Option<Value>,
    /// The pause before the next start after a crash; 0: it is started at once.
    pub pause: i64,
    pub behaviour: Option<Container>,
    /// When the failing probe or the back-off is said next.
    pub says: Option<Timestamp>,
}

impl ContainerRun {
    /// When something happens to it.
    pub fn due(&self) -> Option<Timestamp> {
        let own = match &self.state {
            State::Creating | State::Ended { .. } => None,
            State::Pulling { until, .. } => Some(*until),
            State::NotPulled { again, .. } | State::BackOff { again, .. } => Some(*again),
            State::Running { ends, .. } => *ends,
        };
        [own, self.says].into_iter().flatten().min()
    }

    /// Whether nothing more is expected of it.
    pub fn is_settled(&self) -> bool {
        match &self.state {
            State::Running { ready, ends, .. } => ready.is_some() && ends.is_none(),
            State::Ended { .. } => true,
            _ => false,
        }
    }

    /// Whether its image was on the node.
    pub fn has_run(&self) -> bool {
        self.restarts > 0 || matches!(self.state, State::Running { .. } | State::BackOff { .. } | State::Ended { .. })
    }

    /// Whether its probe succeeds now.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        matches!(&self.state, State::Running { ready: Some(ready), .. } if *ready <= now)
    }

    /// It is stopped for good: by itself, or by SIGKILL (128 + 9) where it ignored the request.
    pub fn kill(&mut self, now: Timestamp) {
        if let State::Running { since, .. } = self.state {
            let ignores = self.behaviour == Some(Container::IgnoresTerm);
            let (exit_code, reason) = if ignores { (137, Crash::Error) } else { (0, Crash::Completed) };
            self.state = State::Ended { exit_code, reason, started: since, finished: now };
        }
    }

    /// It runs from now on.
    pub fn start(&mut self, seed: u64, uid: &str, now: Timestamp) {
        let salt = self.restarts.to_string();
        let probe = if self.has_probe {
            self.probed * 1000 + chance::between(seed, &[uid, &self.name, &salt, "probe"], 200, 2_000)
        } else {
            0
        };
        let ready = match &self.behaviour {
            Some(Container::NeverReady { .. }) => None,
            Some(Container::ReadyAfter { seconds }) => Some(plus(now, *seconds)),
            _ => now.checked_add(SignedDuration::from_millis(probe)).ok(),
        };
        let ends = match &self.behaviour {
            Some(Container::Crashes { after_seconds, .. }) => Some(plus(now, (*after_seconds).max(0))),
            _ => None,
        };
        self.says = ready.is_none().then(|| plus(now, 10));
        self.state = State::Running { since: now, ready, ends };
    }

    /// It behaves differently from `from` on; whether that changes anything now.
    pub fn take_behaviour(&mut self, behaviour: Option<Container>, from: Timestamp) -> bool {
        let was_unready = matches!(self.behaviour, Some(Container::NeverReady { .. }));
        self.behaviour = behaviour;
        let State::Running { ready, ends, .. } = &mut self.state else { return true };
        *ends = None;
        match &self.behaviour {
            Some(Container::Crashes { after_seconds, .. }) => *ends = Some(plus(from, *after_seconds)),
            Some(Container::NeverReady { .. }) => {
                *ready = None;
                self.says = Some(from);
            }
            _ if was_unready => {
                *ready = Some(from);
                self.says = None;
            }
            _ => {}
        }
        true
    }

    /// It ended by itself. Whether it is to be started again is the caller's to say.
    pub fn crash(&mut self, pod: &str, started: Timestamp, restarts: bool, now: Timestamp) {
        let (exit_code, reason) = match &self.behaviour {
            Some(Container::Crashes { exit_code, reason, .. }) => (*exit_code, *reason),
            _ => (0, Crash::Completed),
        };
        self.says = None;
        if !restarts {
            self.state = State::Ended { exit_code, reason, started, finished: now };
            return;
        }
        self.last = Some(json!({"terminated": terminated(pod, self, exit_code, reason, started, now)}));
        if now.duration_since(started).as_secs() >= FORGIVEN_AFTER {
            self.pause = 0;
        }
        self.state = State::BackOff { again: plus(now, self.pause), pause: self.pause };
        self.pause = if self.pause == 0 { FIRST_BACK_OFF } else { (self.pause * 2).min(LONGEST_BACK_OFF) };
    }

    /// Its image could not be pulled; `again` counts how often.
    pub fn pull_failed(&mut self, now: Timestamp) {
        let pause = match self.state {
            State::NotPulled { pause, .. } => (pause * 2).min(LONGEST_BACK_OFF),
            _ => FIRST_BACK_OFF,
        };
        self.state = State::NotPulled { again: plus(now, pause), pause, said: false };
    }
}

/// `terminated` of a state.
pub fn terminated(
    pod: &str,
    run: &ContainerRun,
    exit_code: i64,
    reason: Crash,
    started: Timestamp,
    finished: Timestamp,
) -> Value {
    json!({
        "containerID": container_id(pod, &run.name, run.restarts),
        "exitCode": exit_code,
        "reason": reason.as_str(),
        "startedAt": metadata::time(started),
        "finishedAt": metadata::time(finished),
    })
}

/// `containerd://` and 64 hexadecimal digits.
pub fn container_id(pod: &str, name: &str, restarts: i64) -> String {
    format!("containerd://{}", digest(&[pod, name, &restarts.to_string()]))
}

/// 64 hexadecimal digits.
pub fn digest(words: &[&str]) -> String {
    (0..4).map(|part| format!("{:016x}", chance::number(part, words))).collect()
}

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// The containers of a pod, as far along as its status says.
pub fn of_pod(pod: &Value) -> Vec<ContainerRun> {
    let statuses = pod["status"]["containerStatuses"].as_array().map_or(&[][..], Vec::as_slice);
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    containers
        .map(|container| {
            let text = |field: &str| container[field].as_str().unwrap_or_default().to_owned();
            let name = text("name");
            let status = statuses.iter().find(|status| status["name"] == name.as_str());
            let probe = |field: &str| {
                let probe = &container[field];
                (!probe.is_null()).then(|| probe["initialDelaySeconds"].as_i64().unwrap_or(0))
            };
            let probed = probe("readinessProbe").unwrap_or(0) + probe("startupProbe").unwrap_or(0);
            let mut run = ContainerRun {
                image: text("image"),
                always_pulled: container["imagePullPolicy"] == "Always",
                probed,
                has_probe: probe("readinessProbe").is_some() || probe("startupProbe").is_some(),
                state: State::Creating,
                restarts: status.and_then(|status| status["restartCount"].as_i64()).unwrap_or(0),
                last: status
                    .map(|status| status["lastState"].clone())
                    .filter(|last| last.as_object().is_some_and(|map| !map.is_empty())),
                pause: 0,
                behaviour: None,
                says: None,
                name,
            };
            if let Some(status) = status {
                run.state = state_of(pod, status);
            }
            if matches!(run.state, State::BackOff { .. }) {
                run.pause = LONGEST_BACK_OFF;
            }
            run
        })
        .collect()
}

/// The state that a status tells.
fn state_of(pod: &Value, status: &Value) -> State {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let state = &status["state"];
    if !state["running"].is_null() {
        let created = metadata::creation_timestamp(pod).unwrap_or(Timestamp::UNIX_EPOCH);
        let since = time(&state["running"]["startedAt"]).unwrap_or(created);
        return State::Running { since, ready: Some(since), ends: None };
    }
    if !state["terminated"].is_null() {
        let ended = &state["terminated"];
        let moment = time(&ended["finishedAt"]).unwrap_or(Timestamp::UNIX_EPOCH);
        let reason = match ended["reason"].as_str() {
            Some("Completed") => Crash::Completed,
            Some("OOMKilled") => Crash::OomKilled,
            _ => Crash::Error,
        };
        let exit_code = ended["exitCode"].as_i64().unwrap_or(0);
        return State::Ended {
            exit_code,
            reason,
            started: time(&ended["startedAt"]).unwrap_or(moment),
            finished: moment,
        };
    }
    match state["waiting"]["reason"].as_str() {
        Some("CrashLoopBackOff") => {
            let last = time(&status["lastState"]["terminated"]["finishedAt"]);
            let again = last.map_or(Timestamp::UNIX_EPOCH, |last| plus(last, LONGEST_BACK_OFF));
            State::BackOff { again, pause: LONGEST_BACK_OFF }
        }
        Some("ImagePullBackOff" | "ErrImagePull") => {
            State::NotPulled { again: Timestamp::UNIX_EPOCH, pause: LONGEST_BACK_OFF, said: true }
        }
        _ => State::Creating,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kubelet's documented back-off: at once, 10 s, 20 s, 40 s … 5 min; forgiven after ten minutes.
    #[test]
    fn the_pause_doubles_to_five_minutes() {
        let pod = json!({"metadata": {"uid": "u"}, "spec": {"containers": [{"name": "app", "image": "web:1"}]}});
        let mut run = of_pod(&pod).remove(0);
        run.behaviour = Some(Container::Crashes { after_seconds: 1, exit_code: 1, reason: Crash::Error });
        let mut now = Timestamp::from_second(1_000).unwrap();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            run.start(1, "u", now);
            let started = now;
            now = plus(now, 1);
            run.crash("u", started, true, now);
            let State::BackOff { again, pause } = run.state else { panic!("{:?}", run.state) };
            pauses.push(pause);
            now = again;
            run.restarts += 1;
        }
        assert_eq!(pauses, [0, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(run.last.as_ref().unwrap()["terminated"]["reason"], "Error");
        run.start(1, "u", now);
        run.crash("u", now, true, plus(now, 601));
        assert!(matches!(run.state, State::BackOff { pause: 0, .. }));
    }
}
