//! The rule of a composite alarm: which alarms it names.
//!
//! CloudWatch user guide, "Composite alarms": functions `ALARM`, `OK` and `INSUFFICIENT_DATA` of an alarm's name or
//! ARN, `AT_LEAST(M, STATE_CONDITION, (alarm1, alarm2, …))`, `TRUE` and `FALSE`, with `AND`, `OR`, `NOT` and
//! parentheses. Without quotes a name has no spaces, round brackets or commas; within them `"` is written `\"`.

use super::state::AlarmState;

/// An alarm that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The state that the rule asks whether it is in.
    pub state: AlarmState,
    /// `NOT` turns that around: before the function, before brackets around it, or both ways back again.
    pub negated: bool,
    /// Of how many that `AT_LEAST` counts it is one, as written: `2`, `50%`.
    pub at_least: Option<String>,
    /// Its name or ARN.
    pub alarm: String,
}

/// The alarms that a rule names, in its order. Whatever cannot be understood is passed over: the rule is CloudWatch's,
/// which knows what it means.
#[must_use]
pub fn references(rule: &str) -> Vec<Reference> {
    let mut scan = Scan { rest: rule };
    let mut found = Vec::new();
    // Whether what comes next is turned around: by the brackets around it, and by a `NOT` just before it.
    let (mut outer, mut turned, mut not) = (Vec::new(), false, false);
    while !scan.rest.is_empty() {
        let word = scan.word();
        if word.is_empty() {
            // A text in quotes that no function takes is no rule.
            if scan.sign('"') {
                scan.quoted();
            } else if scan.sign('(') {
                outer.push(turned);
                turned ^= std::mem::take(&mut not);
            } else if scan.sign(')') {
                turned = outer.pop().unwrap_or_default();
            } else {
                scan.skip();
            }
        } else if word.eq_ignore_ascii_case("NOT") {
            not = !not;
        } else if let Some(state) = state(word) {
            let negated = turned ^ std::mem::take(&mut not);
            if scan.sign('(') {
                found.extend(scan.name().map(|alarm| Reference { state, negated, at_least: None, alarm }));
                scan.sign(')');
            }
        } else if word.eq_ignore_ascii_case("AT_LEAST") && scan.sign('(') {
            scan.at_least(turned ^ std::mem::take(&mut not), &mut found);
            // The list's bracket, and its own.
            let _ = scan.sign(')') && scan.sign(')');
        } else {
            not = false;
        }
    }
    found
}

/// The state that a function or a condition is named after.
fn state(word: &str) -> Option<AlarmState> {
    AlarmState::from_name(&word.to_ascii_uppercase())
}

/// What of a rule has not been read.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    /// Takes a sign, if it is the next.
    fn sign(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    /// Takes a word of letters, digits and `_`; empty where none is next.
    fn word(&mut self) -> &'a str {
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes a character, whatever it is.
    fn skip(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }

    /// Takes a name, in quotes or without.
    fn name(&mut self) -> Option<String> {
        if self.sign('"') {
            return self.quoted();
        }
        let end = self.rest.find(['(', ')', ',', '"']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Takes what stands in quotes, after the first; none where they are not closed.
    fn quoted(&mut self) -> Option<String> {
        let mut name = String::new();
        let mut characters = self.rest.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    self.rest = characters.as_str();
                    return Some(name).filter(|name| !name.is_empty());
                }
                '\\' if characters.as_str().starts_with('"') => name.extend(characters.next()),
                other => name.push(other),
            }
        }
        self.rest = "";
        None
    }

    /// Takes what `AT_LEAST(` begins.
    fn at_least(&mut self, mut negated: bool, found: &mut Vec<Reference>) {
        // How many: a number, or a percentage.
        let many = self.name();
        if !self.sign(',') {
            return;
        }
        let mut word = self.word();
        if word.eq_ignore_ascii_case("NOT") {
            negated = !negated;
            word = self.word();
        }
        let Some(state) = state(word) else { return };
        if !self.sign(',') || !self.sign('(') {
            return;
        }
        while let Some(alarm) = self.name() {
            found.push(Reference { state, negated, at_least: many.clone(), alarm });
            if !self.sign(',') {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(rule: &str) -> Vec<(AlarmState, String)> {
        references(rule).into_iter().map(|reference| (reference.state, reference.alarm)).collect()
    }

    #[test]
    fn the_examples_of_the_documents_are_read() {
        use AlarmState::{Alarm, InsufficientData, Ok};
        let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a b, c";
        let with_arn = format!("TRUE AND ALARM(\"{arn}\") AND FALSE");
        for (rule, wanted) in [
            (
                "ALARM(CPUUtilizationTooHigh) AND ALARM(DiskReadOpsTooHigh)",
                vec![(Alarm, "CPUUtilizationTooHigh"), (Alarm, "DiskReadOpsTooHigh")],
            ),
            (
                "(ALARM(\"a (b), c\") OR ALARM( d-e.f/g )) AND NOT OK (\"n\")",
                vec![(Alarm, "a (b), c"), (Alarm, "d-e.f/g"), (Ok, "n")],
            ),
            (
                "AT_LEAST(50%, NOT OK, (a, \"b c\", d)) OR INSUFFICIENT_DATA(e)",
                vec![(Ok, "a"), (Ok, "b c"), (Ok, "d"), (InsufficientData, "e")],
            ),
            ("AT_LEAST(\"50%\", ALARM, (a))", vec![(Alarm, "a")]),
            (with_arn.as_str(), vec![(Alarm, arn)]),
            (r#"ALARM("say \"no\"")"#, vec![(Alarm, "say \"no\"")]),
            ("TRUE", vec![]),
        ] {
            let wanted: Vec<_> = wanted.into_iter().map(|(state, name)| (state, name.to_owned())).collect();
            assert_eq!(named(rule), wanted, "{rule}");
        }
    }

    #[test]
    fn not_turns_around_and_at_least_counts() {
        let told = |rule: &str| -> Vec<(String, bool, Option<String>)> {
            references(rule).into_iter().map(|child| (child.alarm, child.negated, child.at_least)).collect()
        };
        for (rule, wanted) in [
            ("ALARM(a) AND NOT OK(b) OR ALARM(c)", vec![("a", false, None), ("b", true, None), ("c", false, None)]),
            (
                "NOT (ALARM(a) OR (NOT ALARM(b) AND OK(\"c\"))) AND OK(d)",
                vec![("a", true, None), ("b", false, None), ("c", true, None), ("d", false, None)],
            ),
            ("NOT NOT ALARM(a)", vec![("a", false, None)]),
            (
                "(AT_LEAST(2, NOT OK, (a, b))) OR NOT AT_LEAST(\"50%\", ALARM, (c)) AND OK(d)",
                vec![("a", true, Some("2")), ("b", true, Some("2")), ("c", true, Some("50%")), ("d", false, None)],
            ),
        ] {
            let wanted: Vec<_> = wanted
                .into_iter()
                .map(|(name, negated, many)| (name.to_owned(), negated, many.map(ToOwned::to_owned)))
                .collect();
            assert_eq!(told(rule), wanted, "{rule}");
        }
    }

    #[test]
    fn what_is_no_rule_names_nothing() {
        for rule in
            ["", "ALARM", "ALARM(", "ALARM(\"", "ALARM(\"a", "ALARM()", "ALARM(\"\")", "\"ALARM(a)\"", "AT_LEAST("]
        {
            assert_eq!(references(rule), vec![], "{rule}");
        }
    }

    proptest! {
        #[test]
        fn no_rule_breaks_it(rule in "\\PC*") {
            prop_assert!(references(&rule).iter().all(|reference| !reference.alarm.is_empty()));
        }

        #[test]
        fn no_jumble_of_its_own_words_breaks_it(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST", "NOT", "AND", "(", ")", "\"", "\\", ",", "ä", " ",
                ]),
                0..60,
            )
        ) {
            let rule = words.concat();
            prop_assert!(references(&rule).len() <= words.len());
        }

        #[test]
        fn a_name_in_quotes_comes_back(name in "[^\"\\\\]{1,40}") {
            let rule = format!("OK(\"{name}\")");
            prop_assert_eq!(named(&rule), vec![(AlarmState::Ok, name)]);
        }
    }
}
