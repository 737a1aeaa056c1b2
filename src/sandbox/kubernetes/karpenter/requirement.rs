//! Requirements on labels as Karpenter works with them: sets or their complements with bounds, which
//! intersect and can be written down again.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// Label domains of which Karpenter knows every value: a pool that says nothing of them allows them all.
const WELL_KNOWN: [&str; 8] = [
    "karpenter.sh/nodepool",
    "karpenter.sh/capacity-type",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.k8s.aws/zone-id",
];

/// Whether a pool need not define the label for pods to ask for it.
pub fn is_well_known(key: &str) -> bool {
    WELL_KNOWN.contains(&key) || key.starts_with("karpenter.k8s.aws/instance-")
}

/// Which values a label may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRequirement {
    pub key: String,
    /// `values` are those that it may *not* have.
    complement: bool,
    values: BTreeSet<String>,
    at_least: Option<i64>,
    at_most: Option<i64>,
    /// How many different values must remain.
    pub min_values: Option<i64>,
}

impl LabelRequirement {
    /// From a node selector's operator: In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte. An operator that
    /// does not exist excludes everything.
    pub fn new<I: IntoIterator<Item = S>, S: Into<String>>(key: &str, operator: &str, values: I) -> Self {
        let values: BTreeSet<String> = values.into_iter().map(Into::into).collect();
        let bound = values.first().and_then(|one| one.parse::<i64>().ok());
        let mut made = Self {
            key: key.to_owned(),
            complement: true,
            values: BTreeSet::new(),
            at_least: None,
            at_most: None,
            min_values: None,
        };
        match operator {
            "In" => (made.complement, made.values) = (false, values),
            "NotIn" => made.values = values,
            "Exists" => {}
            "Gt" => made.at_least = bound.map(|bound| bound + 1),
            "Lt" => made.at_most = bound.map(|bound| bound - 1),
            "Gte" => made.at_least = bound,
            "Lte" => made.at_most = bound,
            _ => made.complement = false,
        }
        made
    }

    /// Exactly these values.
    pub fn one_of<I: IntoIterator<Item = S>, S: Into<String>>(key: &str, values: I) -> Self {
        Self::new(key, "In", values)
    }

    /// From `{key, operator, values, minValues}`.
    pub fn from_json(value: &Value) -> Option<Self> {
        let key = value.get("key")?.as_str()?;
        let values = value.get("values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let values = values.iter().filter_map(Value::as_str);
        let mut made = Self::new(key, value.get("operator")?.as_str()?, values);
        made.min_values = value.get("minValues").and_then(Value::as_i64);
        Some(made)
    }

    /// The operator that says the same, without bounds.
    pub fn operator(&self) -> &'static str {
        match (self.complement, self.values.is_empty()) {
            (true, true) => "Exists",
            (true, false) => "NotIn",
            (false, true) => "DoesNotExist",
            (false, false) => "In",
        }
    }

    /// Whether a label may have this value.
    pub fn has(&self, value: &str) -> bool {
        self.values.contains(value) != self.complement && self.within(value)
    }

    /// The listed values: those allowed, or those excluded.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }

    fn within(&self, value: &str) -> bool {
        if self.at_least.is_none() && self.at_most.is_none() {
            return true;
        }
        let Ok(number) = value.parse::<i64>() else { return false };
        self.at_least.is_none_or(|bound| number >= bound) && self.at_most.is_none_or(|bound| number <= bound)
    }

    /// What both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut made = Self {
            key: self.key.clone(),
            complement: self.complement && other.complement,
            values: BTreeSet::new(),
            at_least: self.at_least.max(other.at_least),
            at_most: match (self.at_most, other.at_most) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            min_values: self.min_values.max(other.min_values),
        };
        if let (Some(least), Some(most)) = (made.at_least, made.at_most)
            && least > most
        {
            (made.complement, made.at_least, made.at_most) = (false, None, None);
            return made;
        }
        let values: BTreeSet<String> = match (self.complement, other.complement) {
            (true, true) => self.values.union(&other.values).cloned().collect(),
            (true, false) => other.values.difference(&self.values).cloned().collect(),
            (false, true) => self.values.difference(&other.values).cloned().collect(),
            (false, false) => self.values.intersection(&other.values).cloned().collect(),
        };
        made.values = values.into_iter().filter(|value| made.within(value)).collect();
        if !made.complement {
            (made.at_least, made.at_most) = (None, None);
        }
        made
    }

    /// Whether any value pleases both.
    pub fn intersects(&self, other: &Self) -> bool {
        let both = self.intersection(other);
        both.complement || !both.values.is_empty()
    }

    /// As a NodeClaim or NodePool spells it; bounds become requirements of their own.
    pub(super) fn to_json(&self, out: &mut Vec<Value>) {
        let mut bounded = false;
        for (operator, bound) in [("Gte", self.at_least), ("Lte", self.at_most)] {
            if let Some(bound) = bound {
                bounded = true;
                out.push(json!({ "key": self.key, "operator": operator, "values": [bound.to_string()] }));
            }
        }
        if bounded && self.values.is_empty() {
            return;
        }
        let mut one = json!({ "key": self.key, "operator": self.operator() });
        if !self.values.is_empty() {
            one["values"] = self.values.iter().cloned().collect::<Vec<_>>().into();
        }
        if let Some(least) = self.min_values {
            one["minValues"] = least.into();
        }
        out.push(one);
    }
}

impl fmt::Display for LabelRequirement {
    /// As Karpenter's messages have it: `kubernetes.io/arch In [amd64 arm64]`, at most five values.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.key, self.operator())?;
        if !self.values.is_empty() {
            let shown: Vec<&str> = self.values().take(5).collect();
            write!(out, " [{}", shown.join(" "))?;
            if self.values.len() > 5 {
                write!(out, " and {} others", self.values.len() - 5)?;
            }
            write!(out, "]")?;
        }
        if let Some(bound) = self.at_least {
            write!(out, " >={bound}")?;
        }
        if let Some(bound) = self.at_most {
            write!(out, " <={bound}")?;
        }
        if let Some(least) = self.min_values {
            write!(out, " minValues {least}")?;
        }
        Ok(())
    }
}
