//! The line of an environment: its mark, where it is, and how it is in a few words.

use std::time::Duration;

use super::finding::role;
use super::recovery::Recovery;
use super::summary::Summary;
use crate::app::state::State as App;
use crate::domain::finding::Severity;
use crate::domain::{Environment, FaultKind};
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{format, text};

/// The rule that judges the latest restorable time.
const RESTORABLE: &str = "restorable-time";

/// The pieces at the left, and those at the right end, for a screen of this width in columns.
pub fn pieces(app: &App, summary: &Summary, environment: &Environment, width: u16) -> (Vec<Piece>, Vec<Piece>) {
    let mut right = recovery(summary, environment).map(|r| r.pieces(app.now, width)).unwrap_or_default();
    right.push((format!("  {:>8}", freshness(app, summary)), Role::Dim));

    let names = app.estate.environments.iter().map(|e| text::width(&shown_name(e)) + 2).max().unwrap_or(8).min(20);
    let groups = app.estate.environments.iter().map(|e| text::width(&e.estate)).max().unwrap_or(0).min(16);
    let name = format!(" {} ", shown_name(environment));
    let padding = " ".repeat(names.saturating_sub(text::width(&name)));
    let mut left: Vec<Piece> = vec![
        mark(summary),
        (" ".into(), Role::Text),
        (name, criticality_role(environment.criticality)),
        (padding, Role::Text),
    ];
    if groups > 0 && width >= 100 {
        left.push((format!("  {}", text::fit(&environment.estate, groups)), Role::Dim));
    }
    if width >= 80 {
        left.push((format!("  {}", place(app, environment)), Role::Dim));
    }
    let words = words(app, summary);
    if width >= 120
        && let Some(account) = account(app, environment)
    {
        let account = (format!("  {account}"), Role::Dim);
        // It gives way to the words about the environment.
        let needed = pen::width(&left) + text::width(&account.0) + 3 + text::width(&words.0) + pen::width(&right);
        if needed + 4 <= usize::from(width) {
            left.push(account);
        }
    }
    left.push(("   ".into(), Role::Text));
    left.push(words);
    (left, right)
}

/// The mark of an environment: its worst finding, or that nothing is known.
fn mark(summary: &Summary) -> Piece {
    match (summary.severity, &summary.fault, summary.read) {
        (_, Some(_), Some(_)) => ("◌".into(), Role::Stale),
        (_, Some(fault), None) if matches!(fault.kind, FaultKind::WrongAccount { .. }) => ("✖".into(), Role::Critical),
        (_, Some(_), None) => ("○".into(), Role::Warning),
        (Some(Severity::Critical), ..) => ("✖".into(), Role::Critical),
        (Some(Severity::Warning), ..) => ("▲".into(), Role::Warning),
        (_, None, None) => ("○".into(), Role::Unknown),
        // Where there is nothing, nothing is well.
        _ if summary.databases == 0 => ("○".into(), Role::Unknown),
        _ => ("●".into(), Role::Good),
    }
}

/// Region, and the DR region.
fn place(app: &App, environment: &Environment) -> String {
    let regions: Vec<&str> =
        environment.sites().filter_map(|site| app.estate.site(site)).map(|site| site.region.as_str()).collect();
    regions.join(" → ")
}

/// The account that its credentials are of, or else the one that they have to be of.
fn account<'a>(app: &'a App, environment: &'a Environment) -> Option<&'a str> {
    let known = app.site(environment.site).and_then(|data| data.identity.value());
    known.map(|identity| identity.account.as_str()).or(environment.expected_account.as_deref())
}

fn recovery(summary: &Summary, environment: &Environment) -> Option<Recovery> {
    let slack = environment.thresholds.restorable_slack_minutes;
    Some(Recovery {
        restorable: summary.restorable?,
        rpo: environment.rpo,
        upload: Duration::try_from_secs_f64(slack * 60.0).unwrap_or_default(),
        late: summary.findings.iter().any(|finding| finding.rule == RESTORABLE),
        stale: summary.fault.is_some(),
    })
}

/// The state in a few words; the worst finding where there is one line only.
fn words(app: &App, summary: &Summary) -> Piece {
    if let Some(finding) = summary.findings.first().filter(|_| app.fleet.dense) {
        return (format!("{} {}", finding.summary, finding.resource), role(finding.severity));
    }
    match (&summary.fault, summary.findings.len()) {
        (Some(fault), _) if summary.read.is_none() => {
            let strange = matches!(fault.kind, FaultKind::WrongAccount { .. });
            (format!("{}: {}", fault.word(), fault.advice()), if strange { Role::Critical } else { Role::Warning })
        }
        (Some(fault), _) => (fault.word().into(), Role::Stale),
        (None, 0) if summary.loading => ("asking AWS …".into(), Role::Dim),
        (None, 0) if summary.databases == 0 => ("no DB instances".into(), Role::Dim),
        (None, 0) => (format!("all {} checks pass", summary.checks), Role::Dim),
        // They follow below.
        (None, _) => (String::new(), Role::Dim),
    }
}

fn freshness(app: &App, summary: &Summary) -> String {
    match summary.read {
        None => "–".into(),
        Some(at) => {
            let age = format::since(app.now, at);
            if age.as_secs() < 60 { "< 1m".into() } else { format::coarse_age(age) }
        }
    }
}
