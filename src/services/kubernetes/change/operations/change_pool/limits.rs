//! The limits of a pool (`spec.limits`), as they are written and as amounts.

use serde_json::{Map, Value, json};

use crate::domain::Amount;
use crate::domain::text::clean;
use crate::health::words::plural;
use crate::services::kubernetes::change::ApiObject;
use crate::services::kubernetes::change::operations::prelude::Patch;
use crate::services::kubernetes::model::NodePool;
use crate::services::kubernetes::why::amount;

const POINTER: &str = "/spec/limits";
/// Bytes: nobody means less, but a number without its unit.
const LEAST_MEMORY: i64 = 1 << 20;

/// What a pool can be limited in here; it may have limits of other resources, which stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitedResource {
    Cpu,
    Memory,
    Nodes,
}

/// All of them, in the order in which they are edited.
pub(super) const LIMITS: [LimitedResource; 3] = [LimitedResource::Cpu, LimitedResource::Memory, LimitedResource::Nodes];

impl LimitedResource {
    /// Its key in `spec.limits`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Nodes => "nodes",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU limit",
            Self::Memory => "Memory limit",
            Self::Nodes => "Node limit",
        }
    }

    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Cpu => "64, 500m",
            Self::Memory => "256Gi, 512Mi",
            Self::Nodes => "a whole number",
        }
    }

    /// How much of it the nodes of a pool have together (`status.resources`): thousandths of a CPU, bytes, nodes.
    pub(super) fn used(self, pool: &NodePool) -> i64 {
        match self {
            Self::Cpu => pool.used.cpu,
            Self::Memory => pool.used.memory,
            Self::Nodes => pool.used.nodes,
        }
    }

    /// An amount in words: `96 CPUs`, `256 GiB`, `5 nodes`.
    pub(super) fn words(self, units: i64) -> String {
        let words = amount(self.name(), units);
        match self {
            Self::Cpu if units == 1_000 => "1 CPU".to_owned(),
            Self::Cpu => format!("{words} CPUs"),
            Self::Memory => words,
            Self::Nodes => plural(usize::try_from(units).unwrap_or_default(), "node"),
        }
    }

    /// As a pool has it; empty for no limit. The CRD takes a number as well as a text.
    pub(super) fn written(self, pool: &ApiObject) -> String {
        match pool.at(POINTER).and_then(|limits| limits.get(self.name())) {
            Some(Value::String(text)) => clean(text),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Reads what was typed; `none` and nothing are no limit.
    pub(super) fn read(self, value: &str) -> Result<String, String> {
        let value = value.trim();
        if value.is_empty() || value.eq_ignore_ascii_case("none") {
            return Ok(String::new());
        }
        let units = self.units(value).ok_or_else(|| format!("{value:?} is no amount: {} or none", self.example()))?;
        let is_whole = value.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            _ if units < 0 => Err(format!("{value} is less than nothing")),
            Self::Nodes if !is_whole => Err(format!("{value:?} is no whole number of nodes")),
            Self::Memory if (1..LEAST_MEMORY).contains(&units) => {
                Err(format!("{value} is {}: write its unit, as in {value}Gi", amount("memory", units)))
            }
            _ => Ok(value.to_owned()),
        }
    }

    fn units(self, text: &str) -> Option<i64> {
        let amount = Amount::parse(text)?;
        Some(if self == Self::Cpu { amount.milli() } else { amount.value() })
    }
}

/// A limit as it was read, and as it is to be; empty for none.
#[derive(Debug)]
pub(super) struct LimitChange {
    pub limit: LimitedResource,
    pub before: String,
    pub after: String,
}

impl LimitChange {
    /// Whether it is another amount.
    pub(super) fn is_one(&self) -> bool {
        self.before != self.after && (self.before_units().is_none() || self.before_units() != self.after_units())
    }

    fn before_units(&self) -> Option<i64> {
        self.limit.units(&self.before)
    }

    pub(super) fn after_units(&self) -> Option<i64> {
        self.limit.units(&self.after)
    }

    /// It allows less than before.
    pub(super) fn is_lowered(&self) -> bool {
        let Some(after) = self.after_units() else { return false };
        self.before_units().is_none_or(|before| after < before)
    }

    /// `cpu limit from 64 to 96`
    pub(super) fn said(&self) -> String {
        format!("{} limit from {} to {}", self.limit.name(), or_none(&self.before), or_none(&self.after))
    }

    /// As it was, to be set back.
    pub(super) fn back(&self) -> String {
        format!("{} {}", self.limit.name(), or_none(&self.before))
    }

    /// What the pool shows afterwards.
    pub(super) fn shown(&self) -> (String, String) {
        let text = if self.after.is_empty() { String::new() } else { json!(self.after).to_string() };
        (format!("{POINTER}/{}", self.limit.name()), text)
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// All limits in one step, so that one test is of all that is replaced; those that do not change keep their letters.
pub(super) fn patch(patch: Patch, pool: &ApiObject, changes: &[LimitChange]) -> Patch {
    let mut limits: Map<String, Value> = pool.at(POINTER).and_then(Value::as_object).cloned().unwrap_or_default();
    for change in changes {
        let name = change.limit.name();
        if change.after.is_empty() {
            limits.remove(name);
        } else {
            limits.insert(name.to_owned(), json!(change.after));
        }
    }
    if limits.is_empty() { patch.remove(pool, POINTER) } else { patch.set(pool, POINTER, Value::Object(limits)) }
}
