//! The grammar of label selectors in text.

use super::{Requirement, SelectorOperator};

/// Reads the requirements of a selector.
pub(super) fn requirements(text: &str) -> Result<Vec<Requirement>, String> {
    let tokens = tokens(text);
    let mut tokens = tokens.as_slice();
    let mut requirements = Vec::new();
    if tokens.is_empty() {
        return Ok(requirements);
    }
    loop {
        requirements.push(requirement(&mut tokens)?);
        match next(&mut tokens) {
            None => return Ok(requirements),
            Some(",") => {}
            Some(other) => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
        }
    }
}

fn requirement(tokens: &mut &[&str]) -> Result<Requirement, String> {
    let first = next(tokens);
    if first == Some("!") {
        let key = word(next(tokens), "identifier")?;
        return Ok(Requirement { key, operator: SelectorOperator::Missing, values: Vec::new() });
    }
    let key = word(first, "!, identifier, or 'end of string'")?;
    let Some(&operator) = tokens.first().filter(|token| **token != ",") else {
        return Ok(Requirement { key, operator: SelectorOperator::Exists, values: Vec::new() });
    };
    *tokens = &tokens[1..];
    let (operator, values) = match operator {
        "=" | "==" => (SelectorOperator::In, vec![value(tokens)]),
        "!=" => (SelectorOperator::NotIn, vec![value(tokens)]),
        "in" => (SelectorOperator::In, set(tokens)?),
        "notin" => (SelectorOperator::NotIn, set(tokens)?),
        ">" | "<" => {
            let limit = word(next(tokens), "identifier")?;
            if limit.parse::<i64>().is_err() {
                return Err(format!(
                    "values[0][{key}]: Invalid value: \"{limit}\": for 'Gt', 'Lt' operators, the value must be an integer"
                ));
            }
            (if operator == ">" { SelectorOperator::Greater } else { SelectorOperator::Less }, vec![limit])
        }
        other => return Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
    };
    Ok(Requirement { key, operator, values })
}

/// A value; it may be empty.
fn value(tokens: &mut &[&str]) -> String {
    match tokens.first() {
        Some(token) if is_word(token) => {
            let value = (*token).to_owned();
            *tokens = &tokens[1..];
            value
        }
        _ => String::new(),
    }
}

fn set(tokens: &mut &[&str]) -> Result<Vec<String>, String> {
    let open = next(tokens);
    if open != Some("(") {
        return Err(format!("found '{}' expected: '('", open.unwrap_or_default()));
    }
    let mut values = Vec::new();
    loop {
        values.push(value(tokens));
        match next(tokens) {
            Some(")") => return Ok(values),
            Some(",") => {}
            other => return Err(format!("found '{}', expected: ',' or ')'", other.unwrap_or_default())),
        }
    }
}

fn word(token: Option<&str>, expected: &str) -> Result<String, String> {
    match token {
        Some(token) if is_word(token) => Ok(token.to_owned()),
        other => Err(format!("found '{}', expected: {expected}", other.unwrap_or_default())),
    }
}

fn next<'a>(tokens: &mut &[&'a str]) -> Option<&'a str> {
    let (first, rest) = tokens.split_first()?;
    *tokens = rest;
    Some(first)
}

fn is_word(token: &str) -> bool {
    token.chars().next().is_some_and(|first| !is_symbol(first))
}

fn is_symbol(letter: char) -> bool {
    matches!(letter, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("==") || rest.starts_with("!=") {
            2
        } else if is_symbol(first) {
            1
        } else {
            rest.find(|letter: char| is_symbol(letter) || letter.is_whitespace()).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}
