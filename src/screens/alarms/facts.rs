//! What an alarm is: when it rings, what it reads, what it does then, and what else decides.

use super::words;
use crate::services::alarms::{
    Alarm, AlarmMetric, AlarmState, Data, MathQuery, MathWatch, QuerySource, Watching, action_words, span,
};
use crate::theme::Role;
use crate::ui::prose::{self, Line};

/// The lines of its facts.
#[must_use]
pub fn lines(alarm: &Alarm, data: &Data, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut say = |label: &str, words: &str, role: Role| lines.extend(prose::labelled(label, "", words, role, width));
    match &alarm.watches {
        Watching::Metric(watch) => {
            say("Condition", &alarm.condition(), Role::Text);
            say("Metric", &metric(&watch.metric), Role::Text);
        }
        Watching::Expression(watch) => {
            say("Condition", &alarm.condition(), Role::Text);
            for (label, query) in std::iter::once("Queries").chain(std::iter::repeat("")).zip(queries(watch)) {
                say(label, &query, Role::Text);
            }
        }
        Watching::Composite(watch) => say("Rule", &watch.rule, Role::Text),
        Watching::Other(watch) => {
            say("Kind", &watch.kind, Role::Text);
            for (name, value) in &watch.facts {
                say(name, value, Role::Text);
            }
        }
    }
    let mut label = "Actions";
    let account = words::account(alarm);
    if !alarm.actions_enabled {
        say(label, "switched off, none of these is done:", Role::Warning);
        label = "";
    }
    for state in AlarmState::ALL {
        let all: Vec<String> = alarm.actions.of(state).iter().map(|arn| action_words(arn, account)).collect();
        if !all.is_empty() {
            say(label, &format!("{}: {}", words::word(state), all.join(", ")), Role::Text);
            label = "";
        }
    }
    if label.is_empty() {
        say(label, "mute rules are not read", Role::Dim);
    }
    if !alarm.description.is_empty() {
        say("Description", &alarm.description, Role::Text);
    }
    let mut label = "Note";
    for (words, is_loud) in remarks(alarm, data) {
        let (mark, role) = if is_loud { ("▲", Role::Warning) } else { ("·", Role::Dim) };
        lines.extend(prose::labelled(label, mark, &words, role, width));
        label = "";
    }
    lines
}

/// What is said of an alarm that calls nobody.
const IDLE: &str = "it takes no action for ALARM by itself";
/// Why there may be composite alarms though none was read (API reference, `DescribeAlarms`).
const HIDDEN: &str = "composite alarms are shown only where cloudwatch:DescribeAlarms is allowed on *";

/// What else decides, and whether somebody may be misled by not knowing it.
fn remarks(alarm: &Alarm, data: &Data) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> =
        alarm.remarks().into_iter().map(|remark| (remark.words, remark.is_grave)).collect();
    if !alarm.acts_on_alarm() {
        let parents: Vec<&str> = data.parents(alarm).map(|parent| parent.name.as_str()).collect();
        all.push((IDLE.into(), parents.is_empty()));
        match parents.as_slice() {
            [] if !data.alarms().iter().any(|other| other.composite().is_some()) => all.push((HIDDEN.into(), false)),
            [] => {}
            [one] => all.push((format!("its composite {one} may act"), false)),
            several => all.push((format!("its composites {} may act", several.join(", ")), false)),
        }
    }
    all
}

/// A metric in a line: `AWS/RDS CPUUtilization, Average of 1 min, DBInstanceIdentifier=orders`.
fn metric(metric: &AlarmMetric) -> String {
    let mut words = format!("{} {}", metric.namespace, metric.name);
    if !metric.statistic.is_empty() {
        words.push_str(&format!(", {}", metric.statistic));
    }
    if let Some(period) = metric.period {
        words.push_str(&format!(" of {}", span(period)));
    }
    if let Some(unit) = &metric.unit {
        words.push_str(&format!(", published in {unit} only"));
    }
    for (name, value) in &metric.dimensions {
        words.push_str(&format!(", {name}={value}"));
    }
    words
}

/// The queries of metric math, each in a line, with what its values are for.
fn queries(watch: &MathWatch) -> Vec<String> {
    let watched = watch.watched().map(|query| query.id.as_str());
    let query = |query: &MathQuery| {
        let source = match &query.source {
            QuerySource::Metric(of) => metric(of),
            QuerySource::Expression(text) => text.clone(),
            QuerySource::Unknown => "not told".into(),
        };
        let account = query.account.as_ref().map(|account| format!(", of account {account}")).unwrap_or_default();
        let part = if watched == Some(query.id.as_str()) {
            " (judged)"
        } else if watch.band.as_ref() == Some(&query.id) {
            " (its band)"
        } else {
            ""
        };
        format!("{} = {source}{account}{part}", query.id)
    };
    watch.queries.iter().map(query).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::known;
    use crate::services::alarms::testing::{anomaly, composite, cpu, expression, of};
    use crate::services::alarms::{Actions, OtherWatch, SuppressedBy, Suppression};
    use crate::ui::prose::plain;

    fn shown(alarm: &Alarm, data: &Data) -> Vec<String> {
        lines(alarm, data, 100).iter().map(|line| plain(line)).collect()
    }

    fn has(lines: &[String], words: &str) {
        assert!(lines.iter().any(|line| line.contains(words)), "{words}: {lines:#?}");
    }

    #[test]
    fn a_metric_alarm_says_what_it_reads_and_what_it_does() {
        let lines = shown(&cpu(), &Data::default());
        let oncall = action_words("arn:aws:sns:us-east-1:111122223333:oncall", "111122223333");
        has(&lines, &format!("Actions        ALARM: {oncall}"));
        for words in [
            "Condition      CPUUtilization > 80 (Average) for 5 of 5 × 1m",
            "Metric         AWS/RDS CPUUtilization, Average of 1m, DBInstanceIdentifier=orders",
            "               mute rules are not read",
            "Note           · INSUFFICIENT_DATA when all data is missing",
        ] {
            has(&lines, words);
        }
    }

    #[test]
    fn metric_math_says_which_query_is_judged() {
        let lines = shown(&of(Watching::Expression(expression())), &Data::default());
        has(&lines, "Queries        e1 = m1 + m2 (judged)");
        has(&lines, "m1 = AWS/RDS ReadIOPS, Average of 5m");
        let lines = shown(&of(Watching::Expression(anomaly())), &Data::default());
        has(&lines, "ad1 = ANOMALY_DETECTION_BAND(m1, 2) (its band)");
    }

    #[test]
    fn what_is_not_modelled_is_shown_for_what_it_is() {
        let other = OtherWatch { kind: "log alarm".into(), facts: vec![("log group".into(), "/app".into())] };
        let lines = shown(&of(Watching::Other(other)), &Data::default());
        has(&lines, "Kind           log alarm");
        has(&lines, "log group      /app");
    }

    fn said(alarm: &Alarm, data: &Data, is_loud: bool) -> Vec<String> {
        let all = remarks(alarm, data).into_iter();
        all.filter_map(|(words, loud)| (loud == is_loud).then_some(words)).collect()
    }

    #[test]
    fn that_nothing_is_done_is_loud() {
        let data = Data::default();
        assert!(said(&cpu(), &data, true).is_empty());
        let oncall = cpu().actions.alarm;
        let off = Alarm { actions_enabled: false, ..cpu() };
        let none = Alarm { actions: Actions::default(), ..cpu() };
        let ok_only = Alarm { actions: Actions { ok: oncall, ..Actions::default() }, ..cpu() };
        for alarm in [&off, &none, &ok_only] {
            let loud = said(alarm, &data, true);
            assert!(loud.len() == 1 && loud[0].contains("it takes no action for ALARM by itself"), "{loud:?}");
        }
        let mut rule = composite("ALARM(orders-cpu)");
        let data = known(vec![none.clone(), rule.clone()]);
        for alarm in [&off, &none, &ok_only] {
            assert!(said(alarm, &data, true).is_empty());
            has(&said(alarm, &data, false), "it takes no action for ALARM by itself");
            has(&said(alarm, &data, false), "its composite all may act");
        }
        for (by, is_loud) in [(SuppressedBy::Alarm, true), (SuppressedBy::WaitPeriod, false)] {
            let words = by.words(None);
            if let Watching::Composite(watch) = &mut rule.watches {
                watch.suppressed = Some(Suppression { by, reason: String::new() });
            }
            assert_eq!(said(&rule, &data, true).contains(&words), is_loud, "{words}");
        }
    }

    #[test]
    fn that_composites_may_be_hidden_is_told_where_none_was_read() {
        let idle = Alarm { actions: Actions::default(), ..cpu() };
        let data = known(vec![idle.clone()]);
        has(&said(&idle, &data, false), HIDDEN);
        assert!(!said(&cpu(), &data, false).contains(&HIDDEN.to_owned()), "it acts itself");
        let data = known(vec![idle.clone(), composite("ALARM(other)")]);
        assert!(!said(&idle, &data, false).contains(&HIDDEN.to_owned()));
    }
}
