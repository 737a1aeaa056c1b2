//! Strategic merge patch: a merge patch whose lists may have a merge key, with directives in the
//! patch's own objects (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`).

use serde_json::{Map, Value};

use super::super::store::metadata;
use super::merge_keys::{Strategy, strategy};

const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Applies a patch to an object.
pub(super) fn merge(object: &mut Value, patch: Value) {
    if let Value::Object(patch) = patch {
        merge_map(metadata::map(object), patch, "");
    }
}

fn merge_map(object: &mut Map<String, Value>, mut patch: Map<String, Value>, parent: &str) {
    match patch.remove("$patch").as_ref().and_then(Value::as_str) {
        Some("replace") => {
            *object = patch;
            return;
        }
        Some("delete") => {
            object.clear();
            return;
        }
        _ => {}
    }
    if let Some(Value::Array(kept)) = patch.remove("$retainKeys") {
        object.retain(|name, _| kept.iter().any(|kept| kept == name));
    }
    let mut orders = Vec::new();
    for (name, value) in std::mem::take(&mut patch) {
        if let Some(field) = name.strip_prefix(DELETE) {
            if let (Some(Value::Array(list)), Value::Array(gone)) = (object.get_mut(field), &value) {
                list.retain(|element| !gone.contains(element));
            }
        } else if let Some(field) = name.strip_prefix(ORDER) {
            if let Value::Array(order) = value {
                orders.push((field.to_owned(), order));
            }
        } else {
            patch.insert(name, value);
        }
    }
    let before: Vec<Vec<Value>> = orders
        .iter()
        .map(|(field, _)| object.get(field).and_then(Value::as_array).cloned().unwrap_or_default())
        .collect();
    for (name, value) in patch {
        merge_field(object, &name, value, parent);
    }
    for ((field, order), before) in orders.into_iter().zip(before) {
        if let Some(Value::Array(list)) = object.get_mut(&field) {
            *list = arrange(std::mem::take(list), &order, &before, strategy(parent, &field));
        }
    }
}

fn merge_field(object: &mut Map<String, Value>, name: &str, value: Value, parent: &str) {
    match value {
        Value::Null => {
            object.remove(name);
        }
        Value::Object(patch) => {
            let field = object.entry(name).or_insert(Value::Null);
            merge_map(metadata::map(field), patch, name);
        }
        Value::Array(patch) => {
            let before = match object.remove(name) {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            };
            let merged = merge_list(&before, patch, name, strategy(parent, name));
            object.insert(name.to_owned(), Value::Array(merged));
        }
        plain => {
            object.insert(name.to_owned(), plain);
        }
    }
}

fn merge_list(before: &[Value], patch: Vec<Value>, name: &str, strategy: Strategy) -> Vec<Value> {
    if patch.iter().any(|element| element["$patch"] == "replace") {
        return patch.into_iter().filter(|element| element.get("$patch").is_none()).collect();
    }
    let mut merged = before.to_vec();
    let mut order = Vec::new();
    match strategy {
        Strategy::Replace => return patch,
        Strategy::Set => {
            for element in &patch {
                if !merged.contains(element) {
                    merged.push(element.clone());
                }
            }
            order = patch;
        }
        Strategy::ObjectKey(key) => {
            for element in patch {
                let Value::Object(element) = element else { continue };
                let identity = element.get(key).cloned().unwrap_or_default();
                if element.get("$patch").and_then(Value::as_str) == Some("delete") {
                    merged.retain(|other| other[key] != identity);
                    continue;
                }
                order.push(Value::Object(element.clone()));
                if let Some(other) = merged.iter_mut().find(|other| other[key] == identity) {
                    merge_map(metadata::map(other), element, name);
                } else {
                    let mut added = Map::new();
                    merge_map(&mut added, element, name);
                    merged.push(Value::Object(added));
                }
            }
        }
    }
    arrange(merged, &order, before, strategy)
}

/// Puts elements in order: those that `order` names as it has them, the others as they stood, and
/// between the two kinds as they stood where both did. A new element thus comes before those that
/// the patch does not name, as upstream has it.
fn arrange(list: Vec<Value>, order: &[Value], before: &[Value], strategy: Strategy) -> Vec<Value> {
    let at = |within: &[Value], element: &Value| {
        within.iter().position(|other| match strategy {
            Strategy::ObjectKey(key) => other[key] == element[key],
            _ => other == element,
        })
    };
    let (mut named, mut others): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|element| at(order, element).is_some());
    named.sort_by_key(|element| at(order, element));
    others.sort_by_key(|element| at(before, element).unwrap_or(usize::MAX));
    let mut arranged = Vec::with_capacity(named.len() + others.len());
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    loop {
        let stays = match (others.peek(), named.peek()) {
            (None, None) => return arranged,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(named)) => {
                matches!((at(before, other), at(before, named)), (Some(other), Some(named)) if other < named)
            }
        };
        arranged.extend(if stays { others.next() } else { named.next() });
    }
}
