//! Requirements on several labels, intersected and compared in Karpenter's words.

use super::requirement::{LabelRequirement, is_well_known};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Requirements by label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements(BTreeMap<String, LabelRequirement>);

impl Requirements {
    /// From a list of `{key, operator, values}`.
    pub fn from_json(list: Option<&Value>) -> Self {
        let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(LabelRequirement::from_json).collect()
    }

    /// From labels: each exactly its value.
    pub fn from_labels(labels: Option<&Value>) -> Self {
        let Some(labels) = labels.and_then(Value::as_object) else { return Self::default() };
        labels.iter().map(|(key, value)| LabelRequirement::one_of(key, value.as_str())).collect()
    }

    /// Narrows by one more.
    pub fn add(&mut self, one: LabelRequirement) {
        let merged = self.0.get(&one.key).map_or_else(|| one.clone(), |known| known.intersection(&one));
        self.0.insert(one.key, merged);
    }

    /// Narrows by all of another.
    pub fn add_all(&mut self, other: &Self) {
        for one in other.0.values() {
            self.add(one.clone());
        }
    }

    /// That of a label, if anything is said of it.
    pub fn get(&self, key: &str) -> Option<&LabelRequirement> {
        self.0.get(key)
    }

    /// Whether the label may have the value; nothing said allows all.
    pub fn allows(&self, key: &str, value: &str) -> bool {
        self.0.get(key).is_none_or(|one| one.has(value))
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl Iterator<Item = &LabelRequirement> {
        self.0.values()
    }

    /// Whether `incoming` can be met together with these.
    ///
    /// # Errors
    /// Karpenter's words for the first that cannot.
    pub fn compatible(&self, incoming: &Self) -> Result<(), String> {
        self.known(incoming, is_well_known)?;
        self.intersects(incoming)
    }

    /// As [`Self::compatible`], of labels that stand: what is not among them does not exist.
    pub fn strictly_compatible(&self, incoming: &Self) -> Result<(), String> {
        self.known(incoming, |_| false)?;
        self.intersects(incoming)
    }

    fn known(&self, incoming: &Self, assumed: fn(&str) -> bool) -> Result<(), String> {
        for one in incoming.0.values() {
            let absence = matches!(one.operator(), "NotIn" | "DoesNotExist");
            if !assumed(&one.key) && !self.0.contains_key(&one.key) && !absence {
                return Err(format!("label \"{}\" does not have known values", one.key));
            }
        }
        Ok(())
    }

    /// Whether the labels of both overlap; what only one speaks of is no conflict.
    ///
    /// # Errors
    /// Karpenter's words for all that do not.
    pub fn intersects(&self, incoming: &Self) -> Result<(), String> {
        let mut wrong = Vec::new();
        for one in incoming.0.values() {
            let Some(known) = self.0.get(&one.key) else { continue };
            let absent = |requirement: &LabelRequirement| matches!(requirement.operator(), "NotIn" | "DoesNotExist");
            let both_absent = absent(known) && absent(one);
            if !both_absent && !known.intersects(one) {
                wrong.push(format!("key {}, {one} not in {known}", one.key));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    /// As a NodeClaim's `spec.requirements`.
    pub fn to_json(&self) -> Value {
        let mut list = Vec::new();
        for one in self.0.values() {
            one.to_json(&mut list);
        }
        Value::Array(list)
    }
}

impl FromIterator<LabelRequirement> for Requirements {
    fn from_iter<I: IntoIterator<Item = LabelRequirement>>(list: I) -> Self {
        let mut made = Self::default();
        for one in list {
            made.add(one);
        }
        made
    }
}

impl fmt::Display for Requirements {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown: Vec<String> =
            self.0.values().filter(|one| one.key != "kubernetes.io/hostname").map(ToString::to_string).collect();
        shown.sort();
        out.write_str(&shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(list: &Value) -> Requirements {
        Requirements::from_json(Some(list))
    }

    #[test]
    fn sets_complements_and_bounds_intersect() {
        let generation = LabelRequirement::new("g", "Gt", ["5"]);
        assert!(generation.has("6") && !generation.has("5") && !generation.has("x"));
        let named = LabelRequirement::one_of("g", ["4", "6", "7"]);
        assert_eq!(generation.intersection(&named).values().collect::<Vec<_>>(), ["6", "7"]);
        let not = LabelRequirement::new("g", "NotIn", ["7"]);
        assert_eq!(named.intersection(&not).to_string(), "g In [4 6]");
        assert_eq!(generation.to_string(), "g Exists >=6");
        assert!(!LabelRequirement::new("g", "Lt", ["3"]).intersects(&generation));
        assert!(!LabelRequirement::new("g", "DoesNotExist", [""; 0]).intersects(&named));
    }

    #[test]
    fn a_pool_refuses_in_karpenters_words() {
        let pool = of(&json!([
            { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] },
            { "key": "kubernetes.io/arch", "operator": "In", "values": ["arm64", "amd64"] },
        ]));
        let wants = of(&json!([{ "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"] }]));
        assert_eq!(
            pool.compatible(&wants).unwrap_err(),
            "key karpenter.sh/capacity-type, karpenter.sh/capacity-type In [on-demand] not in \
             karpenter.sh/capacity-type In [spot]"
        );
        let custom = of(&json!([{ "key": "team", "operator": "In", "values": ["a"] }]));
        assert_eq!(pool.compatible(&custom).unwrap_err(), "label \"team\" does not have known values");
        assert!(pool.compatible(&of(&json!([{ "key": "team", "operator": "NotIn", "values": ["a"] }]))).is_ok());
        assert!(
            pool.compatible(&of(&json!([{ "key": "topology.kubernetes.io/zone", "operator": "In",
            "values": ["eu-west-1a"] }])))
                .is_ok()
        );
        assert_eq!(pool.to_string(), "karpenter.sh/capacity-type In [spot], kubernetes.io/arch In [amd64 arm64]");
    }

    #[test]
    fn bounds_are_written_as_their_own() {
        let bounded = of(&json!([{ "key": "c", "operator": "Gt", "values": ["4"] }]));
        assert_eq!(bounded.to_json(), json!([{ "key": "c", "operator": "Gte", "values": ["5"] }]));
        let many: Requirements =
            [LabelRequirement::one_of("k", (0..7).map(|one| one.to_string()))].into_iter().collect();
        assert_eq!(many.to_string(), "k In [0 1 2 3 4 and 2 others]");
    }
}
