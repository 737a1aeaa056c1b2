//! Amounts of what a node has and a pod asks for.

use std::collections::BTreeMap;
use std::ops::{AddAssign, SubAssign};
use std::sync::Arc;

/// CPU, memory and the rest, as requests, limits, capacity or use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a CPU.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Of a node: how many pods it takes. Of a pool's use and limits: `pods`.
    pub pods: i64,
    /// Of a pool's use and limits: `nodes`.
    pub nodes: i64,
    /// Everything else by its name (`nvidia.com/gpu`, `ephemeral-storage`), in its own unit, whole.
    pub others: BTreeMap<Arc<str>, i64>,
}

impl Resources {
    /// CPU in thousandths and memory in bytes, nothing else.
    #[must_use]
    pub fn of(cpu: i64, memory: i64) -> Self {
        Self { cpu, memory, ..Self::default() }
    }
}

impl AddAssign<&Self> for Resources {
    fn add_assign(&mut self, other: &Self) {
        self.cpu += other.cpu;
        self.memory += other.memory;
        self.pods += other.pods;
        self.nodes += other.nodes;
        for (name, amount) in &other.others {
            *self.others.entry(name.clone()).or_default() += amount;
        }
    }
}

impl SubAssign<&Self> for Resources {
    fn sub_assign(&mut self, other: &Self) {
        self.cpu -= other.cpu;
        self.memory -= other.memory;
        self.pods -= other.pods;
        self.nodes -= other.nodes;
        for (name, amount) in &other.others {
            *self.others.entry(name.clone()).or_default() -= amount;
        }
    }
}
