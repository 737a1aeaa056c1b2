//! What a kubelet does when a pod's turn has come.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::behaviour::Container;
use super::super::condition;
use super::super::events::Note;
use super::super::feed::later;
use super::container::{ContainerRun, State};
use super::{PodLife, RETRY, chance, status};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// How often a failing probe is said, seconds (`periodSeconds`).
const PROBE: i64 = 10;

/// How often a container that waits after a crash is said, seconds.
const SAYS: i64 = 15;

/// Something to say about a container, or about the pod when it is empty.
type Said = Vec<(String, Note)>;

impl PodLife {
    /// Does for a pod what is due.
    pub(super) fn step(&mut self, store: &mut Store, uid: &str, now: Timestamp) {
        let Some(run) = self.runs.get(uid) else { return };
        let key = run.key.clone();
        let Some(pod) = store.get(&key).cloned() else { return };
        let node_key = ObjectKey::cluster(Resource::Nodes, &run.node);
        let Some(node) = store.get(&node_key).cloned() else {
            // Its node may still register; when it is gone the garbage collector ends the pod.
            return;
        };
        if self.behaviours.is_silent(&run.node) {
            self.wake(uid, later(now, RETRY * 5));
            return;
        }
        if metadata::is_terminating(&pod) && self.stop(store, uid, &pod, now) {
            return;
        }
        if self.runs.get(uid).is_none_or(|run| run.ended) {
            return;
        }
        let has_network = condition::holds(&node, "Ready") || pod["spec"]["hostNetwork"] == true;
        let fresh = self.runs.get(uid).is_some_and(|run| run.containers.iter().all(|one| !one.has_run()));
        let mut said = Said::new();
        if has_network || !fresh {
            self.advance(uid, &pod, &mut said, now);
        } else {
            self.wake(uid, later(now, RETRY));
        }
        let address = address_of(&node);
        let Some(run) = self.runs.get_mut(uid) else { return };
        run.accepted = true;
        let written = store.update(&key, now, |pod| status::write(pod, run, uid, address.as_deref(), now));
        run.ended = written.is_ok_and(|written| super::pods::has_ended(written.object()));
        let ready = run.containers.iter().filter_map(|one| match &one.state {
            State::Running { ready: Some(ready), .. } if *ready > now => Some(*ready),
            _ => None,
        });
        let next = run.containers.iter().filter_map(ContainerRun::due).chain(ready).chain(run.init_until).min();
        let host = run.node.clone();
        if let Some(next) = next {
            self.wake(uid, next.max(later(now, 1)));
        }
        for (container, note) in said {
            let path = (!container.is_empty()).then(|| format!("spec.containers{{{container}}}"));
            self.recorder.say_from(store, &pod, &note, &host, path.as_deref(), now);
        }
    }

    /// Stops a pod that is being deleted; whether that is all there is to do.
    fn stop(&mut self, store: &mut Store, uid: &str, pod: &Value, now: Timestamp) -> bool {
        let ends = metadata::deletion_timestamp(pod);
        let Some(run) = self.runs.get(uid) else { return true };
        let (first, already) = (run.killed.is_none(), run.killed.map(|(at, _)| at));
        if run.killed.is_none_or(|(_, known)| known != ends) {
            let grace = ends.map_or(0, |ends| ends.duration_since(now).as_secs().max(0));
            let nothing_runs = !run.containers.iter().any(|one| matches!(one.state, State::Running { .. }));
            let after = if nothing_runs { 200 } else { self.stops_after(uid, run, grace) };
            let at = later(now, after);
            let at = already.map_or(at, |already| already.min(at));
            if let Some(run) = self.runs.get_mut(uid) {
                run.killed = Some((at, ends));
            }
        }
        let Some(run) = self.runs.get(uid) else { return true };
        let Some((at, _)) = run.killed else { return true };
        if at <= now {
            self.end(store, uid, now);
            return true;
        }
        if first {
            let host = run.node.clone();
            let running = run.containers.iter().filter(|one| matches!(one.state, State::Running { .. }));
            let names: Vec<String> = running.map(|one| one.name.clone()).collect();
            for name in names {
                let note = Note::normal("Killing", format!("Stopping container {name}"));
                let path = format!("spec.containers{{{name}}}");
                self.recorder.say_from(store, pod, &note, &host, Some(&path), now);
            }
        }
        if let Some(run) = self.runs.get_mut(uid)
            && let Some(before) = run.due.take()
        {
            self.order.remove(&(before, uid.to_owned()));
        }
        self.wake(uid, at);
        true
    }

    /// Brings a pod's containers on.
    fn advance(&mut self, uid: &str, pod: &Value, said: &mut Said, now: Timestamp) {
        let seed = self.seed;
        let Some(run) = self.runs.get_mut(uid) else { return };
        let init = pod["spec"]["initContainers"].as_array().map_or(0, Vec::len);
        let initialized = pod["status"]["initContainerStatuses"][0]["ready"] == true;
        if init > 0 && !initialized && run.containers.iter().all(|one| !one.has_run()) {
            let lasts = chance::between(seed, &[uid, "init"], 1_500, 4_000) * init as i64;
            let until = *run.init_until.get_or_insert_with(|| later(now, lasts));
            if until > now {
                return;
            }
            run.init_until = None;
        }
        let policy = pod["spec"]["restartPolicy"].as_str().unwrap_or("Always").to_owned();
        let pod_name = format!("{}_{}({uid})", run.key.name, run.key.namespace);
        for at in 0..run.containers.len() {
            // Images are pulled one after the other, and a container waits for those before it.
            let before = run.containers[..at].iter().any(|one| matches!(one.state, State::Pulling { .. }));
            let one = &mut run.containers[at];
            one.behaviour = self.behaviours.of_container(&run.key.namespace, &run.key.name, &one.image);
            if before && one.state == State::Creating {
                break;
            }
            let place = (run.node.clone(), one.image.clone());
            match one.state.clone() {
                State::Creating => {
                    if self.images.contains(&place) && !one.always_pulled && one.behaviour != Some(Container::NotPulled)
                    {
                        said.push(about(one, Note::normal("Pulled", present(&one.image))));
                        begin(one, seed, uid, said, now);
                    } else {
                        said.push(about(one, Note::normal("Pulling", format!("Pulling image \"{}\"", one.image))));
                        let quick = self.images.contains(&place);
                        let (least, most) = if quick { (150, 500) } else { (1_200, 6_500) };
                        let takes = chance::between(seed, &[uid, &one.image, "pull"], least, most);
                        one.state = State::Pulling { since: now, until: later(now, takes) };
                    }
                }
                State::Pulling { since, until } if until <= now => {
                    if one.behaviour == Some(Container::NotPulled) {
                        fail_pull(one, said, now);
                    } else {
                        said.push(about(one, Note::normal("Pulled", pulled(&one.image, since, now))));
                        self.images.insert(place);
                        begin(one, seed, uid, said, now);
                    }
                }
                State::NotPulled { again, .. } if again <= now => {
                    if one.behaviour == Some(Container::NotPulled) {
                        said.push(about(one, Note::normal("Pulling", format!("Pulling image \"{}\"", one.image))));
                        fail_pull(one, said, now);
                    } else {
                        one.state = State::Pulling { since: now, until: later(now, 2_000) };
                        one.says = None;
                    }
                }
                State::NotPulled { again, pause, said: false } => {
                    let back_off = format!("Back-off pulling image \"{}\"", one.image);
                    said.push(about(one, Note::normal("BackOff", back_off)));
                    said.push(about(one, Note::warning("Failed", "Error: ImagePullBackOff".to_owned())));
                    one.state = State::NotPulled { again, pause, said: true };
                    one.says = None;
                }
                State::Running { since, ends: Some(ends), .. } if ends <= now => {
                    let failed =
                        matches!(&one.behaviour, Some(Container::Crashes { exit_code, .. }) if *exit_code != 0);
                    let again = policy == "Always" || (policy == "OnFailure" && failed);
                    one.crash(uid, since, again, now);
                    if let State::BackOff { again, pause } = one.state {
                        if pause > 0 {
                            said.push(about(one, back_off(&one.name, &pod_name)));
                            one.says = Some(plus(now, SAYS)).filter(|says| *says < again);
                        } else {
                            one.state = State::BackOff { again: later(now, 900), pause };
                        }
                    }
                }
                State::BackOff { again, .. } if again <= now => {
                    one.restarts += 1;
                    said.push(about(one, Note::normal("Pulled", present(&one.image))));
                    begin(one, seed, uid, said, now);
                }
                State::BackOff { again, .. } if one.says.is_some_and(|says| says <= now) => {
                    said.push(about(one, back_off(&one.name, &pod_name)));
                    one.says = Some(plus(now, SAYS)).filter(|says| *says < again);
                }
                State::Running { ready: None, .. } if one.says.is_some_and(|says| says <= now) => {
                    if let Some(Container::NeverReady { probe }) = &one.behaviour {
                        let note = Note::warning("Unhealthy", format!("Readiness probe failed: {probe}"));
                        said.push(about(one, note));
                    }
                    one.says = Some(plus(now, PROBE));
                }
                _ => {}
            }
        }
    }
}

fn about(one: &ContainerRun, note: Note) -> (String, Note) {
    (one.name.clone(), note)
}

fn begin(one: &mut ContainerRun, seed: u64, uid: &str, said: &mut Said, now: Timestamp) {
    said.push(about(one, Note::normal("Created", format!("Created container: {}", one.name))));
    said.push(about(one, Note::normal("Started", format!("Started container {}", one.name))));
    one.start(seed, uid, now);
}

fn fail_pull(one: &mut ContainerRun, said: &mut Said, now: Timestamp) {
    let error = status::pull_error(&one.image);
    said.push(about(one, Note::warning("Failed", format!("Failed to pull image \"{}\": {error}", one.image))));
    said.push(about(one, Note::warning("Failed", "Error: ErrImagePull".to_owned())));
    one.pull_failed(now);
    one.says = Some(plus(now, 1));
}

fn back_off(container: &str, pod: &str) -> Note {
    Note::warning("BackOff", format!("Back-off restarting failed container {container} in pod {pod}"))
}

fn present(image: &str) -> String {
    format!("Container image \"{image}\" already present on machine")
}

/// `Successfully pulled image "web:1" in 2.345s (2.345s including waiting). Image size: 48213123 bytes.`
fn pulled(image: &str, since: Timestamp, now: Timestamp) -> String {
    let millis = now.duration_since(since).as_millis();
    let took = if millis < 1000 { format!("{millis}ms") } else { format!("{}.{:03}s", millis / 1000, millis % 1000) };
    let size = chance::between(3, &[image], 12_000_000, 240_000_000);
    format!("Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: {size} bytes.")
}

fn address_of(node: &Value) -> Option<String> {
    let all = node["status"]["addresses"].as_array()?;
    let own = all.iter().find(|address| address["type"] == "InternalIP")?;
    own["address"].as_str().map(str::to_owned)
}

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}
