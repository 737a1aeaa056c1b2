//! What the scheduler counts a pod for.

use super::super::super::interned::Interned;
use super::super::common::resources;
use super::WirePodSpec;
use crate::services::kubernetes::model::Resources;

/// As kubernetes, component-helpers `resource.PodRequests`: the sum of the containers and the sidecars, or the greatest
/// init container with the sidecars that were started before it, whichever is more, resource by resource; what the pod
/// asks for as a whole takes the place of that; the overhead comes on top.
pub(super) fn of_pod(spec: &WirePodSpec<'_>, words: &mut Interned) -> Resources {
    let mut sum = Resources::default();
    for container in spec.containers.iter() {
        sum += &resources(&container.resources.requests, words);
    }
    let (mut sidecars, mut most) = (Resources::default(), Resources::default());
    for container in spec.init_containers.iter() {
        let asked = resources(&container.resources.requests, words);
        if &*container.restart_policy == "Always" {
            sum += &asked;
            sidecars += &asked;
            raise(&mut most, &sidecars);
        } else {
            let mut while_it_runs = sidecars.clone();
            while_it_runs += &asked;
            raise(&mut most, &while_it_runs);
        }
    }
    raise(&mut sum, &most);
    let whole = resources(&spec.resources.requests, words);
    if spec.resources.requests.get("cpu").is_some() {
        sum.cpu = whole.cpu;
    }
    if spec.resources.requests.get("memory").is_some() {
        sum.memory = whole.memory;
    }
    // Of the others a pod as a whole asks for huge pages alone (`IsSupportedPodLevelResource`).
    sum.others.extend(whole.others.into_iter().filter(|(name, _)| name.starts_with("hugepages-")));
    sum += &resources(&spec.overhead, words);
    sum.pods = 1;
    sum
}

/// The greater of both, resource by resource.
fn raise(most: &mut Resources, other: &Resources) {
    most.cpu = most.cpu.max(other.cpu);
    most.memory = most.memory.max(other.memory);
    for (name, amount) in &other.others {
        let kept = most.others.entry(name.clone()).or_default();
        *kept = (*kept).max(*amount);
    }
}
