//! What pods ask for and nodes give: resources and a number of pods, compared and written down.

use crate::domain::quantity::{whole, write_bytes, write_milli, write_whole};
use crate::sandbox::kubernetes::instance_types::Amounts;
use crate::sandbox::kubernetes::scheduler::resources::Resources;
use serde_json::{Map, Value};

/// An amount of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodDemand {
    pub resources: Resources,
    pub pods: i64,
}

impl PodDemand {
    /// Of one pod that requests these.
    pub fn of_pod(resources: &Resources) -> Self {
        Self { resources: resources.clone(), pods: 1 }
    }

    /// From a `ResourceList`.
    pub fn read(list: Option<&Value>) -> Self {
        let Some(list) = list else { return Self::default() };
        let pods = list.get("pods").map_or(0, |pods| match pods {
            Value::String(text) => whole(text),
            other => other.as_i64().unwrap_or(0),
        });
        Self { resources: Resources::read(list), pods }
    }

    /// What an instance type has.
    pub fn of_amounts(amounts: Amounts) -> Self {
        let mut made = Self { resources: Resources::default(), pods: amounts.pods };
        made.resources.milli_cpu = amounts.cpu_milli;
        made.resources.memory = amounts.memory;
        made.resources.ephemeral = amounts.ephemeral;
        made
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        self.resources.add(&other.resources);
        self.pods += other.pods;
    }

    /// Takes another away.
    pub fn subtract(&mut self, other: &Self) {
        self.resources.subtract(&other.resources);
        self.pods -= other.pods;
    }

    /// Raises each part to at least zero.
    pub fn floor(&mut self) {
        self.resources.milli_cpu = self.resources.milli_cpu.max(0);
        self.resources.memory = self.resources.memory.max(0);
        self.resources.ephemeral = self.resources.ephemeral.max(0);
        self.pods = self.pods.max(0);
    }

    /// Whether it goes into what is there. What is asked for none of may be lacking.
    pub fn fits(&self, room: &Self) -> bool {
        let fits = |asked: i64, there: i64| asked <= 0 || asked <= there;
        let (asked, there) = (&self.resources, &room.resources);
        fits(asked.milli_cpu, there.milli_cpu)
            && fits(asked.memory, there.memory)
            && fits(asked.ephemeral, there.ephemeral)
            && fits(self.pods, room.pods)
            && asked.extended.iter().all(|(name, one)| fits(*one, there.extended.get(name).copied().unwrap_or(0)))
    }

    /// As a `ResourceList`, without what is zero.
    pub fn to_json(&self) -> Value {
        let mut list = Map::new();
        let mut put = |name: &str, amount: i64, text: String| {
            if amount != 0 {
                list.insert(name.to_owned(), text.into());
            }
        };
        put("cpu", self.resources.milli_cpu, write_milli(self.resources.milli_cpu));
        put("ephemeral-storage", self.resources.ephemeral, write_bytes(self.resources.ephemeral));
        put("memory", self.resources.memory, write_bytes(self.resources.memory));
        for (name, amount) in &self.resources.extended {
            put(name, *amount, write_whole(*amount));
        }
        put("pods", self.pods, write_whole(self.pods));
        Value::Object(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_reads_what_it_writes() {
        let list = json!({ "cpu": "4180m", "memory": "6264Mi", "pods": "7" });
        let read = PodDemand::read(Some(&list));
        assert_eq!(read.to_json().to_string(), r#"{"cpu":"4180m","memory":"6264Mi","pods":"7"}"#);
        let mut room = read.clone();
        assert!(read.fits(&room));
        room.pods = 6;
        assert!(!read.fits(&room));
        let gpu = PodDemand::read(Some(&json!({ "nvidia.com/gpu": "1" })));
        assert!(!gpu.fits(&read));
    }
}
