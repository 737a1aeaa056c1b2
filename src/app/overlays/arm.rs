//! The question before an environment is armed: why, and for how long.

use crate::domain::Criticality;
use crate::screens::State;
use crate::screens::arm::ArmQuestion;
use crate::theme::Role;
use crate::ui::dialog::Dialog;
use crate::ui::environment::{CURSOR, criticality_role, shown_name};
use crate::ui::format;
use crate::ui::prose::{self, Line};

/// Columns of the question.
pub const WIDTH: u16 = 70;

/// The frame: double for production.
#[must_use]
pub fn frame(state: &State, question: &ArmQuestion) -> Dialog {
    let known = state.shell.world.estate.environment(question.environment);
    let (name, role, production) = known.map_or((String::new(), Role::Production, true), |known| {
        let production = known.criticality == Criticality::Production;
        (shown_name(known), criticality_role(known.criticality), production)
    });
    Dialog {
        production,
        badge: (name, role),
        title: vec!["Allow changes for a while".into()],
        right: (String::new(), Role::Text),
        foot_left: "Esc leaves it read-only".into(),
        foot_right: vec![("Enter arms it".into(), Role::Dim)],
    }
}

/// What stands inside.
#[must_use]
pub fn lines(state: &State, question: &ArmQuestion, width: usize) -> Vec<Line> {
    let most = state.shell.world.changes.policy(question.environment).arm_at_most.as_secs() / 60;
    let who = state
        .shell
        .world
        .identity(question.environment)
        .map(|identity| format!(" as {} in account {}", identity.name(), identity.account))
        .unwrap_or_default();
    let words = format!("Changes can be approved here{who}. Each one is still shown as a plan and approved by itself.");
    let mut lines = prose::hanging(vec![(" ".into(), Role::Text)], &words, Role::Text, width);
    // Whoever looks at the world here need not be who changes it.
    if let Some(role) = state.shell.world.changes.operators.get(&question.environment) {
        let words = format!("They are sent as {role}");
        lines.extend(prose::hanging(vec![(" ".into(), Role::Text)], &words, Role::Header, width));
    }
    lines.push(Vec::new());
    lines.push(typed("Reason", question.reason.value(), question.reason.cursor(), !question.on_minutes));
    let mut minutes = typed("Minutes", question.minutes.value(), question.minutes.cursor(), question.on_minutes);
    minutes.push((format!("   at most {most}{}", until(state, question)), Role::Dim));
    lines.push(minutes);
    lines.push(Vec::new());
    match &question.problem {
        Some(problem) => {
            lines.extend(prose::hanging(vec![(" ✖ ".into(), Role::Critical)], problem, Role::Critical, width));
        }
        None => lines.push(vec![(
            " The reason stands in the journal and in CloudTrail: INC-4312, or a few words".into(),
            Role::Dim,
        )]),
    }
    lines
}

/// The moment that it would end at.
fn until(state: &State, question: &ArmQuestion) -> String {
    let minutes: Option<i64> =
        question.minutes.value().trim().parse::<i64>().ok().filter(|minutes| (1..=1440).contains(minutes));
    let until =
        minutes.and_then(|minutes| state.shell.world.now.checked_add(jiff::SignedDuration::from_mins(minutes)).ok());
    until.map(|at| format!(", until {}", format::clock(at))).unwrap_or_default()
}

/// A label and what is typed; with the cursor where the keys go.
fn typed(label: &str, value: &str, cursor: usize, here: bool) -> Line {
    let mark = if here { CURSOR } else { " " };
    let mut line = vec![(mark.to_owned(), Role::Accent), (format!("{label:<9}"), Role::Key)];
    if here {
        line.push((value.chars().take(cursor).collect(), Role::Text));
        line.push(("▏".into(), Role::Accent));
        line.push((value.chars().skip(cursor).collect(), Role::Text));
    } else {
        line.push((value.to_owned(), Role::Text));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_the_changes_is_said_where_it_is_another_role() {
        use crate::domain::EnvironmentId;
        use crate::keymap::Keymap;
        use crate::theme::{ColorDepth, Theme};
        use crate::world::Estate;
        let estate = Estate::default();
        let now = "2026-11-22T03:12:44Z".parse().unwrap();
        let mut state = State::new(estate, now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        let question = ArmQuestion {
            environment: EnvironmentId(0),
            reason: tui_input::Input::default(),
            minutes: tui_input::Input::new("15".into()),
            on_minutes: false,
            problem: None,
        };
        let said = |state: &State| {
            let lines: Vec<String> = lines(state, &question, 67).iter().map(|line| prose::plain(line)).collect();
            lines.join("\n")
        };
        assert!(!said(&state).contains("sent as"));
        let role = "arn:aws:iam::111122223333:role/operator";
        state.shell.world.changes.operators = [(EnvironmentId(0), role.to_owned())].into();
        assert!(said(&state).contains(&format!("They are sent as {role}")), "{}", said(&state));
    }

    #[test]
    fn the_cursor_stands_where_the_keys_go() {
        assert_eq!(prose::plain(&typed("Reason", "INC-4312", 3, true)), "▸Reason   INC▏-4312");
        assert_eq!(prose::plain(&typed("Minutes", "15", 2, false)), " Minutes  15");
    }
}
