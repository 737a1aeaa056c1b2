//! A plan and its course as plain text.

use jiff::Timestamp;

use crate::domain::Identity;
use crate::domain::text::clean;
use crate::ops::CheckState;
use crate::ops::guard;
use crate::ops::plan::Tone;
use crate::slices::{Plan, Policy, Refusal};

/// A moment, to the second.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Everything that the screen shows of a plan, and why it is refused, if it is.
pub(crate) fn plan(plan: &Plan, policy: &Policy, refusal: Option<&str>) -> String {
    let (target, kind) = (&plan.target, plan.operation.kind());
    let mut lines = vec![
        format!("{} of {} in {} ({})", kind.title(), target.id, target.environment, target.region),
        format!("{}, {} environment, account {}", plan.risk.name(), plan.criticality.name(), plan.account),
        format!("as {}, state of {}", plan.principal, moment(plan.seen_at)),
        String::new(),
        plan.summary.clone(),
    ];
    section(
        &mut lines,
        "Consequences",
        plan.consequences.iter().map(|said| {
            let mark = match said.tone {
                Tone::Plain | Tone::Good => ' ',
                Tone::Warning => '!',
                Tone::Critical => 'X',
            };
            format!("{mark} {:<15}{}", said.label, said.text)
        }),
    );
    let has_cost = plan.consequences.iter().any(|said| said.label == "Cost");
    if let Some(monthly) = plan.monthly.filter(|amount| !has_cost && !amount.is_zero()) {
        lines.push(format!("    {:<15}{monthly:+.2} US dollars a month", "Cost"));
    }
    section(&mut lines, "Deliberately different from the source", {
        let different = plan.kept.iter().filter(|row| !row.kept && !row.lost);
        different.map(|row| format!("! {}: {}", row.name, row.value))
    });
    section(&mut lines, "Not kept", {
        let lost = plan.kept.iter().filter(|row| row.lost);
        lost.map(|row| format!("! {} {}: {} instead", row.name, row.value, row.default))
    });
    section(&mut lines, "Asked for, because AWS would set another value", {
        let kept = plan.kept.iter().filter(|row| row.kept && row.value != row.default);
        kept.map(|row| format!("  {}: {} (AWS: {})", row.name, row.value, row.default))
    });
    section(
        &mut lines,
        "Checks",
        plan.checks.iter().map(|check| {
            let state = match check.state {
                CheckState::Met => "met",
                CheckState::Doubtful => "doubtful",
                CheckState::Failed => "FAILED",
                CheckState::Unknown => "unknown",
            };
            let why = if check.why.is_empty() { String::new() } else { format!(": {}", check.why) };
            format!("  {state:<10}{}{why}", check.name)
        }),
    );
    section(&mut lines, "Calls", calls(plan));
    lines.push(String::new());
    lines.push(match &plan.inverse {
        Some(words) => format!("Undone by: {words}"),
        None => "It cannot be undone.".to_owned(),
    });
    lines.push(String::new());
    lines.push(approval(plan, policy, refusal));
    lines.push(format!("Fingerprint {}", plan.fingerprint.whole()));
    whole(&lines)
}

/// What a dry run has found out.
pub(super) fn rehearsed(plan: &Plan, operator: &Identity) -> String {
    let mut lines = vec![format!("The state was read again: still plan {}.", plan.fingerprint.short())];
    lines.push(format!("{} would send:", operator.arn));
    lines.extend(calls(plan).map(|line| format!("  {line}")));
    lines.push("Nothing was sent.".to_owned());
    whole(&lines)
}

fn calls(plan: &Plan) -> impl Iterator<Item = String> {
    (1..).zip(&plan.steps).flat_map(|(number, step): (usize, _)| {
        let elsewhere = step.account.as_ref().map(|account| format!(", in account {account}")).unwrap_or_default();
        [format!("  {number}. {}{elsewhere}", step.purpose), format!("     {}", step.call.as_command(&plan.cli))]
    })
}

fn section(lines: &mut Vec<String>, title: &str, rows: impl Iterator<Item = String>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        lines.push(String::new());
        lines.push(title.to_owned());
        lines.extend(rows.map(|row| format!("  {row}")));
    }
}

/// Why the guard would refuse a plan, whoever approved it and wherever. `closed` are the problems of the
/// configuration that close the guard here.
pub(crate) fn refusal(plan: &Plan, policy: &Policy, closed: &[String], now: Timestamp) -> Option<String> {
    // The line to mend says more than that nothing is allowed.
    let is_closed = policy.allowed.as_ref().is_some_and(Vec::is_empty) && !closed.is_empty();
    Some(match guard::forbids(plan, policy, now).into_iter().next()? {
        Refusal::Policy(_) if is_closed => closed.join("; "),
        refusal => refusal.to_string(),
    })
}

/// What it takes to carry it out.
fn approval(plan: &Plan, policy: &Policy, refusal: Option<&str>) -> String {
    if let Some(why) = refusal {
        return format!("It cannot be approved: {why}");
    }
    let level = policy.level(plan.risk, plan.criticality);
    if !policy.headless {
        let environment = &plan.target.environment;
        return format!("qd apply may not change {environment}; in the console, {}", level.words());
    }
    format!("To approve: qd apply --plan FILE --approve {} --reason WHY", plan.fingerprint.long())
}

fn whole(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", clean(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Level;
    use crate::services::rds::{Kind, testing::seen};
    use crate::slices::testing::plan_of;

    #[test]
    fn the_text_has_what_decides() {
        let seen = seen();
        let mut made = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        let policy = Policy { headless: true, ..Policy::default() };
        let text = plan(&made, &policy, None);
        for part in [
            "Create snapshot of rentaliq-prod-db in ",
            "routine, production environment",
            "aws rds create-db-snapshot",
            &format!("--approve {} --reason", made.fingerprint.long()),
            made.fingerprint.whole(),
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let closed = plan(&made, &Policy { headless: false, ..policy.clone() }, None);
        assert!(closed.contains("qd apply may not change") && !closed.contains("--approve"), "{closed}");
        made.checks[0].state = CheckState::Failed;
        made.checks[0].why = "it is \u{1b}[2Jmodifying".into();
        let why = refusal(&made, &policy, &[], seen.at);
        let failed = plan(&made, &policy, why.as_deref());
        assert!(failed.contains("FAILED") && failed.contains("It cannot be approved"), "{failed}");
        assert!(!failed.contains('\u{1b}'));
    }

    #[test]
    fn a_refusal_says_why() {
        let seen = seen();
        let made = plan_of(Kind::CreateSnapshot.offer(&seen), &seen);
        let policy = Policy::default();
        assert_eq!(refusal(&made, &policy, &[], seen.at), None);
        let closed = Policy { allowed: Some(Vec::new()), ..policy.clone() };
        assert!(refusal(&made, &closed, &[], seen.at).is_some_and(|why| why.contains("does not allow")));
        let broken = ["f:3: error: guard.headless: found …".to_owned()];
        assert_eq!(refusal(&made, &closed, &broken, seen.at).as_deref(), Some(broken[0].as_str()));
        let denied = policy.with_level(made.risk, made.criticality, Level::Deny);
        assert!(refusal(&made, &denied, &[], seen.at).is_some_and(|why| why.contains("denies")));
    }
}
