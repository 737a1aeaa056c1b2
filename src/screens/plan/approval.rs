//! What it takes to approve the plan, in the lines that are always in view.

use super::approve::in_the_way;
use super::fields;
use super::state::{Focus, State};
use crate::domain::Criticality;
use crate::keymap::{Action, Layer};
use crate::ops::Level;
use crate::shell::Shell;
use crate::slices::{Plan, Refusal};
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::prose::{self, Line};
use crate::ui::{format, pen};

/// Lines that the refusal of the last attempt may take.
const REFUSAL: usize = 3;

/// The lines, none before the first reading.
#[must_use]
pub fn lines(shell: &Shell, plan: &State, width: usize) -> Vec<Line> {
    let Some(made) = plan.plan.as_deref() else { return Vec::new() };
    if plan.reading {
        return vec![vec![(" reading the state again …".into(), Role::Dim)]];
    }
    let mut lines = Vec::new();
    if let Some(refusal) = plan.refusal() {
        lines.extend(critical(refusal, width).into_iter().take(REFUSAL));
    }
    let level = shell.world.changes.policy(plan.environment).level(made.risk, made.criticality);
    let all = in_the_way(shell, plan, made);
    let first = |is: fn(&Refusal) -> bool| all.iter().find(|refusal| is(refusal));
    if let Some(unmet) = first(|refusal| matches!(refusal, Refusal::Obstacle { .. })) {
        lines.extend(critical(&format!("cannot be approved, {unmet}"), width));
    } else if let Some(why) = &shell.world.changes.journal {
        lines.extend(critical(&format!("cannot be approved: the journal cannot be written: {why}"), width));
    } else if let Some(why) = first(|refusal| matches!(refusal, Refusal::Policy(_))) {
        lines.extend(critical(&format!("cannot be approved: {why}"), width));
    } else if let Some(Refusal::Denied { risk, criticality, .. }) =
        first(|refusal| matches!(refusal, Refusal::Denied { .. }))
    {
        let words = format!(
            "cannot be approved: {} changes of {} are not made with this console (policy)",
            risk.name(),
            criticality.name()
        );
        lines.extend(critical(&words, width));
    } else if let Some(line) = all.iter().find_map(|refusal| unarmed(shell, plan, level, refusal)) {
        lines.push(line);
    } else if let Some(why) = shell.world.changes.blocked.clone().or_else(|| all.first().map(ToString::to_string)) {
        lines.extend(critical(&format!("cannot be approved now: {why}"), width));
    } else {
        lines.extend(gesture(shell, plan, made, level, width));
    }
    lines
}

/// Whether the gesture would send the plan, as far as can be told before it is made: nothing is in the guard's way,
/// and it can be recorded.
#[must_use]
pub fn is_open(shell: &Shell, plan: &State) -> bool {
    let Some(made) = plan.plan.as_deref().filter(|_| !plan.reading) else { return false };
    shell.world.changes.journal.is_none()
        && shell.world.changes.blocked.is_none()
        && in_the_way(shell, plan, made).is_empty()
}

fn critical(words: &str, width: usize) -> Vec<Line> {
    prose::hanging(vec![(" ✖ ".into(), Role::Critical)], words, Role::Critical, width)
}

/// The line for a refusal that says that this environment is not armed; `None` for another one.
fn unarmed(shell: &Shell, plan: &State, level: Level, refusal: &Refusal) -> Option<Line> {
    // Where something is typed the key is a letter of it.
    let key = if plan.is_typing() { format!("Esc, then {}", key(shell, Action::Arm)) } else { key(shell, Action::Arm) };
    let mut line: Line = match refusal {
        Refusal::ArmedElsewhere { armed, .. } => vec![
            (" READ-ONLY".into(), Role::Header),
            (format!(" here: {armed} is armed; "), Role::Text),
            (key, Role::Key),
            (" ends that".into(), Role::Text),
        ],
        Refusal::NotArmed { .. } | Refusal::ArmingOver { .. } => vec![
            (" READ-ONLY".into(), Role::Header),
            ("  ".into(), Role::Text),
            (key, Role::Key),
            (format!(" arms {}", environment(shell, plan)), Role::Text),
        ],
        _ => return None,
    };
    let then = match level {
        Level::Confirm | Level::Deny => "",
        Level::TypeName => "; then the name is typed",
        Level::TypeNameAndReason { .. } => "; then a reason and the name are typed",
    };
    line.push((then.to_owned(), Role::Dim));
    Some(line)
}

/// The environment's name, as it is shown everywhere.
fn environment(shell: &Shell, plan: &State) -> String {
    let known = shell.world.estate.environment(plan.environment);
    let production = known.is_none_or(|e| e.criticality == Criticality::Production);
    let name = &plan.target.environment;
    if production { name.to_uppercase() } else { name.clone() }
}

fn key(shell: &Shell, action: Action) -> String {
    shell.keymap.key_for(&[Layer::Plan], action).unwrap_or_default()
}

/// Seconds until the plan may be approved; 0 when it may.
#[must_use]
pub fn wait(shell: &Shell, plan: &State, level: Level) -> u64 {
    match level {
        Level::TypeNameAndReason { cool_down } => {
            let shown = format::since(shell.world.now, plan.shown_since);
            cool_down.saturating_sub(shown).as_secs_f64().ceil() as u64
        }
        _ => 0,
    }
}

/// The lines to approve it.
fn gesture(shell: &Shell, plan: &State, made: &Plan, level: Level, width: usize) -> Vec<Line> {
    if level == Level::Confirm {
        return vec![vec![
            (" ".into(), Role::Text),
            (key(shell, Action::Approve), Role::Key),
            (" sends it; Enter does not".into(), Role::Text),
        ]];
    }
    let mut lines = Vec::new();
    if matches!(level, Level::TypeNameAndReason { .. }) {
        let mut line = lead("Reason: ", plan.focus == Focus::Reason);
        line.extend(typed(&plan.reason, plan.focus == Focus::Reason, &line, width));
        if plan.reason.value().trim().is_empty() {
            line.push(("  needed".into(), Role::Warning));
        }
        lines.push(line);
    }
    let mut line = lead("To approve, type the name: ", plan.focus == Focus::Name);
    line.extend(typed(&plan.name, plan.focus == Focus::Name, &line, width));
    let wait = wait(shell, plan, level);
    if wait > 0 {
        line.push((format!("  possible in {}", format::age(std::time::Duration::from_secs(wait))), Role::Warning));
    }
    line.push(state_of_name(plan.name.value(), &made.name_to_type, wait > 0));
    lines.push(line);
    lines
}

/// Whether what is typed is the name, or can still become it; while it `waits`, Enter sends nothing.
fn state_of_name(typed: &str, name: &str, waits: bool) -> pen::Piece {
    if typed.is_empty() {
        (format!("  ({name})"), Role::Dim)
    } else if typed == name && waits {
        ("  then Enter".into(), Role::Dim)
    } else if typed == name {
        ("  ✔ Enter sends it".into(), Role::Good)
    } else if name.starts_with(typed) {
        (String::new(), Role::Dim)
    } else {
        ("  not the name".into(), Role::Warning)
    }
}

fn lead(words: &str, here: bool) -> Line {
    let (mark, role) = if here { (CURSOR, Role::Accent) } else { (" ", Role::Text) };
    vec![(mark.to_owned(), Role::Accent), (words.to_owned(), role)]
}

/// Room behind the lead for what is typed; some is kept for what stands behind that.
fn typed(input: &tui_input::Input, here: bool, lead: &[pen::Piece], width: usize) -> Line {
    let room = width.saturating_sub(pen::width(lead) + 20).max(8);
    if here { fields::caret(input, room) } else { vec![(input.value().to_owned(), Role::Text)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_seen_before_enter() {
        assert_eq!(state_of_name("", "qa-db", false).0, "  (qa-db)");
        assert_eq!(state_of_name("qa", "qa-db", false).0, "");
        assert_eq!(state_of_name("qb", "qa-db", false).1, Role::Warning);
        assert_eq!(state_of_name("qa-db", "qa-db", false).1, Role::Good);
        assert_eq!(state_of_name("qa-db-dr", "qa-db", false).1, Role::Warning);
        let early = state_of_name("qa-db", "qa-db", true);
        assert!(!early.0.contains('✔') && early.1 != Role::Good, "{early:?}");
    }
}
