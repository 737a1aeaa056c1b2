//! Rules of the cluster itself: what EKS says of it, its node groups, add-ons and insights.

use jiff::Timestamp;

use super::facts::{ClusterThing, ThingSubject};
use super::{Case, ClusterNeed, Rule, Verdict};
use crate::domain::Since;
use crate::domain::finding::{Harm, Severity};
use crate::health::words::{day, plural, span};
use crate::services::kubernetes::price::MONTH;
use crate::services::kubernetes::{EksTrouble, Support};

pub static RULES: [Rule; 6] = [
    Rule {
        id: "cluster-health",
        source: "EKS API reference, DescribeCluster: status, health.issues",
        harm: Harm::Later,
        metric: None,
        needs: &[],
        applies: is_cluster,
        check: health,
    },
    Rule {
        id: "nodegroup-health",
        source: "EKS API reference, DescribeNodegroup: status, health.issues",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Nodegroups],
        applies: is_cluster,
        check: nodegroups,
    },
    Rule {
        id: "addon-health",
        source: "EKS API reference, DescribeAddon: status, health.issues",
        harm: Harm::Later,
        metric: None,
        needs: &[ClusterNeed::Addons],
        applies: is_cluster,
        check: addons,
    },
    Rule {
        id: "cluster-version-support",
        source: "EKS user guide, Kubernetes version lifecycle; EKS pricing: $0.10 an hour, $0.60 in extended support",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[ClusterNeed::Versions],
        applies: is_cluster,
        check: support,
    },
    Rule {
        id: "upgrade-insight",
        source: "EKS API reference, ListInsights",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[ClusterNeed::Insights],
        applies: is_cluster,
        check: insights,
    },
    Rule {
        id: "control-plane-logs-off",
        source: "EKS user guide, Send control plane logs to CloudWatch Logs",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[],
        applies: is_cluster,
        check: logs_off,
    },
];

/// USD an hour that extended support costs more than standard support (EKS pricing).
const EXTRA: f64 = 0.60 - 0.10;
/// The end of support is told so many seconds before.
const AHEAD: i64 = 60 * 86_400;
/// What ends so soon, seconds, is told as urgent.
const SOON: i64 = 14 * 86_400;

fn is_cluster(subject: &ThingSubject<'_>) -> bool {
    matches!(subject.thing, ClusterThing::Cluster)
}

/// What a trouble says, and how many more there are: `NodeCreationFailure: … and 2 more`.
fn troubles(all: &[EksTrouble]) -> String {
    let Some(first) = all.first() else { return String::new() };
    let said =
        if first.message.is_empty() { first.code.to_string() } else { format!("{}: {}", first.code, first.message) };
    if all.len() == 1 { said } else { format!("{said} and {} more", all.len() - 1) }
}

fn resources(all: &[EksTrouble]) -> String {
    let ids: Vec<&str> = all.iter().flat_map(|one| &one.resources).map(AsRef::as_ref).take(4).collect();
    ids.join(" ")
}

fn health(case: &Case<'_>) -> Option<Verdict> {
    let eks = case.subject.facts.view.eks?;
    if &*eks.status == "FAILED" {
        let summary = format!("the cluster has failed {}", troubles(&eks.health));
        let advice = "Read its health issues in EKS; a cluster that failed has to be made anew or repaired by AWS.";
        return Some(
            Verdict::new(Severity::Critical, summary.trim_end(), advice)
                .evidence([resources(&eks.health)])
                .harm(Harm::Now),
        );
    }
    if eks.health.is_empty() {
        return None;
    }
    let advice = "Repair what EKS names: until then it cannot update the cluster, or not make nodes.";
    Some(
        Verdict::new(Severity::Warning, format!("EKS: {}", troubles(&eks.health)), advice)
            .evidence([resources(&eks.health)]),
    )
}

fn nodegroups(case: &Case<'_>) -> Option<Verdict> {
    let all = case.subject.facts.view.cluster.nodegroups.value()?;
    let ill = |status: &str| matches!(status, "DEGRADED" | "CREATE_FAILED" | "DELETE_FAILED");
    let wrong: Vec<_> = all.iter().filter(|group| ill(&group.status) || !group.health.is_empty()).collect();
    let first = wrong.first()?;
    let why = troubles(&first.health);
    let why = if why.is_empty() { first.status.to_string() } else { why };
    let more = wrong.iter().skip(1).map(|group| format!("{} {}", group.name, group.status));
    let summary = format!("node group {} {}: {why}", first.name, first.status.to_lowercase());
    let advice = "Repair what EKS names: the group may make or replace no nodes until then.";
    let evidence = [resources(&first.health)].into_iter().chain(more);
    Some(Verdict::new(Severity::Warning, summary, advice).evidence(evidence).of_state(first.name.to_string()))
}

fn addons(case: &Case<'_>) -> Option<Verdict> {
    let all = case.subject.facts.view.cluster.addons.value()?;
    let ill = |status: &str| status == "DEGRADED" || status.ends_with("_FAILED");
    let wrong: Vec<_> = all.iter().filter(|addon| ill(&addon.status) || !addon.health.is_empty()).collect();
    let first = wrong.first()?;
    let why = troubles(&first.health);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let more = wrong.iter().skip(1).map(|addon| format!("{} {}", addon.name, addon.status));
    let status = first.status.to_lowercase().replace('_', " ");
    let summary = format!("add-on {} {} is {status}{why}", first.name, first.version);
    let advice = "Look at its pods, its version and its role.";
    Some(Verdict::new(Severity::Warning, summary, advice).evidence(more).of_state(first.name.to_string()))
}

fn support(case: &Case<'_>) -> Option<Verdict> {
    let view = case.subject.facts.view;
    let (eks, version) = (view.eks?, view.version?);
    let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= case.now);
    let support = if past(version.extended_until) {
        Support::Ended
    } else if past(version.standard_until) {
        Support::Extended
    } else {
        version.support?
    };
    let name = &version.version;
    let is_standard = eks.upgrade_policy.as_deref() == Some("STANDARD");
    match support {
        Support::Ended => {
            let until = version.extended_until.map(|at| format!(" since {}", day(at))).unwrap_or_default();
            let summary = format!("Kubernetes {name} is out of support{until}: EKS upgrades it by itself");
            let advice = "Upgrade it now, at a time of your own choice, after looking at the upgrade insights.";
            let since = version.extended_until.map(Since::Told);
            Some(Verdict::new(Severity::Critical, summary, advice).since(since).of_state("ended"))
        }
        // Those are upgraded when standard support ends, and never charged for more (EKS user guide, "Cluster upgrade
        // policy").
        Support::Extended if is_standard => {
            let ended = version.standard_until.map(|at| format!(" {}", day(at))).unwrap_or_default();
            let summary = format!("standard support of Kubernetes {name} ended{ended}: EKS upgrades it by itself");
            let advice = "Upgrade it now, at a time of your own choice, after looking at the upgrade insights.";
            let since = version.standard_until.map(Since::Told);
            Some(Verdict::new(Severity::Critical, summary, advice).since(since).of_state("upgraded"))
        }
        Support::Extended => {
            let since = version.standard_until.map(|at| format!(" since {}", day(at))).unwrap_or_default();
            let summary = format!("Kubernetes {name} in extended support{since}: +${:.0}/mo", EXTRA * MONTH);
            let end = version.extended_until.map(|at| format!("ends {}", day(at))).unwrap_or_default();
            let is_soon = version.extended_until.is_some_and(|at| -case.seconds_since(at) < SOON as f64);
            let severity = if is_soon { Severity::Critical } else { Severity::Warning };
            let advice = "Upgrade the cluster, one minor version at a time, after looking at the upgrade insights.";
            let began = version.standard_until.map(Since::Told);
            Some(Verdict::new(severity, summary, advice).evidence([end]).since(began).of_state("extended"))
        }
        Support::Standard => {
            let until = version.standard_until?;
            let left = -case.seconds_since(until);
            if left > AHEAD as f64 {
                return None;
            }
            let then = if is_standard {
                "EKS upgrades it by itself then".to_owned()
            } else {
                format!("then +${:.0}/mo", EXTRA * MONTH)
            };
            let summary = format!("standard support of Kubernetes {name} ends in {}: {then}", span(left));
            let advice = "Plan its upgrade, after looking at the upgrade insights.";
            let verdict = Verdict::new(Severity::Warning, summary, advice).of_state("standard");
            Some(verdict.evidence([format!("ends {}", day(until))]))
        }
    }
}

fn insights(case: &Case<'_>) -> Option<Verdict> {
    let all = case.subject.facts.view.cluster.insights.value()?;
    let of = |status: &str| all.iter().filter(|insight| &*insight.status == status).collect::<Vec<_>>();
    let (errors, warnings) = (of("ERROR"), of("WARNING"));
    let first = errors.first().or(warnings.first())?;
    let severity = if errors.is_empty() { Severity::Info } else { Severity::Warning };
    let said = if first.reason.is_empty() { String::new() } else { format!(": {}", first.reason) };
    let summary = format!("insight {}{said}", first.name);
    let others = errors.len() + warnings.len() - 1;
    let others = if others == 0 { String::new() } else { format!("{} more", plural(others, "insight")) };
    let advice = "Read what EKS advises in the cluster's insights, before its next upgrade.";
    let verdict = Verdict::new(severity, summary, advice).evidence([others, first.category.to_string()]);
    Some(verdict.since(first.since.map(Since::Told)))
}

fn logs_off(case: &Case<'_>) -> Option<Verdict> {
    let eks = case.subject.facts.view.eks?;
    if eks.logs_off.is_empty() {
        return None;
    }
    let off: Vec<&str> = eks.logs_off.iter().map(AsRef::as_ref).collect();
    let summary = format!("control-plane logs off: {}", off.join(", "));
    let advice = "Switch on what a post-mortem would want: audit and authenticator at least.";
    Some(Verdict::new(Severity::Info, summary, advice))
}
