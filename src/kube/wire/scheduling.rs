//! Requirements, taints and selectors.

use serde::Deserialize;

use super::super::interned::Interned;
use super::meta::shared_pairs;
use super::value::{WireList, WireMap, WireText};
use crate::services::kubernetes::model::{LabelSelector, Requirement, RequirementOperator, Taint, TaintEffect};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireRequirement<'a> {
    #[serde(borrow)]
    key: WireText<'a>,
    operator: WireText<'a>,
    values: WireList<WireText<'a>>,
}

impl WireRequirement<'_> {
    fn requirement(&self, words: &mut Interned) -> Option<Requirement> {
        Some(Requirement {
            key: words.word(&self.key),
            operator: operator(&self.operator)?,
            values: self.values.iter().map(|value| words.word(value)).collect(),
        })
    }
}

/// All whose operator is known.
pub(super) fn requirements(all: &[WireRequirement<'_>], words: &mut Interned) -> Vec<Requirement> {
    all.iter().filter_map(|one| one.requirement(words)).collect()
}

fn operator(name: &str) -> Option<RequirementOperator> {
    Some(match name {
        "In" => RequirementOperator::In,
        "NotIn" => RequirementOperator::NotIn,
        "Exists" => RequirementOperator::Exists,
        "DoesNotExist" => RequirementOperator::DoesNotExist,
        "Gt" => RequirementOperator::Gt,
        "Lt" => RequirementOperator::Lt,
        "Gte" => RequirementOperator::Gte,
        "Lte" => RequirementOperator::Lte,
        _ => return None,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireTaint<'a> {
    #[serde(borrow)]
    key: WireText<'a>,
    value: WireText<'a>,
    effect: WireText<'a>,
}

/// All whose effect is known.
pub(super) fn taints(all: &WireList<WireTaint<'_>>, words: &mut Interned) -> Vec<Taint> {
    let taint = |one: &WireTaint<'_>| {
        Some(Taint { key: words.word(&one.key), value: words.word(&one.value), effect: effect(&one.effect)? })
    };
    all.iter().filter_map(taint).collect()
}

pub(super) fn effect(name: &str) -> Option<TaintEffect> {
    match name {
        "NoSchedule" => Some(TaintEffect::NoSchedule),
        "PreferNoSchedule" => Some(TaintEffect::PreferNoSchedule),
        "NoExecute" => Some(TaintEffect::NoExecute),
        _ => None,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireSelector<'a> {
    #[serde(borrow)]
    match_labels: WireMap<'a>,
    match_expressions: WireList<WireRequirement<'a>>,
}

/// A selector. One that is missing selects nothing (`metav1.LabelSelector`: "A null label selector matches no
/// objects"): its only term holds for none. So does one with an operator that is not known.
pub(super) fn selector(wire: Option<&WireSelector<'_>>, words: &mut Interned) -> LabelSelector {
    let nothing = LabelSelector { terms: vec![("".into(), RequirementOperator::In, Vec::new())] };
    let Some(wire) = wire else { return nothing };
    let labels = shared_pairs(&wire.match_labels, words);
    let mut terms: Vec<_> =
        labels.into_iter().map(|(key, value)| (key, RequirementOperator::In, vec![value])).collect();
    for one in wire.match_expressions.iter() {
        let Some(Requirement { key, operator, values }) = one.requirement(words) else { return nothing };
        terms.push((key, operator, values));
    }
    LabelSelector { terms }
}
