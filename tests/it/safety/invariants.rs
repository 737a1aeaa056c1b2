//! What must hold whatever happened, judged by what reached AWS and the clusters, and by what stands in the journal.

mod clustered;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use quarterdeck::ops::call::ApiName;
use quarterdeck::ops::journal::ExecutionId;
use quarterdeck::ops::{Approval, Value};
use quarterdeck::sandbox::log::Logged;
use quarterdeck::services::rds;
use quarterdeck::slices::{Api, Body, Call, Entry, Plan};

/// What may be refused for now.
const EVICTION: &str = "create pods/eviction";

/// A step of an execution.
pub type StepOf = (ExecutionId, usize);

/// A step that was about to be sent.
struct Intent<'a> {
    execution: &'a ExecutionId,
    step: usize,
    at: Timestamp,
    plan: &'a Plan,
    call: &'a Call,
    /// The call that has arrived and can only be this one, by its place.
    taken: Option<usize>,
}

/// Which step of which execution each call was, in the calls' order.
///
/// # Errors
/// The first thing that must never be: a call that nobody approved or that is not what was approved,
/// one that came twice without having been refused before, a step that was not verified right before it, an approval
/// that does not fit its plan or was given while nothing was armed.
pub fn check(entries: &[Entry], log: &[Logged]) -> Result<Vec<StepOf>, String> {
    let mut plans: BTreeMap<&ExecutionId, &Plan> = BTreeMap::new();
    let mut verified: BTreeMap<&ExecutionId, bool> = BTreeMap::new();
    let mut intents: Vec<Intent<'_>> = Vec::new();
    // What was refused for now: only that may be sent once more.
    let mut deferred: BTreeSet<(&ExecutionId, usize)> = BTreeSet::new();
    for entry in entries {
        let known = |id: &ExecutionId| plans.get(id).copied().ok_or_else(|| format!("{id} was never approved"));
        match &entry.body {
            Body::Approved { execution, plan, approval } => {
                well_approved(entry, plan, approval, entries).map_err(|why| format!("{execution}: {why}"))?;
                if plans.insert(execution, plan).is_some() {
                    return Err(format!("{execution} was approved twice"));
                }
            }
            Body::Verified { execution, fingerprint, .. } => {
                if *fingerprint != known(execution)?.fingerprint {
                    return Err(format!("{execution} was verified as another plan"));
                }
                verified.insert(execution, true);
            }
            Body::Sending { execution, step, .. } => {
                let plan = known(execution)?;
                if !verified.insert(execution, false).unwrap_or(false) {
                    return Err(format!("{execution}: step {step} was not verified right before it was sent"));
                }
                let is_again = intents.iter().any(|known| known.execution == execution && known.step == *step);
                if is_again && !deferred.remove(&(execution, *step)) {
                    return Err(format!("{execution}: step {step} was sent twice"));
                }
                let Some(planned) = plan.steps.get(*step) else {
                    return Err(format!("{execution} has no step {step}"));
                };
                let (at, call) = (entry.at, &planned.call);
                intents.push(Intent { execution, step: *step, at, plan, call, taken: None });
            }
            Body::Deferred { execution, step, .. } => {
                deferred.insert((execution, *step));
            }
            _ => {}
        }
    }
    let mut calls = Vec::new();
    for (place, logged) in log.iter().enumerate() {
        let found = intents.iter().position(|intent| intent.taken.is_none() && intent.is(logged));
        let Some(intent) = found.and_then(|at| intents.get_mut(at)) else {
            return Err(format!("nobody approved this call, or it came twice: {logged:?}"));
        };
        intent.taken = Some(place);
        let step = (intent.execution.clone(), intent.step);
        let before = intents.iter().filter(|other| other.execution == &step.0 && other.step == step.1);
        let mut before = before.filter_map(|other| log.get(other.taken.filter(|taken| *taken < place)?));
        if let Some(first) = before.next_back().filter(|first| !may_come_again(first)) {
            return Err(format!("it came again although it was not refused for now: {first:?}, then {logged:?}"));
        }
        calls.push(step);
    }
    Ok(calls)
}

/// Whether what was answered so may be sent once more: nothing was changed, and of a cluster only an eviction that was
/// answered 429.
fn may_come_again(logged: &Logged) -> bool {
    !logged.is_done()
        && match logged.service.as_str() {
            "kubernetes" => logged.operation == EVICTION && logged.answered == Some(429),
            service => service == "rds",
        }
}

/// Whether an approval is of its plan, and was given while its environment was armed.
fn well_approved(entry: &Entry, plan: &Plan, approval: &Approval, entries: &[Entry]) -> Result<(), String> {
    if !plan.is_intact() || approval.fingerprint != plan.fingerprint {
        return Err("its fingerprint is not that of the approval".into());
    }
    if let Some(check) = plan.obstacle() {
        return Err(format!("it was approved although {} does not hold", check.name));
    }
    let environment = &entry.environment;
    if *environment != plan.target.environment {
        return Err(format!("it is recorded for {environment}"));
    }
    let is_over = |since: Timestamp| {
        entries
            .iter()
            .filter(|other| other.environment == *environment)
            .any(|other| matches!(other.body, Body::Disarmed { .. }) && other.at > since && other.at <= approval.at)
    };
    let armed = entries.iter().filter(|other| other.environment == *environment).any(|other| match &other.body {
        Body::Armed { until, .. } => other.at <= approval.at && approval.at < *until && !is_over(other.at),
        _ => false,
    });
    if approval.headless || armed { Ok(()) } else { Err(format!("{environment} was not armed at {}", approval.at)) }
}

impl Intent<'_> {
    fn is(&self, logged: &Logged) -> bool {
        self.at <= logged.at && self.plan.account == logged.account && is_same(self.call, logged)
    }
}

/// Whether what arrived is this call, with exactly its parameters.
pub fn is_same(call: &Call, logged: &Logged) -> bool {
    let (service, operation) = call.api.id().split_once(':').expect("an id is of a service");
    let service = if service == "k8s" { "kubernetes" } else { service };
    logged.service == service
        && logged.operation == operation.trim_start()
        && logged.region == call.region
        && match call.api {
            Api::Rds(_) => arrived(logged) == planned(call),
            Api::Kubernetes(api) => clustered::is_same(api, call, logged),
        }
}

/// The planned values of each parameter; of a parameter without any there is no trace.
fn planned(call: &Call) -> BTreeMap<String, Vec<String>> {
    let values = |value: &Value| match value {
        Value::Bool(flag) => vec![flag.to_string()],
        Value::Int(number) => vec![number.to_string()],
        Value::Text(text) => vec![text.clone()],
        Value::List(items) => items.clone(),
        Value::Tags(tags) => tags.iter().flat_map(|tag| [tag.key.clone(), tag.value.clone()]).collect(),
    };
    told(call.parameters.iter().map(|(name, value)| (name.to_string(), values(value))).collect())
}

/// The values that arrived, lists put together again: `Tags.Tag.1.Key` belongs to `Tags`.
fn arrived(logged: &Logged) -> BTreeMap<String, Vec<String>> {
    let mut members: Vec<(String, usize, String, String)> = Vec::new();
    for (name, value) in &logged.parameters {
        let mut parts = name.split('.');
        let base = parts.next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = parts.collect();
        let place = rest.iter().find_map(|part| part.parse().ok()).unwrap_or(0);
        let last = rest.last().copied().unwrap_or_default().to_owned();
        members.push((base, place, last, value.clone()));
    }
    members.sort();
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (base, _, _, value) in members {
        values.entry(base).or_default().push(value);
    }
    told(values)
}

/// Without what says nothing, and moments in one form.
fn told(values: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let plain = |text: String| text.parse::<Timestamp>().map_or(text, |at| at.to_string());
    let says = |values: &Vec<String>| values.iter().any(|value| !value.is_empty());
    let values = values.into_iter().filter(|(_, values)| says(values));
    values.map(|(name, values)| (name, values.into_iter().map(plain).collect())).collect()
}

#[test]
fn a_call_is_known_by_all_of_its_parameters() {
    let tags: &[(String, String)] = &[("Owner".into(), "us".into()), ("Backup".into(), "no".into())];
    let call = Call::new(Api::from(rds::Api::ModifyDbInstance), "us-east-1")
        .with("DBInstanceIdentifier", "a-db")
        .with("MultiAZ", true)
        .with("Tags", tags)
        .with("VpcSecurityGroupIds", vec!["sg-1".to_owned(), "sg-2".to_owned()]);
    let parameters = [
        ("DBInstanceIdentifier", "a-db"),
        ("MultiAZ", "true"),
        ("Tags.Tag.1.Key", "Owner"),
        ("Tags.Tag.1.Value", "us"),
        ("Tags.Tag.2.Key", "Backup"),
        ("Tags.Tag.2.Value", "no"),
        ("VpcSecurityGroupIds.VpcSecurityGroupId.1", "sg-1"),
        ("VpcSecurityGroupIds.VpcSecurityGroupId.2", "sg-2"),
    ];
    let logged = Logged {
        service: "rds".into(),
        operation: "ModifyDBInstance".into(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        account: "111122223333".into(),
        region: "us-east-1".into(),
        role: "reader".into(),
        at: Timestamp::UNIX_EPOCH,
        executed: Some(200),
        answered: Some(200),
        code: None,
    };
    assert!(is_same(&call, &logged));
    for (name, _) in parameters {
        let mut other = logged.clone();
        other.parameters.remove(name);
        assert!(!is_same(&call, &other), "without {name}");
        other.parameters.insert(name.to_owned(), "other".to_owned());
        assert!(!is_same(&call, &other), "with another {name}");
    }
    let mut more = logged.clone();
    more.parameters.insert("ApplyImmediately".into(), "true".into());
    assert!(!is_same(&call, &more));
    assert!(!is_same(&call, &Logged { region: "us-west-2".into(), ..logged.clone() }));
    assert!(!is_same(&call, &Logged { service: "eks".into(), ..logged.clone() }));
    assert!(!is_same(&call, &Logged { operation: "StopDBInstance".into(), ..logged }));
}
