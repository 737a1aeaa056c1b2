//! What a call asks for, taken from its parameters: each known, each there, each once.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::answer::fault;
use super::super::request::{ApiChange, ChangeHow, of_call};
use crate::domain::FaultKind;
use crate::ops::call::Value;
use crate::ops::sent::SendFault;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::api::{eviction, parameter};
use crate::services::kubernetes::change::{Api, Call};

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangeAsked {
    pub(super) change: ApiChange,
    /// The UID that the object must have; empty for a patch, which tests it itself.
    pub(super) uid: String,
}

/// What a call asks of this cluster.
pub(super) fn asked(call: &Call, cluster: &str) -> Result<ChangeAsked, SendFault> {
    let api = call.api;
    let refused = |message: &str| refused(api, message);
    let (how, kind) = of_call(api).ok_or_else(|| refused("it is no call to an API server"))?;
    let mut given = Given::of(call)?;
    // A connection leads to one cluster; a call that is for another one must not arrive there.
    let meant = given.take(parameter::CLUSTER)?;
    if meant != cluster {
        return Err(refused(&format!("it is for the cluster {meant}, and this is {cluster}")));
    }
    let namespace = if is_namespaced(kind) { given.take(parameter::NAMESPACE)? } else { String::new() };
    let name = given.take(parameter::NAME)?;
    let (uid, body) = match how {
        ChangeHow::Patch => {
            let patch = given.take(parameter::PATCH)?;
            if !tests_uid(&patch) {
                return Err(refused("the patch does not begin with a test of the object's UID"));
            }
            (String::new(), patch)
        }
        ChangeHow::Evict => {
            let uid = given.take(parameter::UID)?;
            let body = eviction(&namespace, &name, &uid);
            (uid, body)
        }
        ChangeHow::Delete => {
            let uid = given.take(parameter::UID)?;
            let body = json!({ "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": { "uid": uid } });
            (uid, body.to_string())
        }
    };
    given.is_all_taken()?;
    Ok(ChangeAsked { change: ApiChange { how, kind, namespace, name, body }, uid })
}

fn is_namespaced(kind: ObjectKind) -> bool {
    !matches!(kind, ObjectKind::Node | ObjectKind::NodeClaim | ObjectKind::NodePool)
}

/// Whether a JSON patch is refused by the API server where the object is another one (RFC 6902, `test`).
fn tests_uid(patch: &str) -> bool {
    let Ok(Json::Array(steps)) = serde_json::from_str::<Json>(patch) else { return false };
    steps.first().is_some_and(|first| {
        first["op"] == "test"
            && first["path"] == "/metadata/uid"
            && first["value"].as_str().is_some_and(|uid| !uid.is_empty())
    })
}

/// The parameters of a call that are still to be taken.
struct Given<'a> {
    api: Api,
    left: BTreeMap<&'a str, &'a str>,
}

impl<'a> Given<'a> {
    fn of(call: &'a Call) -> Result<Self, SendFault> {
        let mut left = BTreeMap::new();
        for (name, value) in &call.parameters {
            let Value::Text(text) = value else {
                return Err(refused(call.api, &format!("the parameter {name} is not a text")));
            };
            if left.insert(&**name, text.as_str()).is_some() {
                return Err(refused(call.api, &format!("the parameter {name} is given twice")));
            }
        }
        Ok(Self { api: call.api, left })
    }

    /// A parameter that must be there, and say something.
    fn take(&mut self, name: &str) -> Result<String, SendFault> {
        match self.left.remove(name) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(refused(self.api, &format!("the parameter {name} is missing"))),
        }
    }

    fn is_all_taken(&self) -> Result<(), SendFault> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(refused(self.api, &format!("this version cannot send the parameter {name}"))),
        }
    }
}

/// The call was not even made: the plan asks for what this version cannot send.
fn refused(api: Api, message: &str) -> SendFault {
    SendFault::NotSent(fault(api.id().to_owned(), FaultKind::Other { code: String::new() }, message))
}
