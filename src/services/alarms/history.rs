//! What happened to an alarm (`DescribeAlarmHistory`).
//!
//! What changed is read from `HistoryData`, which is JSON, never from the summary's prose: of a change of state
//! `oldState` and `newState` with `stateValue` and `stateReason` (AWS CLI reference, `describe-alarm-history`,
//! examples), of an action `actionState`, `notificationResource` and `error` (as CloudWatch's console shows it). It has
//! 4,095 characters at most (API reference, `AlarmHistoryItem`): what cannot be read is unknown.

use jiff::Timestamp;
use serde_json::Value;

use super::actions::deed;
use super::grounds::Grounds;
use super::reason::shortened;
use super::state::AlarmState;
use crate::domain::text;

/// An entry of an alarm's history, text cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmChange {
    pub at: Timestamp,
    pub kind: ChangeKind,
    /// `HistorySummary`: "Alarm updated from OK to ALARM".
    pub summary: String,
    /// Of which contributor, one of the series of an alarm on many, in words: `Function=mail, Stage=prod`. What happens
    /// to one is not what happens to the alarm.
    pub contributor: Option<String>,
}

/// `HistoryItemType`, and what its data tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// `StateUpdate`: what it was, what it became, and why; a state that is not told is unknown.
    State { from: Option<AlarmState>, to: Option<AlarmState>, reason: String },
    /// `ConfigurationUpdate`: it was made, changed or deleted.
    Configuration,
    /// `Action`: what was told (an ARN), whether that went well, and why not; unknown where that is not told.
    Action { what: Option<String>, ok: Option<bool>, error: Option<String> },
    /// One that is newer than this console, by CloudWatch's word.
    Other(String),
}

/// The history of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    /// Newest first.
    pub changes: Vec<AlarmChange>,
    /// There is more in the time that was asked for than was read.
    pub cut: bool,
}

impl AlarmChange {
    /// An entry of `HistoryItemType`, `HistorySummary` and `HistoryData` as AWS gives them, not cleaned yet.
    #[must_use]
    pub fn of(at: Timestamp, kind: &str, summary: &str, data: &str) -> Self {
        let kind = match kind {
            "StateUpdate" | CONTRIBUTOR_STATE => {
                let data = parsed(data);
                let state = |which: &str| AlarmState::from_name(data[which]["stateValue"].as_str()?);
                let reason = why(&data["newState"]);
                ChangeKind::State { from: state("oldState"), to: state("newState"), reason }
            }
            "ConfigurationUpdate" => ChangeKind::Configuration,
            "Action" | CONTRIBUTOR_ACTION => {
                let data = parsed(data);
                let ok = match data["actionState"].as_str() {
                    Some("Succeeded") => Some(true),
                    Some("Failed") => Some(false),
                    _ => None,
                };
                ChangeKind::Action { what: said(&data["notificationResource"]), ok, error: said(&data["error"]) }
            }
            other => ChangeKind::Other(text::clean(other)),
        };
        Self { at, kind, summary: text::clean(summary), contributor: None }
    }

    /// The same with the contributor's attributes, not cleaned yet; without any it is the alarm's own.
    #[must_use]
    pub fn of_contributor<'a>(mut self, attributes: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all: Vec<String> = attributes.map(|(name, value)| text::clean(&format!("{name}={value}"))).collect();
        all.sort();
        let words = all.join(", ");
        let end = words.char_indices().nth(MOST_WORDS).map(|(at, _)| at);
        let words = end.map_or_else(|| words.clone(), |end| format!("{}…", &words[..end]));
        self.contributor = Some(words).filter(|words| !words.is_empty());
        self
    }
}

impl ChangeKind {
    /// What an action did, by its ARN: `published to sns oncall`, with the account where it is not the alarm's.
    #[must_use]
    pub fn deed(what: &str, own_account: &str) -> String {
        deed(what, own_account)
    }
}

/// Entries about one of the series of an alarm on many.
const CONTRIBUTOR_STATE: &str = "AlarmContributorStateUpdate";
const CONTRIBUTOR_ACTION: &str = "AlarmContributorAction";
/// Characters of a contributor's attributes that are kept.
const MOST_WORDS: usize = 300;

/// The data of an entry; nothing where it is no JSON.
fn parsed(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_default()
}

/// Why it came to a state: of a composite which alarms brought it there, of others what CloudWatch says.
fn why(state: &Value) -> String {
    // JSON, or a text that is JSON.
    let grounds = match &state["stateReasonData"] {
        Value::String(text) => Grounds::read(text),
        data => Grounds::of(data),
    };
    let alarms = grounds.and_then(|grounds| grounds.alarms_in_words());
    alarms.unwrap_or_else(|| shortened(&said(&state["stateReason"]).unwrap_or_default()))
}

/// Cleaned text; none where there is none.
fn said(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(text::clean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(kind: &str, data: &str) -> ChangeKind {
        AlarmChange::of(Timestamp::UNIX_EPOCH, kind, "s", data).kind
    }

    #[test]
    fn states_are_read_from_the_data() {
        let data = r#"{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"new"},
            "newState":{"stateValue":"ALARM","stateReason":"Threshold\u001b Crossed","stateReasonData":{"period":60}}}"#;
        let wanted = ChangeKind::State {
            from: Some(AlarmState::InsufficientData),
            to: Some(AlarmState::Alarm),
            reason: "Threshold? Crossed".into(),
        };
        assert_eq!(kind("StateUpdate", data), wanted);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_whatever_the_summary_says() {
        let cut = r#"{"oldState":{"stateValue":"OK"},"newState":{"stateVal"#;
        for data in ["", cut, "[]", "7", r#"{"newState":7}"#, r#"{"newState":{"stateValue":"FINE"}}"#] {
            let change = AlarmChange::of(Timestamp::UNIX_EPOCH, "StateUpdate", "Alarm updated from OK to ALARM", data);
            let unknown = ChangeKind::State { from: None, to: None, reason: String::new() };
            assert_eq!(change.kind, unknown, "{data}");
        }
    }

    #[test]
    fn an_action_says_whether_it_went_well() {
        let told = |state: &str, error: &str| {
            format!(r#"{{"actionState":"{state}","notificationResource":"arn:aws:sns:x","error":{error}}}"#)
        };
        let what = Some("arn:aws:sns:x".to_owned());
        let wanted = ChangeKind::Action { what: what.clone(), ok: Some(true), error: None };
        assert_eq!(kind("Action", &told("Succeeded", "null")), wanted);
        let wanted = ChangeKind::Action { what: what.clone(), ok: Some(false), error: Some("no permission".into()) };
        assert_eq!(kind("Action", &told("Failed", "\"no permission\"")), wanted);
        let wanted = ChangeKind::Action { what, ok: None, error: None };
        assert_eq!(kind("Action", &told("InProgress", "null")), wanted);
        assert_eq!(kind("Action", "no"), ChangeKind::Action { what: None, ok: None, error: None });
    }

    #[test]
    fn other_entries_keep_their_word() {
        assert_eq!(kind("ConfigurationUpdate", "{}"), ChangeKind::Configuration);
        assert_eq!(kind("Moon", "{}"), ChangeKind::Other("Moon".into()));
    }

    #[test]
    fn what_happens_to_a_contributor_is_told_with_its_attributes() {
        let data = r#"{"actionState":"Failed","notificationResource":"arn:aws:sns:x","error":"no permission"}"#;
        let change = AlarmChange::of(Timestamp::UNIX_EPOCH, "AlarmContributorAction", "s", data);
        assert_eq!(change.contributor, None);
        assert!(matches!(&change.kind, ChangeKind::Action { ok: Some(false), error: Some(_), .. }), "{change:?}");
        let long = "x".repeat(1_000);
        let change = change.of_contributor([("b\u{1b}", long.as_str()), ("a", "1")].into_iter());
        let words = change.contributor.expect("attributes");
        assert!(words.starts_with("a=1, b?=x") && words.ends_with('…'), "{words}");
        assert_eq!(words.chars().count(), MOST_WORDS + 1);
        let state = kind("AlarmContributorStateUpdate", r#"{"newState":{"stateValue":"ALARM"}}"#);
        assert!(matches!(state, ChangeKind::State { to: Some(AlarmState::Alarm), .. }), "{state:?}");
    }

    proptest! {
        #[test]
        fn no_data_breaks_it(of in "StateUpdate|Action|\\PC*", data in "\\PC*") {
            let change = AlarmChange::of(Timestamp::UNIX_EPOCH, &of, &data, &data);
            prop_assert!(!change.summary.chars().any(text::is_hostile));
        }
    }
}
