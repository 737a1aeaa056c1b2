//! What an alarm is: when it rings, what it reads, whom it tells, and what else decides.

use super::words;
use crate::services::alarms::{
    Alarm, AlarmMetric, AlarmState, Data, MathQuery, MathWatch, QuerySource, Watching, span,
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
    let mut label = "Tells";
    for state in AlarmState::ALL {
        let all: Vec<String> = alarm.actions.of(state).iter().map(|arn| words::target(arn)).collect();
        if !all.is_empty() {
            say(label, &format!("{}: {}", words::word(state), all.join(", ")), Role::Text);
            label = "";
        }
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

/// What else decides, and whether somebody may be misled by not knowing it.
fn remarks(alarm: &Alarm, data: &Data) -> Vec<(String, bool)> {
    let all = alarm.remarks();
    let is_quiet = !alarm.actions_enabled || alarm.actions.is_empty();
    // Of an alarm that is a part of another one, that one tells.
    let is_lonely = !alarm.actions_enabled || data.parents(alarm).next().is_none();
    let is_kept_back = alarm.composite().is_some_and(|watch| watch.suppressed.is_some());
    let last = all.len().saturating_sub(1);
    let loud = |at: usize| {
        (at == 0 && alarm.evaluation.is_some())
            || (is_quiet && is_lonely && at == last)
            || (is_kept_back && at + usize::from(is_quiet) == last)
    };
    all.into_iter().enumerate().map(|(at, words)| (words, loud(at))).collect()
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
    fn a_metric_alarm_says_what_it_reads_and_whom_it_tells() {
        let lines = shown(&cpu(), &Data::default());
        for words in [
            "Condition      CPUUtilization > 80 (Average) for 5 of 5 × 1 min",
            "Metric         AWS/RDS CPUUtilization, Average of 1 min, DBInstanceIdentifier=orders",
            "Tells          ALARM: sns oncall",
            "Note           · INSUFFICIENT_DATA when all data is missing",
        ] {
            has(&lines, words);
        }
    }

    #[test]
    fn metric_math_says_which_query_is_judged() {
        let lines = shown(&of(Watching::Expression(expression())), &Data::default());
        has(&lines, "Queries        e1 = m1 + m2 (judged)");
        has(&lines, "m1 = AWS/RDS ReadIOPS, Average of 5 min");
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

    #[test]
    fn that_nobody_is_told_is_loud() {
        let loud = |alarm: &Alarm, data: &Data| {
            let all = remarks(alarm, data).into_iter();
            all.filter_map(|(words, is_loud)| is_loud.then_some(words)).collect::<Vec<_>>()
        };
        let mut data = Data::default();
        assert!(loud(&cpu(), &data).is_empty());
        let off = Alarm { actions_enabled: false, ..cpu() };
        assert_eq!(loud(&off, &data), ["its actions are switched off: a change of state tells nobody"]);
        let none = Alarm { actions: Actions::default(), ..cpu() };
        assert_eq!(loud(&none, &data), ["it has no actions: a change of state tells nobody"]);
        let mut rule = composite("ALARM(orders-cpu)");
        data.all.succeed(vec![none.clone(), rule.clone()], jiff::Timestamp::UNIX_EPOCH);
        assert!(loud(&none, &data).is_empty(), "its composite alarm tells");
        if let Watching::Composite(watch) = &mut rule.watches {
            watch.suppressed = Some(Suppression { by: SuppressedBy::Alarm, reason: String::new() });
        }
        assert_eq!(loud(&rule, &data), ["its actions are kept back: the suppressor is in ALARM"]);
    }
}
