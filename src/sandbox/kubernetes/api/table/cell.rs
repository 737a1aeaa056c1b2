//! What several kinds write into their cells.

use serde_json::Value;

use super::super::super::store::metadata;

/// The name of an object.
pub(super) fn name(object: &Value) -> Value {
    metadata::name(object).into()
}

/// Text, or nothing.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Text, or other words where there is none.
pub(super) fn text_or<'a>(value: &'a Value, other: &'a str) -> &'a str {
    value.as_str().filter(|text| !text.is_empty()).unwrap_or(other)
}

/// A whole number; 0 without one.
pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// The elements of a list, none where there is no list.
pub(super) fn each(value: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A number or a text, as `intstr` and quantities are.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Names and images of the containers of a workload's template.
pub(super) fn containers(object: &Value) -> [Value; 2] {
    let all = &object["spec"]["template"]["spec"]["containers"];
    ["name", "image"].map(|field| each(all).map(|one| text(&one[field])).collect::<Vec<_>>().join(",").into())
}

/// `a=b,c=d` (apimachinery, `labels.FormatLabels`).
pub(super) fn labels(labels: &Value) -> String {
    let pairs: Vec<String> =
        labels.as_object().into_iter().flatten().map(|(key, value)| format!("{key}={}", text(value))).collect();
    if pairs.is_empty() { "<none>".to_owned() } else { sorted(pairs).join(",") }
}

/// A label selector in the words of a query; empty for one that says nothing (`labels.Selector.String`).
pub(super) fn selector(selector: &Value) -> String {
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let mut all: Vec<(&str, String)> =
        equal.map(|(key, value)| (key.as_str(), format!("{key}={}", text(value)))).collect();
    for one in each(&selector["matchExpressions"]) {
        let key = text(&one["key"]);
        let values = sorted(each(&one["values"]).map(|value| text(value).to_owned()).collect()).join(",");
        let said = match text(&one["operator"]) {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        };
        all.push((key, said));
    }
    all.sort_by_key(|(key, _)| *key);
    all.into_iter().map(|(_, said)| said).collect::<Vec<_>>().join(",")
}

/// The same, with `<none>` for one that says nothing (`metav1.FormatLabelSelector`).
pub(super) fn selector_or_none(chosen: &Value) -> String {
    Some(selector(chosen)).filter(|said| !said.is_empty()).unwrap_or_else(|| "<none>".to_owned())
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_told_as_a_query_would() {
        let all = json!({
            "matchLabels": {"tier": "web", "app": "shop"},
            "matchExpressions": [
                {"key": "env", "operator": "In", "values": ["prod", "dev"]},
                {"key": "zone", "operator": "NotIn", "values": ["c"]},
                {"key": "canary", "operator": "DoesNotExist"},
                {"key": "owner", "operator": "Exists"},
            ],
        });
        assert_eq!(selector(&all), "app=shop,!canary,env in (dev,prod),owner,tier=web,zone notin (c)");
        assert_eq!((selector(&Value::Null), selector_or_none(&json!({}))), (String::new(), "<none>".to_owned()));
        assert_eq!((labels(&all["matchLabels"]), labels(&Value::Null)), ("app=shop,tier=web".into(), "<none>".into()));
    }
}
