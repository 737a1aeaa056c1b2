use std::collections::BTreeSet;

use futures_util::StreamExt;
use serde_json::json;

use super::super::request::GROUPS;
use super::super::script::{ScriptedAnswer, answering_with};
use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::logs::LogSource;

/// A right: group, resource and verb; the path and `get` where there is no resource.
type Granted = (Option<String>, String, String);

/// The right that an API server looks for (kubernetes, apiserver `RequestInfoFactory`), read of the path alone.
fn wanted(path: &str) -> Granted {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (group, rest) = match parts.as_slice() {
        ["api", _, rest @ ..] => ("", rest),
        ["apis", group, _, rest @ ..] => (*group, rest),
        _ => ("", [].as_slice()),
    };
    let right = |resource: String, verb: &str| (Some(group.to_owned()), resource, verb.to_owned());
    match rest {
        [] if parts.len() > 1 => (None, format!("/apis/{group}/*"), "get".into()),
        [] => (None, path.to_owned(), "get".into()),
        [resource] if query.contains("watch=true") => right((*resource).to_owned(), "watch"),
        [resource] => right((*resource).to_owned(), "list"),
        ["namespaces", _, resource, _, below] => right(format!("{resource}/{below}"), "get"),
        other => panic!("{other:?}"),
    }
}

/// Makes every request that can be made, and gives the rights that were wanted.
async fn all_that_is_asked() -> BTreeSet<Granted> {
    let (api, log) = answering_with(|path| {
        let groups: Vec<_> =
            GROUPS.iter().map(|name| json!({ "name": name, "versions": [{ "version": "v1beta1" }] })).collect();
        ScriptedAnswer::ok(&json!({
            "gitVersion": "v1", "groups": groups, "resources": [],
            "metadata": { "resourceVersion": "1", "continue": if path.contains("continue") { "" } else { "next" } },
            "items": [],
        }))
    });
    api.served().await.unwrap();
    api.usage().await.unwrap();
    for kind in ObjectKind::ALL {
        // The whole, and that the watch is open.
        assert_eq!(api.watch(kind).take(2).count().await, 2, "{kind:?}");
    }
    for previous in [false, true] {
        let source = LogSource { namespace: "n".into(), pod: "p".into(), container: "c".into(), previous };
        api.log(&source).take(1).count().await;
    }
    assert!(log.asks().iter().all(|ask| ask.method == http::Method::GET));
    log.paths().iter().map(|path| wanted(path)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_needed_is_what_is_asked_and_nothing_more() {
    let mut granted = BTreeSet::new();
    for RbacRule { group, resources, verbs } in needed() {
        for resource in &resources {
            for verb in &verbs {
                let is_new = granted.insert((group.map(str::to_owned), resource.clone(), (*verb).to_owned()));
                assert!(is_new, "{verb} {resource} twice");
            }
        }
    }
    assert_eq!(all_that_is_asked().await, granted);
    assert!(granted.iter().all(|(_, resource, verb)| {
        !resource.contains("secret") && matches!(verb.as_str(), "get" | "list" | "watch")
    }));
}

#[test]
fn a_role_its_binding_and_how_one_gets_it() {
    let yaml = rbac_yaml("shop", "arn:aws:iam::111122223333:role/On Call");
    assert_eq!(yaml, include_str!("reader.yaml"));
}
