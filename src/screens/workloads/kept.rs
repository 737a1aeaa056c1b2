//! The workloads: how whole each is, what scales it, what protects it, where it runs, what it asks for and uses.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::block::WorkloadBlock;
use super::order::WorkloadOrder;
use crate::screens::cluster_object::page::{PageBody, PageItem, cell};
use crate::screens::cluster_object::{ThingKey, asked_by, cpu, is_held_back, memory, metric_words, used_by, zones_of};
use crate::services::kubernetes::model::{Autoscaler, Pod, Workload, WorkloadKind};
use crate::services::kubernetes::{ClusterView, Used};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::prose::Line;
use crate::ui::table::{Align, Column, Width};

/// How grave it is: the least is the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadGrade {
    Down,
    Hurt,
    Noted,
    Whole,
    /// Nothing of it is wanted.
    Off,
}

/// A workload with all that its row says.
pub struct KeptRow<'a> {
    pub workload: &'a Workload,
    pub grade: WorkloadGrade,
    /// What is wrong with it, in words; empty where nothing is.
    pub trouble: String,
    scaler: Option<&'a Autoscaler>,
    /// How many evictions its budgets allow; none where it is under none.
    allowed: Option<i64>,
    zones: Vec<&'a str>,
    cpu: i64,
    memory: i64,
    used: Option<Used>,
}

impl<'a> KeptRow<'a> {
    /// The row of a workload.
    #[must_use]
    pub fn of(view: &ClusterView<'a>, workload: &'a Workload) -> Self {
        let pods: Vec<&Pod> = view.pods_of(workload.kind.name(), &workload.namespace, &workload.name).collect();
        let scaler = view.autoscaler_of(workload);
        let allowed = pods.first().and_then(|pod| {
            let all = view.budgets_of(pod).filter(|budget| budget.expected > 0);
            all.map(|budget| budget.allowed).min()
        });
        let zones: Vec<&str> = zones_of(view, &pods).into_keys().collect();
        let asked = asked_by(&pods);
        let (grade, trouble) = judged(workload, scaler, allowed, &zones);
        let used = used_by(view, &pods);
        Self { workload, grade, trouble, scaler, allowed, zones, cpu: asked.cpu, memory: asked.memory, used }
    }

    /// The order of two rows; names decide between what is equal.
    #[must_use]
    pub fn order(&self, other: &Self, order: WorkloadOrder) -> Ordering {
        let name = |row: &Self| (row.workload.namespace.clone(), row.workload.name.clone(), row.workload.kind);
        let first = match order {
            WorkloadOrder::Worst => self.grade.cmp(&other.grade),
            WorkloadOrder::Name => Ordering::Equal,
            WorkloadOrder::Cpu => other.cpu.cmp(&self.cpu),
            WorkloadOrder::Memory => other.memory.cmp(&self.memory),
            WorkloadOrder::Age => other.workload.created.cmp(&self.workload.created),
        };
        first.then_with(|| name(self).cmp(&name(other)))
    }

    /// Its lines.
    #[must_use]
    pub fn block(&self, table: usize, now: Timestamp) -> WorkloadBlock {
        let workload = self.workload;
        let (mark, role) = match self.grade {
            WorkloadGrade::Down => ("✖", Role::Critical),
            WorkloadGrade::Hurt => ("▲", Role::Warning),
            WorkloadGrade::Noted => ("·", Role::Text),
            WorkloadGrade::Whole => ("●", Role::Dim),
            WorkloadGrade::Off => ("○", Role::Faint),
        };
        let calm = if self.grade <= WorkloadGrade::Noted { Role::Text } else { Role::Dim };
        let kind = match workload.kind {
            WorkloadKind::Deployment => "deploy",
            WorkloadKind::StatefulSet => "sts",
            WorkloadKind::DaemonSet => "ds",
        };
        let ready_role =
            if self.grade <= WorkloadGrade::Hurt && workload.ready < workload.wanted { role } else { calm };
        let updated = match workload.updated {
            all if all == workload.wanted => cell("–", Role::Faint),
            some => cell(some.to_string(), Role::Text),
        };
        let age = workload.created.map_or_else(|| "?".into(), |at| format::coarse_age(format::since(now, at)));
        let trouble_role = if self.grade <= WorkloadGrade::Hurt { role } else { Role::Dim };
        let cells = vec![
            cell(mark, role),
            vec![(format!("{}/", workload.namespace), Role::Dim), (workload.name.to_string(), calm)],
            cell(kind, Role::Dim),
            vec![(workload.ready.to_string(), ready_role), (format!("/{}", workload.wanted), Role::Dim)],
            updated,
            cell(self.trouble.clone(), trouble_role),
            self.scaler.map_or_else(|| cell("–", Role::Faint), scaler),
            match self.allowed {
                None => cell("–", Role::Faint),
                Some(0) => cell("none", Role::Warning),
                Some(many) => cell(many.to_string(), Role::Dim),
            },
            cell(
                short_zones(&self.zones),
                if self.zones.len() == 1 && workload.wanted > 1 { Role::Warning } else { Role::Dim },
            ),
            pair(self.used.map(|used| cpu(used.cpu)), self.cpu, cpu),
            pair(self.used.map(|used| memory(used.memory)), self.memory, memory),
            cell(age, Role::Dim),
        ];
        let item = PageItem::of(PageBody::Row(table, cells)).to(Some(ThingKey::workload(workload)));
        let item = item.wrong(self.grade <= WorkloadGrade::Hurt);
        let images = workload.images.join(" ");
        WorkloadBlock::new(
            vec![item],
            &[&workload.namespace, &workload.name, workload.kind.name(), &images, &self.trouble],
        )
    }
}

/// What is wrong with a workload, and how grave.
fn judged(
    workload: &Workload,
    scaler: Option<&Autoscaler>,
    allowed: Option<i64>,
    zones: &[&str],
) -> (WorkloadGrade, String) {
    let (ready, wanted) = (workload.ready, workload.wanted);
    let mut said: Vec<String> = Vec::new();
    let mut grade = if wanted == 0 { WorkloadGrade::Off } else { WorkloadGrade::Whole };
    let mut say = |of: WorkloadGrade, words: String| {
        grade = grade.min(of);
        said.push(words);
    };
    if workload.deleting.is_some() {
        say(WorkloadGrade::Noted, "going".into());
    }
    if wanted > 0 && ready == 0 {
        say(WorkloadGrade::Down, "none ready".into());
    } else if ready < wanted {
        say(WorkloadGrade::Hurt, format!("{} not ready", wanted - ready));
    }
    // Deployments alone say so (Kubernetes, "Failed Deployment").
    let progress = workload.conditions.get("Progressing").filter(|_| workload.conditions.is_false("Progressing"));
    if progress.is_some_and(|condition| &*condition.reason == "ProgressDeadlineExceeded") {
        say(WorkloadGrade::Hurt, "rollout stuck".into());
    }
    if workload.conditions.is_true("ReplicaFailure") {
        say(WorkloadGrade::Hurt, "pods cannot be made".into());
    }
    if let Some(scaler) = scaler {
        if is_held_back(scaler) {
            say(WorkloadGrade::Hurt, "at maximum, wants more".into());
        } else if scaler.conditions.is_false("ScalingActive") && wanted > 0 {
            say(WorkloadGrade::Hurt, "autoscaler is blind".into());
        } else if scaler.desired >= scaler.maximum && scaler.maximum > scaler.minimum {
            say(WorkloadGrade::Noted, "at maximum".into());
        }
    }
    if workload.paused {
        say(WorkloadGrade::Noted, "paused".into());
    }
    if allowed == Some(0) && ready >= wanted {
        say(WorkloadGrade::Noted, "PDB allows none".into());
    }
    if zones.len() == 1 && wanted > 1 && workload.kind != WorkloadKind::DaemonSet {
        say(WorkloadGrade::Noted, "in one zone".into());
    }
    (grade, said.join(", "))
}

/// Current of maximum, and the metric that is nearest its target.
fn scaler(scaler: &Autoscaler) -> Line {
    let is_full = scaler.desired >= scaler.maximum;
    let role = if is_held_back(scaler) {
        Role::Warning
    } else if is_full {
        Role::Text
    } else {
        Role::Dim
    };
    let mut line = cell(format!("{}/{}", scaler.current, scaler.maximum), role);
    if scaler.desired != scaler.current {
        line.push((format!("→{}", scaler.desired), Role::Text));
    }
    if let Some(metric) = scaler.metrics.first() {
        line.push((format!(" {}", metric_words(metric)), Role::Dim));
    }
    line
}

/// Used of requested; what nothing tells of is `?`.
fn pair(used: Option<String>, asked: i64, words: fn(i64) -> String) -> Line {
    let asked = if asked == 0 { "–".to_owned() } else { words(asked) };
    let role = if used.is_some() { Role::Text } else { Role::Faint };
    vec![(used.unwrap_or_else(|| format::UNKNOWN.into()), role), (format!(" / {asked}"), Role::Dim)]
}

/// Zones by their letters: `1a 1b`; whole names where they are of other regions.
fn short_zones(zones: &[&str]) -> String {
    let short = |zone: &&str| zone.rsplit('-').next().unwrap_or(zone).to_owned();
    if zones.is_empty() { "–".into() } else { zones.iter().map(short).collect::<Vec<_>>().join(" ") }
}

/// The columns of the table.
#[must_use]
pub fn columns() -> Vec<Column> {
    let column = |title: &'static str, width, align, priority| Column { title: title.into(), width, align, priority };
    vec![
        column("", Width::Fixed(1), Align::Left, 0),
        column("WORKLOAD", Width::Min(22), Align::Left, 0),
        column("KIND", Width::Fixed(6), Align::Left, 7),
        column("READY", Width::Fixed(7), Align::Right, 1),
        column("UPDATED", Width::Fixed(7), Align::Right, 8),
        column("STATE", Width::Min(18), Align::Left, 2),
        column("HPA", Width::Fixed(22), Align::Left, 4),
        column("PDB", Width::Fixed(4), Align::Right, 3),
        column("ZONES", Width::Fixed(8), Align::Left, 6),
        column("CPU use/req", Width::Fixed(13), Align::Right, 9),
        column("MEM use/req", Width::Fixed(20), Align::Right, 10),
        column("AGE", Width::Fixed(4), Align::Right, 5),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::model::ConditionStatus;
    use crate::services::kubernetes::testing::{condition, deployment};

    #[test]
    fn a_workload_is_judged_by_what_it_lacks() {
        let judge = |workload: &Workload| judged(workload, None, None, &["eu-west-1a", "eu-west-1b"]);
        assert_eq!(judge(&deployment("shop", "api", 3, 3)), (WorkloadGrade::Whole, String::new()));
        assert_eq!(judge(&deployment("shop", "api", 3, 2)), (WorkloadGrade::Hurt, "1 not ready".into()));
        assert_eq!(judge(&deployment("shop", "api", 3, 0)), (WorkloadGrade::Down, "none ready".into()));
        assert_eq!(judge(&deployment("shop", "api", 0, 0)), (WorkloadGrade::Off, String::new()));
        let mut stuck = deployment("shop", "api", 3, 3);
        stuck.conditions.0.retain(|condition| &*condition.kind != "Progressing");
        stuck.conditions.0.push(condition("Progressing", ConditionStatus::False, "ProgressDeadlineExceeded", "", 60));
        assert_eq!(judge(&stuck), (WorkloadGrade::Hurt, "rollout stuck".into()));
    }

    #[test]
    fn what_is_only_fragile_is_noted() {
        let api = deployment("shop", "api", 3, 3);
        assert_eq!(
            judged(&api, None, Some(0), &["eu-west-1a"]),
            (WorkloadGrade::Noted, "PDB allows none, in one zone".into())
        );
        assert_eq!(short_zones(&["eu-west-1a", "eu-west-1b"]), "1a 1b");
    }
}
