//! The containers of a pod: what is specified of each, with what is said of how it fares.

use serde::Deserialize;

use super::super::super::interned::{Interned, own};
use super::super::common::resources;
use super::super::value::{WireList, WireMap, WireText, WireTime};
use super::{WirePodSpec, WirePodStatus};
use crate::services::kubernetes::model::{Container, ContainerState, Ended};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireContainer<'a> {
    #[serde(borrow)]
    name: WireText<'a>,
    image: WireText<'a>,
    pub(super) resources: WireContainerResources<'a>,
    /// `Always` of an init container: a sidecar, which runs beside the others.
    pub(super) restart_policy: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireContainerResources<'a> {
    #[serde(borrow)]
    pub(super) requests: WireMap<'a>,
    limits: WireMap<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireContainerStatus<'a> {
    #[serde(borrow)]
    name: WireText<'a>,
    ready: Option<bool>,
    restart_count: Option<i64>,
    state: Option<WireState<'a>>,
    last_state: Option<WireState<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireState<'a> {
    #[serde(borrow)]
    waiting: Option<WireWaiting<'a>>,
    running: Option<WireRunning>,
    terminated: Option<WireEnded<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireWaiting<'a> {
    #[serde(borrow)]
    reason: WireText<'a>,
    message: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireRunning {
    started_at: WireTime,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireEnded<'a> {
    exit_code: Option<i32>,
    signal: Option<i32>,
    #[serde(borrow)]
    reason: WireText<'a>,
    message: WireText<'a>,
    finished_at: WireTime,
}

fn ended(wire: &WireEnded<'_>, words: &mut Interned) -> Ended {
    Ended {
        exit_code: wire.exit_code.unwrap_or_default(),
        signal: wire.signal.filter(|signal| *signal != 0),
        reason: words.word(&wire.reason),
        message: own(&wire.message),
        at: wire.finished_at.0,
    }
}

fn state(wire: Option<&WireState<'_>>, words: &mut Interned) -> ContainerState {
    match wire {
        Some(WireState { running: Some(running), .. }) => ContainerState::Running { since: running.started_at.0 },
        Some(WireState { terminated: Some(over), .. }) => ContainerState::Ended(ended(over, words)),
        Some(WireState { waiting: Some(waiting), .. }) => {
            ContainerState::Waiting { reason: words.word(&waiting.reason), message: words.word(&waiting.message) }
        }
        _ => ContainerState::Unknown,
    }
}

/// Init containers first, as they run.
pub(super) fn containers(spec: &WirePodSpec<'_>, status: &WirePodStatus<'_>, words: &mut Interned) -> Vec<Container> {
    let mut all = Vec::with_capacity(spec.init_containers.len() + spec.containers.len());
    let kinds = [
        (&spec.init_containers, &status.init_container_statuses, true),
        (&spec.containers, &status.container_statuses, false),
    ];
    for (specified, said, is_init) in kinds {
        for one in specified.iter() {
            all.push(container(one, said, is_init, words));
        }
    }
    all
}

fn container(
    wire: &WireContainer<'_>,
    said: &WireList<WireContainerStatus<'_>>,
    is_init: bool,
    words: &mut Interned,
) -> Container {
    let status = said.iter().find(|status| *status.name == *wire.name);
    let last = status.and_then(|status| status.last_state.as_ref()?.terminated.as_ref());
    Container {
        name: words.word(&wire.name),
        image: words.word(&wire.image),
        is_init,
        ready: status.and_then(|status| status.ready).unwrap_or(false),
        restarts: status
            .and_then(|status| status.restart_count)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0),
        state: state(status.and_then(|status| status.state.as_ref()), words),
        last: last.map(|last| ended(last, words)),
        requests: resources(&wire.resources.requests, words),
        limits: resources(&wire.resources.limits, words),
    }
}
