//! The JSONPath of `additionalPrinterColumns`: names, `\.` within a name, `[*]`, and a filter for equality
//! (`[?(@.type=="Ready")]`).

use serde_json::Value;

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum PathStep {
    Field(String),
    All,
    /// The elements with this text in this field.
    Equal {
        field: String,
        text: String,
    },
}

/// The first value that a path finds, as the server shows the first alone.
pub(super) fn first<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = steps(path)?;
    let mut found = vec![object];
    for step in &steps {
        found = found.into_iter().flat_map(|value| step.of(value)).collect();
    }
    found.into_iter().next()
}

impl PathStep {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Field(name) => value.get(name).into_iter().collect(),
            Self::All => value.as_array().into_iter().flatten().collect(),
            Self::Equal { field, text } => {
                let elements = value.as_array().into_iter().flatten();
                elements.filter(|one| one[field.as_str()].as_str() == Some(text)).collect()
            }
        }
    }
}

/// Reads a path; `None` for one that is written otherwise.
fn steps(path: &str) -> Option<Vec<PathStep>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[*]") {
            steps.push(PathStep::All);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("[?(@.") {
            let (filter, after) = after.split_once(")]")?;
            let (field, text) = filter.split_once("==")?;
            let text = text.strip_prefix('"')?.strip_suffix('"')?;
            steps.push(PathStep::Equal { field: field.to_owned(), text: text.to_owned() });
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            let (name, after) = name(after)?;
            steps.push(PathStep::Field(name));
            rest = after;
        }
    }
    Some(steps)
}

/// A name up to the next step, without the backslashes.
fn name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '.' | '[' => return (!name.is_empty()).then(|| (name, &text[at..])),
            '\\' => name.push(letters.next()?.1),
            letter => name.push(letter),
        }
    }
    (!name.is_empty()).then_some((name, ""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_of_columns_find_their_values() {
        let object = json!({
            "metadata": {"labels": {"node.kubernetes.io/instance-type": "m6i.large"}},
            "spec": {"weight": 10},
            "status": {"conditions": [{"type": "Launched", "status": "Unknown"}, {"type": "Ready", "status": "True"}]},
        });
        for (path, found) in [
            (r".metadata.labels.node\.kubernetes\.io/instance-type", Some(json!("m6i.large"))),
            (r#".status.conditions[?(@.type=="Ready")].status"#, Some(json!("True"))),
            (r#".status.conditions[?(@.type=="Drifted")].status"#, None),
            (".status.conditions[*].type", Some(json!("Launched"))),
            (".spec.weight", Some(json!(10))),
            (".spec.weight.more", None),
            (".status.nodeName", None),
            (".status.conditions[0].type", None),
            ("spec", None),
            (".", None),
            (r".a\", None),
        ] {
            assert_eq!(first(&object, path).cloned(), found, "{path}");
        }
    }
}
