//! Leases of nodes: a kubelet renews its own every ten seconds. What is stored names no time for as long as it does, so
//! that nothing ticks; the time is computed when the lease is read. One with a time was renewed then for the last time.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use super::super::controllers::chance;
use super::super::controllers::node_life::LEASES;
use super::super::resources::Served;
use super::super::store::metadata;

/// How often a kubelet renews (a quarter of `nodeLeaseDurationSeconds`), microseconds.
const EACH: i64 = 10_000_000;

/// An object as it is now; anything but the lease of a node that lives is as it is stored.
pub(super) fn renewed<'a>(served: &Served, object: &'a Value, now: Timestamp) -> Cow<'a, Value> {
    let spec = &object["spec"];
    let is_lease = served.kind == "Lease" && metadata::namespace(object) == LEASES;
    if !is_lease || !spec["renewTime"].is_null() || spec["holderIdentity"].is_null() {
        return Cow::Borrowed(object);
    }
    let offset = chance::between(0, &["lease", metadata::name(object)], 0, EACH - 1);
    let last = now.as_microsecond() - (now.as_microsecond() - offset).rem_euclid(EACH);
    let created = metadata::creation_timestamp(object).map_or(last, Timestamp::as_microsecond);
    let mut object = object.clone();
    if let Ok(at) = Timestamp::from_microsecond(last.max(created)) {
        object["spec"]["renewTime"] = format!("{at:.6}").into();
    }
    Cow::Owned(object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::resources::Resource;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_lease_is_renewed_every_ten_seconds_for_as_long_as_its_holder_lives() {
        let lease = |namespace: &str, spec: Value| {
            let metadata = json!({"name": "n1", "namespace": namespace, "creationTimestamp": "2026-11-22T02:00:00Z"});
            json!({"metadata": metadata, "spec": spec})
        };
        let served = Resource::Leases.served();
        let lives = lease("kube-node-lease", json!({"holderIdentity": "n1"}));
        let times: Vec<Timestamp> = (0..40)
            .map(|second| {
                let now = at("2026-11-22T03:00:00Z") + jiff::SignedDuration::from_secs(second);
                let text = renewed(served, &lives, now)["spec"]["renewTime"].as_str().unwrap().to_owned();
                assert_eq!(text.len(), "2026-11-22T03:00:00.000000Z".len(), "{text}");
                let renewed = at(&text);
                assert!(renewed <= now && now.duration_since(renewed).as_secs() < 10, "{now} {text}");
                renewed
            })
            .collect();
        let changes = times.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes == 4 || changes == 3, "{times:?}");
        // It cannot have been renewed before it was there.
        let young = renewed(served, &lives, at("2026-11-22T02:00:00Z"));
        assert_eq!(young["spec"]["renewTime"], "2026-11-22T02:00:00.000000Z");
        for other in [
            lease("kube-node-lease", json!({"holderIdentity": "n1", "renewTime": "2026-11-22T02:10:00.000000Z"})),
            lease("kube-node-lease", json!({})),
            lease("kube-system", json!({"holderIdentity": "n1"})),
        ] {
            assert_eq!(*renewed(served, &other, at("2026-11-22T03:00:00Z")), other);
        }
        assert_eq!(*renewed(Resource::Pods.served(), &lives, at("2026-11-22T03:00:00Z")), lives);
    }
}
