use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

fn now() -> Timestamp {
    "2026-11-22T03:00:00.75Z".parse().unwrap()
}

fn claim(store: &mut Store, name: &str, finalizers: &[&str]) -> ObjectKey {
    let object = json!({"metadata": {"name": name, "finalizers": finalizers}, "spec": {"a": 1}});
    let made = store.create(Resource::NodeClaims, "ignored", object, now()).unwrap();
    ObjectKey::of(Resource::NodeClaims, &made)
}

#[test]
fn an_object_gets_what_the_server_gives() {
    let mut store = Store::new(7);
    let key = claim(&mut store, "a", &[]);
    let made = store.get(&key).unwrap();
    assert_eq!((&made["apiVersion"], &made["kind"]), (&json!("karpenter.sh/v1"), &json!("NodeClaim")));
    let metadata = &made["metadata"];
    assert_eq!((&metadata["creationTimestamp"], &metadata["generation"]), (&json!("2026-11-22T03:00:00Z"), &json!(1)));
    assert_eq!((&metadata["resourceVersion"], &metadata["namespace"]), (&json!("2"), &Value::Null));
    assert_eq!(
        store.create(Resource::NodeClaims, "", json!({"metadata": {"name": "a"}}), now()).unwrap_err().cause,
        StoreCause::AlreadyExists
    );
    assert_eq!(store.create(Resource::NodeClaims, "", json!({}), now()).unwrap_err().cause, StoreCause::Nameless);
}

#[test]
fn the_same_calls_make_the_same_world() {
    let make = |seed| {
        let mut store = Store::new(seed);
        let object = || json!({"metadata": {"generateName": "web-7d9f-"}});
        let names = (0..200).map(|_| {
            let made = store.create(Resource::Pods, "shop", object(), now()).unwrap();
            (metadata::name(&made).to_owned(), metadata::uid(&made).to_owned())
        });
        names.collect::<BTreeMap<_, _>>()
    };
    let (one, other) = (make(1), make(1));
    assert_eq!(one, other);
    assert_eq!(one.len(), 200);
    assert_ne!(one, make(2));
    let mut uids: Vec<&String> = one.values().collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 200);
    assert!(one.keys().all(|name| name.len() == "web-7d9f-".len() + 5));
}

#[test]
fn what_changes_nothing_is_no_event() {
    let mut store = Store::new(1);
    let key = claim(&mut store, "a", &[]);
    let revision = store.revision();
    let written = store.update(&key, now(), |object| object["metadata"]["uid"] = json!("forged")).unwrap();
    assert!(matches!(written, Written::Unchanged(_)));
    assert_eq!((store.revision(), store.since(Resource::NodeClaims, revision).unwrap().count()), (revision, 0));
    let written = store.update(&key, now(), |object| object["status"] = json!({"b": 1})).unwrap();
    assert_eq!(written.object()["metadata"]["generation"], 1);
    let written = store.update(&key, now(), |object| object["spec"]["a"] = json!(2)).unwrap();
    assert_eq!(written.object()["metadata"]["generation"], 2);
    let events: Vec<_> = store.since(Resource::NodeClaims, revision).unwrap().collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].before, events[0].after);
}

#[test]
fn the_last_finalizer_ends_it() {
    let mut store = Store::new(1);
    let key = claim(&mut store, "a", &["x", "y"]);
    let written = store.delete(&key, now(), &DeleteOptions::default()).unwrap();
    assert!(!written.is_gone() && metadata::is_terminating(written.object()));
    // A second request changes nothing.
    assert!(matches!(store.delete(&key, now(), &DeleteOptions::default()).unwrap(), Written::Unchanged(_)));
    let written = store.update(&key, now(), |object| object["metadata"]["finalizers"] = json!(["y"])).unwrap();
    assert!(!written.is_gone());
    let written = store.update(&key, now(), |object| object["metadata"]["finalizers"] = json!([])).unwrap();
    assert!(written.is_gone() && store.get(&key).is_none());
    let last = store.since(Resource::NodeClaims, 0).unwrap().last().unwrap();
    assert!(last.before.is_some() && last.after.is_none());
    assert_eq!(last.revision.to_string(), metadata::resource_version(written.object()));
}

#[test]
fn a_pod_ends_after_its_grace_and_sooner_when_asked_again() {
    let mut store = Store::new(1);
    let object = json!({"metadata": {"name": "p"}, "spec": {"nodeName": "n", "terminationGracePeriodSeconds": 60}});
    let key = ObjectKey::of(Resource::Pods, &store.create(Resource::Pods, "shop", object, now()).unwrap());
    let ends = |written: &Written| metadata::deletion_timestamp(written.object()).unwrap().to_string();
    let grace = |seconds| DeleteOptions { grace_seconds: Some(seconds), ..DeleteOptions::default() };
    assert_eq!(ends(&store.delete(&key, now(), &DeleteOptions::default()).unwrap()), "2026-11-22T03:01:00Z");
    assert_eq!(ends(&store.delete(&key, now(), &grace(90)).unwrap()), "2026-11-22T03:01:00Z");
    assert_eq!(ends(&store.delete(&key, now(), &grace(5)).unwrap()), "2026-11-22T03:00:05Z");
    assert!(store.delete(&key, now(), &DeleteOptions::now()).unwrap().is_gone());
    // One that no kubelet runs goes at once.
    let object = json!({"metadata": {"name": "q"}, "spec": {}});
    let key = ObjectKey::of(Resource::Pods, &store.create(Resource::Pods, "shop", object, now()).unwrap());
    assert!(store.delete(&key, now(), &DeleteOptions::default()).unwrap().is_gone());
}

#[test]
fn preconditions_are_minded() {
    let mut store = Store::new(1);
    let key = claim(&mut store, "a", &[]);
    let by = |uid: Option<&str>, version: Option<&str>| DeleteOptions {
        uid: uid.map(str::to_owned),
        resource_version: version.map(str::to_owned),
        ..DeleteOptions::default()
    };
    assert_eq!(store.delete(&key, now(), &by(Some("x"), None)).unwrap_err().cause, StoreCause::OtherUid);
    assert_eq!(store.delete(&key, now(), &by(None, Some("1"))).unwrap_err().cause, StoreCause::Conflict);
    assert!(store.delete(&key, now(), &by(None, Some("2"))).unwrap().is_gone());
    assert_eq!(store.delete(&key, now(), &by(None, None)).unwrap_err().cause, StoreCause::NotFound);
}

#[test]
fn the_history_is_bounded_and_says_when_it_is_too_short() {
    let mut store = Store::with_history(1, 3);
    let key = claim(&mut store, "a", &[]);
    let first = store.revision();
    for number in 0..3 {
        store.update(&key, now(), |object| object["status"] = json!(number)).unwrap();
    }
    assert_eq!(store.since(Resource::NodeClaims, first).unwrap().count(), 3);
    store.update(&key, now(), |object| object["status"] = json!("more")).unwrap();
    let expired = store.since(Resource::NodeClaims, first).map(Iterator::count).unwrap_err();
    assert_eq!(expired, Expired { revision: first, oldest: first + 1 });
    // Others' histories are their own.
    assert_eq!(store.since(Resource::Pods, first).unwrap().count(), 0);
    store.compact();
    assert!(store.since(Resource::Pods, first).is_err());
    assert_eq!(store.since(Resource::Pods, store.revision()).unwrap().count(), 0);
}

#[test]
fn pods_are_found_by_node_and_objects_by_owner() {
    let mut store = Store::new(1);
    let owner = json!({"metadata": {"name": "rs"}});
    let owner = store.create(Resource::ReplicaSets, "shop", owner, now()).unwrap();
    let object = json!({"metadata": {"name": "p", "ownerReferences": [metadata::owner_reference(&owner)]}, "spec": {}});
    let key = ObjectKey::of(Resource::Pods, &store.create(Resource::Pods, "shop", object, now()).unwrap());
    assert_eq!(store.owned_by(metadata::uid(&owner)).count(), 1);
    assert_eq!(store.pods_on("n").count(), 0);
    store.update(&key, now(), |pod| pod["spec"]["nodeName"] = json!("n")).unwrap();
    assert_eq!(store.pods_on("n").map(|(key, _)| key).collect::<Vec<_>>(), [&key]);
    store.delete(&key, now(), &DeleteOptions::now()).unwrap();
    assert_eq!((store.pods_on("n").count(), store.owned_by(metadata::uid(&owner)).count()), (0, 0));
}

#[test]
fn a_store_in_anothers_place_knows_none_of_its_revisions() {
    let mut store = Store::new(1);
    claim(&mut store, "a", &[]);
    let other = store.revision() + 7;
    store.go_on_after(1_000);
    assert!(store.since(Resource::NodeClaims, other).is_err());
    assert_eq!((store.revision(), store.since(Resource::NodeClaims, 1_000).unwrap().count()), (1_000, 0));
    store.go_on_after(10);
    assert_eq!(store.revision(), 1_000);
}
