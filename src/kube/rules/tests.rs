use std::collections::BTreeSet;

use futures_util::StreamExt;
use http::Method;
use serde_json::json;

use super::super::request::{ChangeHow, GROUPS, of_call};
use super::super::script::{ScriptedAnswer, ScriptedLog, answering_with};
use super::super::{ClusterApi, write};
use super::*;
use crate::services::kubernetes::change::follow::Followed;
use crate::services::kubernetes::change::{Call, Follow, ObjectName, Permission};
use crate::services::kubernetes::logs::LogSource;
use crate::services::kubernetes::{ObjectKind, Served};

/// A right: group, resource and verb; the path and `get` where there is no resource.
type Granted = (Option<String>, String, String);

/// The right that an API server looks for (kubernetes, apiserver `RequestInfoFactory`), read of method and path alone.
fn wanted(method: &Method, path: &str) -> Granted {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (group, rest) = match parts.as_slice() {
        ["api", _, rest @ ..] => ("", rest),
        ["apis", group, _, rest @ ..] => (*group, rest),
        _ => ("", [].as_slice()),
    };
    // `nodes/NAME` is of no namespace.
    let rest = match rest {
        ["namespaces", _, resource, rest @ ..] => [&[*resource], rest].concat(),
        rest => rest.to_vec(),
    };
    let verb = match *method {
        Method::POST => "create",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ if query.contains("watch=true") => "watch",
        _ if rest.len() == 1 => "list",
        _ => "get",
    };
    let right = |resource: String| (Some(group.to_owned()), resource, verb.to_owned());
    match rest.as_slice() {
        [] if parts.len() > 1 => (None, format!("/apis/{group}/*"), "get".into()),
        [] => (None, path.to_owned(), "get".into()),
        [resource] | [resource, _] => right((*resource).to_owned()),
        [resource, _, below] => right(format!("{resource}/{below}")),
        other => panic!("{other:?}"),
    }
}

/// A server that has one object of each list, which leads to all others, and takes whatever is sent.
fn server() -> (ClusterApi, ScriptedLog) {
    answering_with(|path| {
        let groups: Vec<_> =
            GROUPS.iter().map(|name| json!({ "name": name, "versions": [{ "version": "v1beta1" }] })).collect();
        ScriptedAnswer::ok(&json!({
            "gitVersion": "v1", "groups": groups, "resources": [], "kind": "PodList",
            "metadata": { "resourceVersion": "1", "continue": if path.contains("continue") { "" } else { "next" } },
            "items": [{
                "metadata": { "name": "x", "uid": "u", "labels": { "karpenter.sh/nodepool": "general" } },
                "spec": {
                    "selector": { "matchLabels": { "app": "x" } },
                    "scaleTargetRef": { "kind": "Deployment", "name": "x" },
                },
                "status": { "nodeName": "x" },
            }],
            "status": { "allowed": true },
        }))
    })
}

fn rights_of(log: &ScriptedLog) -> BTreeSet<Granted> {
    log.asks().iter().map(|ask| wanted(&ask.method, &ask.path)).collect()
}

/// Makes every request that the screens can make.
async fn shown(api: &ClusterApi) {
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
}

const NAMES: [&str; 8] = [
    "shop/node/x",
    "shop/nodeclaim/x",
    "shop/nodepool/x",
    "shop/nodegroup/x",
    "shop/deployment/n/x",
    "shop/statefulset/n/x",
    "shop/daemonset/n/x",
    "shop/hpa/n/x",
];

/// Reads all that plans stand on, and looks at all that can be followed.
async fn observed(api: &ClusterApi) {
    let kinds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh"].map(|kind| (kind.into(), vec!["v1".into()]));
    let applications = [("applications.argoproj.io".into(), vec!["v1alpha1".into()])];
    let served = Served { version: "".into(), kinds: kinds.into_iter().chain(applications).collect(), metrics: false };
    for name in NAMES {
        api.read_for(&ObjectName::parse(name).unwrap(), &served).await.unwrap();
    }
    let of = |id: &str| Followed { region: "r".into(), id: id.into(), uid: "u".into() };
    for id in NAMES.iter().filter(|id| !id.contains("nodegroup")) {
        api.look(&Follow::Shows { of: of(id), values: Vec::new() }).await.unwrap();
    }
    for follow in [
        Follow::PodGone { of: of("shop/pod/n/x"), node: "x".into(), approved: Vec::new() },
        Follow::ClaimGone { of: of("shop/nodeclaim/x"), node: Some("x".into()) },
        Follow::RolledOut { of: of("shop/daemonset/n/x"), restarted: "now".into() },
        Follow::Scaled { of: of("shop/deployment/n/x"), replicas: 1 },
        Follow::NodegroupUpdated { of: of("shop/nodegroup/x"), minimum: Some(0), maximum: Some(1), desired: Some(1) },
    ] {
        api.look(&follow).await.unwrap();
    }
}

/// Sends every call that there is, and asks whether it may be.
async fn changed(api: &ClusterApi) {
    let patch = r#"[{"op":"test","path":"/metadata/uid","value":"u"}]"#;
    for call in Api::ALL {
        let Some((how, kind)) = of_call(call) else { continue };
        let is_namespaced = !matches!(kind, ObjectKind::Node | ObjectKind::NodeClaim | ObjectKind::NodePool);
        let (key, value) = if how == ChangeHow::Patch { ("patch", patch) } else { ("uid", "u") };
        let call = Call::new(call, "r").with("cluster", "shop").with("name", "x").with(key, value);
        write::send(&api.line, &if is_namespaced { call.with("namespace", "n") } else { call }).await.unwrap();
    }
    let rights: Vec<KubeRight> = Api::ALL.into_iter().filter_map(Api::right).collect();
    assert!(api.permissions(Some("n"), &rights).await.iter().all(|(_, said)| *said == Ok(Permission::Allowed)));
}

/// The rights that a role gives.
fn granted(role: RbacRole) -> BTreeSet<Granted> {
    let mut granted = BTreeSet::new();
    for RbacRule { group, resources, verbs } in needed(role) {
        for resource in &resources {
            for verb in &verbs {
                let is_new = granted.insert((group.map(str::to_owned), resource.clone(), (*verb).to_owned()));
                assert!(is_new, "{verb} {resource} twice");
            }
        }
    }
    granted
}

#[tokio::test(start_paused = true)]
async fn what_is_needed_is_what_is_asked_and_nothing_more() {
    let (api, log) = server();
    shown(&api).await;
    assert!(log.asks().iter().all(|ask| ask.method == Method::GET));
    let granted = granted(RbacRole::Reader);
    assert_eq!(rights_of(&log), granted);
    assert!(granted.iter().all(|(_, resource, verb)| {
        !resource.contains("secret") && matches!(verb.as_str(), "get" | "list" | "watch")
    }));
}

#[tokio::test]
async fn what_a_plan_stands_on_is_read_with_the_rights_of_a_reader() {
    let (api, log) = server();
    observed(&api).await;
    let beyond: Vec<_> = rights_of(&log).difference(&granted(RbacRole::Reader)).cloned().collect();
    assert_eq!(beyond, []);
}

#[tokio::test]
async fn an_operator_may_send_every_call_and_no_other() {
    let (api, log) = server();
    changed(&api).await;
    let reader = granted(RbacRole::Reader);
    let more: BTreeSet<Granted> = granted(RbacRole::Operator).difference(&reader).cloned().collect();
    assert_eq!(rights_of(&log), more);
    assert!(granted(RbacRole::Operator).is_superset(&reader));
}

#[test]
fn a_role_its_binding_and_how_one_gets_it() {
    let arn = "arn:aws:iam::111122223333:role/On Call";
    assert_eq!(rbac_yaml(RbacRole::Reader, "shop", arn), include_str!("reader.yaml"));
    assert_eq!(rbac_yaml(RbacRole::Operator, "shop", arn), include_str!("operator.yaml"));
}
