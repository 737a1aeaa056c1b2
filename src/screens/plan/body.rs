//! What a plan says, as lines: everything that matters before it is approved, in the order in which
//! it matters.

use std::ops::Range;

use rust_decimal::Decimal;

use super::fields;
use super::state::State;
use crate::keymap::{Action, Layer};
use crate::ops::call::ApiName;
use crate::ops::plan::{Consequence, Kept, Tone};
use crate::ops::{Check, CheckState};
use crate::services::kubernetes;
use crate::shell::Shell;
use crate::slices::{Follow, Plan, Step};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::pen::{self, Piece};
use crate::ui::prose::{self, Line};

/// The lines, and where among them the focused parameter stands.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub lines: Vec<Line>,
    pub focused: Option<Range<usize>>,
}

impl Body {
    fn part(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.lines.extend(lines);
            self.lines.push(Vec::new());
        }
    }
}

/// Everything about an open plan.
#[must_use]
pub fn of(shell: &Shell, plan: &State, width: usize) -> Body {
    let mut body = Body::default();
    body.part(changed(&plan.changed, width));
    body.part(trouble(shell, plan, width));
    let Some(made) = plan.plan.as_deref() else { return body };
    body.part(prose::hanging(blank(), &made.summary, Role::Text, width));
    let start = body.lines.len();
    let (parameters, focused) = fields::lines(plan, shell.world.now, &shell.zone, width);
    body.focused = focused.map(|range| start + range.start..start + range.end);
    body.part(parameters);
    let mut says = consequences(&made.consequences, width);
    says.extend(monthly(made, width));
    says.extend(kept(&made.kept, width));
    body.part(says);
    body.part(checks(&made.checks, width));
    let key = |action| shell.keymap.key_for(&[Layer::Plan], action);
    body.part(calls(made, key(Action::Copy), width));
    if plan.kind.offers_safety_snapshot() {
        body.lines.extend(safety(plan.safety.as_deref(), key(Action::SafetySnapshot), width));
    }
    body.lines.extend(undo(made, width));
    let age = format::ago(shell.world.now, made.seen_at);
    let mut read = format!("{age}, {}, as {}", format::clock_seconds(made.seen_at), made.principal);
    if let Some(key) = key(Action::Refresh) {
        read.push_str(&format!("; {key} reads again"));
    }
    body.lines.extend(prose::labelled("State read", "", &read, Role::Dim, width));
    body
}

fn blank() -> Line {
    vec![(" ".into(), Role::Text)]
}

/// What is different since the plan was made: it is looked at again because of this.
fn changed(differences: &[String], width: usize) -> Vec<Line> {
    if differences.is_empty() {
        return Vec::new();
    }
    let words = "✖ Nothing was sent: this changed since the plan was made. Look at it again.";
    let mut lines = prose::hanging(blank(), words, Role::Critical, width);
    for difference in differences {
        lines.extend(prose::hanging(vec![("   ".into(), Role::Text)], difference, Role::Critical, width));
    }
    lines
}

/// That it is being read, or why that failed.
fn trouble(shell: &Shell, plan: &State, width: usize) -> Vec<Line> {
    let place = format!("{}, {}", plan.target.id, plan.target.region);
    if let Some(fault) = plan.fault.as_ref().filter(|_| !plan.reading) {
        let words = format!("✖ the state of {place} could not be read: {fault}");
        let mut lines = prose::hanging(blank(), &words, Role::Critical, width);
        lines.extend(prose::hanging(blank(), &format!("→ {}", fault.advice()), Role::Accent, width));
        if let Some(key) = shell.keymap.key_for(&[Layer::Plan], Action::Refresh) {
            lines.extend(prose::hanging(blank(), &format!("{key} tries again"), Role::Dim, width));
        }
        return lines;
    }
    if plan.plan.is_none() {
        return prose::hanging(blank(), &format!("reading the state of {place} …"), Role::Dim, width);
    }
    Vec::new()
}

fn consequences(all: &[Consequence], width: usize) -> Vec<Line> {
    all.iter()
        .flat_map(|said| {
            let (mark, role) = match said.tone {
                Tone::Plain => ("", Role::Text),
                Tone::Good => ("●", Role::Text),
                Tone::Warning => ("▲", Role::Warning),
                Tone::Critical => ("✖", Role::Critical),
            };
            prose::labelled(&said.label, mark, &said.text, role, width)
        })
        .collect()
}

/// What it costs a month, where a consequence does not say so already.
fn monthly(plan: &Plan, width: usize) -> Vec<Line> {
    let said = plan.consequences.iter().any(|c| c.label.starts_with("Cost"));
    let Some(amount) = plan.monthly.filter(|amount| !said && !amount.is_zero()) else { return Vec::new() };
    let sign = if amount < Decimal::ZERO { "-" } else { "+" };
    let words = format!("{sign}${:.2} a month at on-demand prices", amount.abs().round_dp(2));
    prose::labelled("Cost", "", &words, Role::Text, width)
}

/// What is asked for explicitly because AWS would set something else; what deliberately differs.
fn kept(rows: &[Kept], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let said: Vec<String> = rows
        .iter()
        .filter(|row| row.kept && row.value != row.default)
        .map(|row| format!("{} {} ({})", row.name, row.value, otherwise(&row.default)))
        .collect();
    let alike = rows.iter().filter(|row| row.kept && row.value == row.default).count();
    let mut words = said.join(", ");
    if alike > 0 {
        let more = if alike == 1 { "1 more value".to_owned() } else { format!("{alike} more values") };
        words.push_str(&if words.is_empty() { more } else { format!(", and {more} as at the source") });
    }
    if !words.is_empty() {
        lines.extend(prose::labelled("Kept", "", &words, Role::Text, width));
    }
    for row in rows.iter().filter(|row| row.lost) {
        let words = format!("{} {}: {} instead", row.name, row.value, row.default);
        lines.extend(prose::labelled("Not kept", "▲", &words, Role::Warning, width));
    }
    for row in rows.iter().filter(|row| !row.kept && !row.lost) {
        let words = format!("{}: not as at the source, which has {}", row.name, row.value);
        lines.extend(prose::labelled("Different", "▲", &words, Role::Warning, width));
    }
    lines
}

/// What it would be if it were not asked for: a value, or in AWS's hands.
fn otherwise(default: &str) -> String {
    match default {
        "" => "AWS's default: none".to_owned(),
        said if said.starts_with("AWS's ") => format!("otherwise {said}"),
        said => format!("AWS's default: {said}"),
    }
}

/// Those that are met side by side, the others each with what was seen.
fn checks(all: &[Check], width: usize) -> Vec<Line> {
    let met: Vec<Line> = all
        .iter()
        .filter(|check| check.state == CheckState::Met)
        .map(|check| vec![("✔ ".into(), Role::Good), (check.name.clone(), Role::Text)])
        .collect();
    let mut lines = Vec::new();
    let mut name = "Checks";
    if !met.is_empty() {
        lines.extend(prose::flow(vec![prose::label(name)], met, width));
        name = "";
    }
    // What forbids the plan comes before what only asks for a thought.
    for wanted in [CheckState::Failed, CheckState::Doubtful, CheckState::Unknown] {
        for check in all.iter().filter(|check| check.state == wanted) {
            let (mark, role) = match wanted {
                CheckState::Failed => ("✖", Role::Critical),
                CheckState::Doubtful => ("▲", Role::Warning),
                CheckState::Unknown | CheckState::Met => ("?", Role::Unknown),
            };
            lines.extend(prose::labelled(name, mark, &check.name, role, width));
            if !check.why.is_empty() {
                lines.extend(prose::labelled("", " ", &check.why, Role::Text, width));
            }
            name = "";
        }
    }
    lines
}

/// Every call with every parameter, as it is sent. Many evictions are folded: the key that copies gives them
/// whole.
fn calls(plan: &Plan, copy: Option<String>, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut place = 0;
    while let Some(step) = plan.steps.get(place) {
        let name = if place == 0 { prose::label("Calls") } else { prose::label("") };
        let beside = plan.beside(place);
        if beside.len() > FEW && are_evictions(&plan.steps[beside.clone()]) {
            place = beside.end;
            lines.extend(many(plan, name, beside, width));
            continue;
        }
        let lead = vec![name, (format!("{}  ", place + 1), Role::Dim)];
        let indent = pen::width(&lead);
        let first = format!("{} in {}: {}", step.call.api.id(), step.place(), purpose(step));
        lines.extend(prose::hanging(lead, &first, Role::Header, width));
        let parameters: Vec<String> =
            step.call.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let below = vec![(" ".repeat(indent), Role::Text)];
        lines.extend(prose::hanging(below, &parameters.join(" "), Role::Text, width));
        place += 1;
    }
    if let Some(key) = copy.filter(|_| !plan.steps.is_empty()) {
        let words = format!("{key} copies them as aws commands");
        lines.extend(prose::labelled("", "", &words, Role::Dim, width));
    }
    lines
}

/// So few calls beside each other are written out.
const FEW: usize = 3;

/// Whether all are evictions: what is other in each is which pod it is for, by its name and its UID.
fn are_evictions(steps: &[Step]) -> bool {
    steps.iter().all(|step| matches!(step.follow, Follow::Kubernetes(kubernetes::change::Follow::PodGone { .. })))
}

/// Evictions of a drain: what they have in common, and which pods they are for.
fn many(plan: &Plan, name: Piece, beside: Range<usize>, width: usize) -> Vec<Line> {
    let steps = &plan.steps[beside.clone()];
    let Some(first) = steps.first() else { return Vec::new() };
    let lead = vec![name, (format!("{}-{}  ", beside.start + 1, beside.end), Role::Dim)];
    let below = vec![(" ".repeat(pen::width(&lead)), Role::Text)];
    let what = format!(
        "{} in {}, {} times, each usually {}",
        first.call.api.id(),
        first.place(),
        steps.len(),
        usual(first.usual)
    );
    let mut lines = prose::hanging(lead, &what, Role::Header, width);
    let in_all = first.call.parameters.iter().filter(|one| steps.iter().all(|step| step.call.parameters.contains(one)));
    let in_all: Vec<String> = in_all.map(|(name, value)| format!("{name}={value}")).collect();
    if !in_all.is_empty() {
        lines.extend(prose::hanging(below.clone(), &in_all.join(" "), Role::Text, width));
    }
    let each: Vec<&str> = steps.iter().map(subject).collect();
    lines.extend(prose::hanging(below, &each.join(", "), Role::Text, width));
    lines
}

/// What a step is done to; what it does where that has no name.
#[must_use]
pub fn subject(step: &Step) -> &str {
    let of = match &step.follow {
        Follow::Rds(of) => of.instance(),
        Follow::Kubernetes(of) => Some(of.of().local()),
    };
    of.unwrap_or(&step.purpose)
}

fn purpose(step: &Step) -> String {
    format!("{}, usually {}", step.purpose, usual(step.usual))
}

/// A span of seconds in words: `2-5 min`, `20-90 s`.
#[must_use]
pub fn usual((least, most): (u32, u32)) -> String {
    let (unit, word) = if most >= 7200 {
        (3600, "h")
    } else if most >= 120 {
        (60, "m")
    } else {
        (1, "s")
    };
    let (from, to) = (least / unit, most.div_ceil(unit));
    match from {
        _ if from == to => format!("{to}{word}"),
        0 => format!("less than {to}{word}"),
        _ => format!("{from}-{to}{word}"),
    }
}

fn safety(name: Option<&str>, key: Option<String>, width: usize) -> Vec<Line> {
    let key = key.unwrap_or_default();
    let words = match name {
        Some(name) => format!("{name}, the change waits for it; {key} goes without"),
        None => format!("no; {key} takes one before the change and waits for it"),
    };
    prose::labelled("Snapshot first", if name.is_some() { "✔" } else { "" }, &words, Role::Text, width)
}

fn undo(plan: &Plan, width: usize) -> Vec<Line> {
    match &plan.inverse {
        Some(inverse) => prose::labelled("To undo it", "", inverse, Role::Text, width),
        None => prose::labelled("To undo it", "▲", "there is no way back", Role::Warning, width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| prose::plain(line)).collect()
    }

    #[test]
    fn spans_are_said_in_one_unit() {
        assert_eq!(usual((120, 300)), "2-5m");
        assert_eq!(usual((20, 90)), "20-90s");
        assert_eq!(usual((5, 300)), "less than 5m");
        assert_eq!(usual((3600, 14_400)), "1-4h");
        assert_eq!(usual((60, 60)), "60s");
    }

    #[test]
    fn what_is_met_is_short_and_the_rest_says_why() {
        let checks = checks(
            &[
                Check::hard("available", true, ""),
                Check::soft("lag within 60 s", false, "the replica lags 312 s"),
                Check::hard("account 111122223333", false, "these credentials are of another one"),
            ],
            80,
        );
        assert_eq!(
            shown(&checks),
            [
                " Checks         ✔ available",
                "                ✖ account 111122223333",
                "                  these credentials are of another one",
                "                ▲ lag within 60 s",
                "                  the replica lags 312 s",
            ]
        );
    }

    #[test]
    fn kept_values_name_what_aws_would_have_set() {
        let row = |name: &str, value: &str, default: &str, kept| Kept {
            name: name.into(),
            value: value.into(),
            default: default.into(),
            kept,
            lost: false,
        };
        let rows = [
            row("MultiAZ", "true", "false", true),
            row("StorageType", "gp3", "gp3", true),
            row("DBInstanceClass", "db.r6g.large", "", false),
        ];
        assert_eq!(
            shown(&kept(&rows, 100)),
            [
                " Kept           MultiAZ true (AWS's default: false), and 1 more value as at the source",
                " Different      ▲ DBInstanceClass: not as at the source, which has db.r6g.large",
            ]
        );
    }

    #[test]
    fn what_aws_would_choose_is_said_in_whole_words() {
        assert_eq!(otherwise("depends on the subnet group"), "AWS's default: depends on the subnet group");
        assert_eq!(otherwise("AWS's choice"), "otherwise AWS's choice");
        assert_eq!(otherwise(""), "AWS's default: none");
    }

    #[test]
    fn every_parameter_of_every_call_is_shown() {
        use crate::services::rds::{Kind, testing};
        use crate::slices::testing::plan_of;
        let seen = testing::seen();
        let plan = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        for width in [40, 76, 116] {
            let text = shown(&calls(&plan, Some("y".into()), width)).join("");
            let text: String = text.chars().filter(|c| *c != ' ').collect();
            for (name, value) in &plan.steps[0].call.parameters {
                assert!(text.contains(&format!("{name}={value}")), "{width}: {text}");
            }
            assert!(text.contains("ycopiesthemasawscommands"), "{text}");
        }
    }
}
