//! Rules of Argo CD's applications.

use super::facts::{ClusterThing, ThingSubject};
use super::{Case, ClusterNeed, Rule, Verdict};
use crate::domain::Since;
use crate::domain::finding::{Harm, Severity};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::Application;

pub static RULES: [Rule; 2] = [
    Rule {
        id: "argocd-degraded",
        source: "Argo CD, Resource Health: Degraded, Missing",
        harm: Harm::Now,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Application)],
        applies: is_application,
        check: degraded,
    },
    Rule {
        id: "argocd-out-of-sync",
        source: "Argo CD, Application status: sync, operationState, conditions",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Objects(ObjectKind::Application)],
        applies: is_application,
        check: out_of_sync,
    },
];

fn is_application(subject: &ThingSubject<'_>) -> bool {
    matches!(subject.thing, ClusterThing::Application(_))
}

fn application<'a>(case: &Case<'a>) -> Option<&'a Application> {
    match case.subject.thing {
        ClusterThing::Application(application) => Some(application),
        _ => None,
    }
}

/// The first of what is wrong in it: `Deployment shop/api and 2 more`.
fn wrong(application: &Application) -> String {
    let names: Vec<String> =
        application.wrong.iter().map(|(kind, namespace, name)| format!("{kind} {namespace}/{name}")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}

fn degraded(case: &Case<'_>) -> Option<Verdict> {
    let application = application(case)?;
    let what = match &*application.health {
        "Degraded" => "degraded",
        "Missing" => "missing from the cluster",
        _ => return None,
    };
    let why =
        if application.health_message.is_empty() { wrong(application) } else { application.health_message.to_string() };
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let advice = "Open what is wrong in it; the last change is the first suspect.";
    let revision: String = application.revision.chars().take(8).collect();
    let revision = if revision.is_empty() { revision } else { format!("at {revision}") };
    Some(
        Verdict::new(Severity::Warning, format!("application {what}{why}"), advice)
            .evidence([wrong(application), revision]),
    )
}

fn out_of_sync(case: &Case<'_>) -> Option<Verdict> {
    let application = application(case)?;
    let failed = application.operation.as_ref().filter(|(phase, _)| matches!(&**phase, "Failed" | "Error"));
    let is_running = application.operation.as_ref().is_some_and(|(phase, _)| &**phase == "Running");
    let error = application.errors.first();
    match (&*application.sync, error) {
        ("OutOfSync", _) if is_running => None,
        ("OutOfSync", error) => {
            let said = failed.map(|(_, message)| message).or(error.map(|(_, message)| message));
            let why = said.filter(|message| !message.is_empty());
            let summary = match why {
                Some(message) => format!("out of sync, the last sync failed: {message}"),
                None if failed.is_some() => "out of sync, the last sync failed".to_owned(),
                None => "out of sync with its repository".to_owned(),
            };
            let severity = if failed.is_some() || error.is_some() { Severity::Warning } else { Severity::Info };
            let advice = "Compare it with its repository, then sync it or take back what was changed by hand.";
            let since = application.operated.filter(|_| failed.is_some()).map(Since::Told);
            Some(Verdict::new(severity, summary, advice).evidence([wrong(application)]).since(since))
        }
        // It cannot be compared: whether it is in sync is not known.
        ("Unknown", Some((kind, message))) => {
            let advice = "Look at the repository's address, credentials and manifests.";
            Some(
                Verdict::new(Severity::Warning, format!("cannot be compared: {message}"), advice)
                    .evidence([kind.to_string()]),
            )
        }
        _ => None,
    }
}
