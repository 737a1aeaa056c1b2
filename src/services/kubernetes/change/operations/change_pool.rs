//! Limits and weight of a pool: how much it may have, and when it is asked.

mod consequences;
mod limits;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::limits::{LIMITS, LimitChange, LimitedResource};
use super::pool;
use super::prelude::*;

/// Changes the limits of a pool for CPU, memory and nodes, and its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePool {
    /// As Kubernetes writes amounts (`64`, `500m`); empty for no limit.
    pub cpu: String,
    /// `256Gi`; empty for no limit.
    pub memory: String,
    /// Empty for no limit.
    pub nodes: String,
    /// 0 is none.
    pub weight: i32,
}

const FIELDS: [&str; 4] = ["cpu", "memory", "nodes", "weight"];
const WEIGHT: &str = "/spec/weight";
/// Karpenter takes 1 to 100, and has no weight as 0 (CRD, `weight`).
const MOST_WEIGHT: i32 = 100;

impl Request for ChangePool {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::NodePool(pool) = on else { return None };
        pool.deleting.is_some().then(|| "it is being deleted".to_owned())
    }

    fn offer(seen: &Seen) -> Self {
        let of = |limit: LimitedResource| seen.object.as_ref().map(|pool| limit.written(pool)).unwrap_or_default();
        let weight = seen.object.as_ref().map(weight).unwrap_or_default();
        Self {
            cpu: of(LimitedResource::Cpu),
            memory: of(LimitedResource::Memory),
            nodes: of(LimitedResource::Nodes),
            weight,
        }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let field = |limit: LimitedResource| {
            let wanted = self.wanted(limit);
            let value = if wanted.is_empty() { NONE } else { wanted };
            let used =
                seen.pool().map(|pool| format!("{} in use; ", limit.words(limit.used(pool)))).unwrap_or_default();
            let hint = format!("{used}{} or none", limit.example());
            Field::new(limit.name(), limit.title(), value, FieldKind::Text).hint(hint)
        };
        let weight = || {
            let hint = "0 to 100: pools of more weight are asked first; 0 is none";
            Field::new("weight", "Weight", self.weight.to_string(), FieldKind::Whole { unit: "" }).hint(hint)
        };
        if seen.object.as_ref().is_some_and(pool::is_static) {
            return vec![field(LimitedResource::Nodes)];
        }
        LIMITS.into_iter().map(field).chain([weight()]).collect()
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        let is_static = seen.object.as_ref().is_some_and(pool::is_static);
        if !FIELDS.contains(&name) {
            return Err(field::unknown(name, if is_static { &FIELDS[2..3] } else { &FIELDS }));
        }
        if is_static && name != "nodes" {
            return Err(STATIC.to_owned());
        }
        match name {
            "cpu" => self.cpu = LimitedResource::Cpu.read(value)?,
            "memory" => self.memory = LimitedResource::Memory.read(value)?,
            "nodes" => self.nodes = LimitedResource::Nodes.read(value)?,
            _ if value.trim().eq_ignore_ascii_case(NONE) => self.weight = 0,
            _ => self.weight = field::whole(value, 0, MOST_WEIGHT)?,
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return Draft::new(Risk::Routine, seen) };
        let changes = self.changes(object);
        let is_weighed = self.weight != weight(object);
        let mut draft = Draft::new(risk(seen, object, &changes), seen);
        let mut parts: Vec<String> = changes.iter().map(LimitChange::said).collect();
        if is_weighed {
            parts.push(format!("weight from {} to {}", weight_words(weight(object)), weight_words(self.weight)));
        }
        draft.summary = if parts.is_empty() {
            format!("Limits and weight of {} stay as they are.", name.name)
        } else {
            format!("{} changes: {}. No node is taken away for that.", name.name, parts.join(", "))
        };
        draft.check(Check::must("something changes", !parts.is_empty(), "all of it is so already"));
        self.check(&mut draft, object, &changes);
        pool::check_own(&mut draft, seen, &name);
        self.consequences(&mut draft, seen, &name, &changes);
        let mut patch = Patch::of(object);
        let mut shown: Vec<(String, String)> = Vec::new();
        if !changes.is_empty() {
            undone::say(&mut draft, object, &["spec", "limits"]);
            patch = limits::patch(patch, object, &changes);
            shown.extend(changes.iter().map(LimitChange::shown));
        }
        if is_weighed {
            undone::say(&mut draft, object, &["spec", "weight"]);
            patch = if self.weight == 0 {
                patch.remove(object, WEIGHT)
            } else {
                patch.set(object, WEIGHT, json!(self.weight))
            };
            shown.push((WEIGHT.to_owned(), if self.weight == 0 { String::new() } else { self.weight.to_string() }));
        }
        pool::step(&mut draft, seen, &name, "changes the pool", (&patch, shown));
        let mut back: Vec<String> = changes.iter().map(LimitChange::back).collect();
        back.extend(is_weighed.then(|| format!("weight {}", weight_words(weight(object)))));
        draft.inverse = Some(format!("set it back: {}", back.join(", ")));
        draft
    }
}

/// The word for no limit, and for no weight.
const NONE: &str = "none";
/// CRD, `replicas`: "Only limits.nodes is supported; other resource limits must not be specified. Weight is not supported."
const STATIC: &str = "a static pool (spec.replicas) takes neither weight nor limits but that of nodes";

impl ChangePool {
    fn wanted(&self, limit: LimitedResource) -> &str {
        match limit {
            LimitedResource::Cpu => &self.cpu,
            LimitedResource::Memory => &self.memory,
            LimitedResource::Nodes => &self.nodes,
        }
    }

    /// The limits that become other ones. The same amount in other letters is none.
    fn changes(&self, object: &ApiObject) -> Vec<LimitChange> {
        let change = |limit: LimitedResource| LimitChange {
            limit,
            before: limit.written(object),
            after: self.wanted(limit).to_owned(),
        };
        LIMITS.into_iter().map(change).filter(LimitChange::is_one).collect()
    }

    fn check(&self, draft: &mut Draft, object: &ApiObject, changes: &[LimitChange]) {
        let wrong = changes.iter().find_map(|change| change.limit.read(&change.after).err());
        let is_weight = (0..=MOST_WEIGHT).contains(&self.weight);
        let wrong = wrong.or_else(|| (!is_weight).then(|| format!("weight {} is not within 0 and 100", self.weight)));
        if let Some(wrong) = wrong {
            draft.check(Check::must("limits are amounts", false, wrong));
        }
        if pool::is_static(object) {
            let fits = self.weight == 0 && self.cpu.is_empty() && self.memory.is_empty();
            draft.check(Check::must("fits a static pool", fits, STATIC));
        }
    }
}

/// Where a limit leaves no room that left some, pods that come may wait.
fn risk(seen: &Seen, object: &ApiObject, changes: &[LimitChange]) -> Risk {
    let is_shut = |change: &LimitChange| {
        let Some(limit) = change.after_units() else { return false };
        let needed = match object.number("/spec/replicas") {
            // It makes nodes up to its replicas, whatever waits.
            Some(replicas) => Some(replicas - 1),
            None => seen.pool().map(|pool| change.limit.used(pool)),
        };
        change.is_lowered() && needed.is_none_or(|needed| needed >= limit)
    };
    if changes.iter().any(is_shut) { Risk::Disruptive } else { Risk::Routine }
}

/// The weight of a pool; 0 where it has none.
fn weight(pool: &ApiObject) -> i32 {
    pool.at(WEIGHT).and_then(Value::as_i64).and_then(|weight| i32::try_from(weight).ok()).unwrap_or_default()
}

fn weight_words(weight: i32) -> String {
    if weight == 0 { NONE.to_owned() } else { weight.to_string() }
}
