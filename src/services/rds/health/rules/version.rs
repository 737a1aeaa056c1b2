//! What ends on a known day: the server certificate, and support of the engine's major version.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::Since;
use crate::domain::finding::{Harm, Severity};
use crate::health::Limits;
use crate::health::words::{self, day};
use crate::services::rds::health::lifecycle::{EXTENDED_SUPPORT_PRICE, EngineSupport, engine_support};
use crate::services::rds::health::{Case, Rule, Subject, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "certificate-end",
        source: "RDS user guide, Rotating your SSL/TLS certificate",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[],
        applies: has_certificate,
        check: certificate,
    },
    Rule {
        id: "engine-support",
        source: "RDS for PostgreSQL release notes, Release calendars; RDS user guide, Extended Support",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[],
        applies: has_calendar,
        check: engine,
    },
];

const DAY: f64 = 86_400.0;
/// Hours of a month in AWS's price examples.
const MONTH: f64 = 730.0;

fn has_certificate(subject: &Subject<'_>) -> bool {
    subject.database.certificate_valid_till.is_some()
}

fn support(subject: &Subject<'_>) -> Option<EngineSupport> {
    engine_support(&subject.database.engine_version).filter(|_| subject.database.engine == "postgres")
}

fn has_calendar(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && support(subject).is_some()
}

fn certificate(case: &Case<'_>) -> Option<Verdict> {
    let till = case.database().certificate_valid_till?;
    let days = -case.seconds_since(till) / DAY;
    let limits =
        Limits::low(case.thresholds().certificate_warning_days, Some(case.thresholds().certificate_critical_days));
    let severity = if days <= 0.0 { Severity::Critical } else { limits.grade(days, case.standing)? };
    let (summary, since) = if days <= 0.0 {
        (format!("server certificate ended on {}", day(till)), Some(Since::Told(till)))
    } else {
        (format!("server certificate ends in {}, on {}", words::span(days * DAY), day(till)), None)
    };
    let harm = if since.is_some() { Harm::Now } else { Harm::Upkeep };
    let ca = case.database().ca_certificate.as_ref().map(|ca| format!("certificate authority {ca}"));
    Some(
        Verdict::new(
            severity,
            summary,
            "Give clients the new CA bundle first, then rotate: those that verify it are refused once it has ended.",
        )
        .evidence(ca)
        .since(since)
        .harm(harm),
    )
}

fn engine(case: &Case<'_>) -> Option<Verdict> {
    let support = support(case.subject)?;
    let major = support.major;
    let today = case.now.to_zoned(TimeZone::UTC).date();
    let days_until = |end: jiff::civil::Date| end.duration_since(today).as_secs_f64() / DAY;
    let left = days_until(support.standard_ends);
    if left < 0.0 {
        return Some(extended(case, support, days_until(support.extended_ends)));
    }
    let severity = if left <= case.thresholds().engine_support_warning_days {
        Severity::Warning
    } else if left <= case.thresholds().engine_support_notice_days {
        Severity::Info
    } else {
        return None;
    };
    let (advice, after) = if case.database().settings.declines_extended_support() {
        (
            "Plan the major upgrade, rehearsed on a restored copy: Extended Support is off, AWS makes it by itself \
             after that day.",
            "Extended Support is off".to_owned(),
        )
    } else {
        (
            "Plan the major upgrade, rehearsed on a restored copy; extended support is charged from the day after.",
            surcharge(case, EXTENDED_SUPPORT_PRICE),
        )
    };
    Some(
        Verdict::new(
            severity,
            format!("standard support of PostgreSQL {major} ends on {}", support.standard_ends),
            advice,
        )
        .evidence([format!("in {}", words::span(left * DAY)), after]),
    )
}

/// Standard support is over: it costs, until RDS upgrades the instance by itself.
fn extended(case: &Case<'_>, support: EngineSupport, left: f64) -> Verdict {
    let major = support.major;
    let today = case.now.to_zoned(TimeZone::UTC).date();
    // It is over from the day after on ("Amazon RDS Extended Support charges").
    let over = |last: Date| last.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| Since::Told(at.timestamp()));
    let price = if today >= support.dearer_from { 2.0 * EXTENDED_SUPPORT_PRICE } else { EXTENDED_SUPPORT_PRICE };
    if left < 0.0 {
        return Verdict::new(
            Severity::Critical,
            format!("PostgreSQL {major} is no longer supported"),
            "Upgrade it now: RDS may do it in any maintenance window.",
        )
        .evidence([format!("extended support ended on {}", support.extended_ends)])
        .since(over(support.extended_ends));
    }
    if case.database().settings.declines_extended_support() {
        return Verdict::new(
            Severity::Critical,
            format!("standard support of PostgreSQL {major} is over: AWS upgrades it by itself"),
            "Upgrade it now, rehearsed on a restored copy: Extended Support is off, so AWS takes a later major version \
             at a time of its own.",
        )
        .evidence([format!("standard support ended on {}", support.standard_ends)])
        .since(over(support.standard_ends));
    }
    let severity =
        if left <= case.thresholds().engine_support_warning_days { Severity::Critical } else { Severity::Warning };
    Verdict::new(
        severity,
        format!("PostgreSQL {major} in extended support: {}", surcharge(case, price)),
        "Plan the major upgrade and rehearse it on a restored copy; the surcharge ends the day that it is done.",
    )
    .evidence([
        format!("standard support ended on {}", support.standard_ends),
        format!("extended until {}", support.extended_ends),
    ])
    .since(over(support.standard_ends))
}

/// What extended support costs; a standby counts like its primary.
fn surcharge(case: &Case<'_>, price: f64) -> String {
    let standby = if case.database().multi_az { 2.0 } else { 1.0 };
    case.database().instance_class().map_or_else(
        || format!("${price:.2} per vCPU and hour"),
        |class| format!("+${:.0}/mo", f64::from(class.vcpus) * standby * price * MONTH),
    )
}

#[cfg(test)]
mod tests {
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    #[test]
    fn a_certificate_is_told_before_it_ends() {
        for (days, expected) in
            [(70, None), (59, Some(Severity::Warning)), (13, Some(Severity::Critical)), (-1, Some(Severity::Critical))]
        {
            let mut bed = Bed::healthy();
            bed.database.certificate_valid_till = Some(ago(-days * 86_400));
            assert_eq!(bed.severity("certificate-end"), expected, "{days}");
        }
        let mut bed = Bed::healthy();
        bed.database.certificate_valid_till = Some(ago(-10 * 86_400));
        let finding = bed.finding("certificate-end").expect("a finding");
        assert_eq!(finding.summary, "server certificate ends in 10d, on 2026-11-28");
        bed.database.certificate_valid_till = None;
        assert_eq!(bed.severity("certificate-end"), None);
    }

    #[test]
    fn engine_versions_on_2026_11_18() {
        for (engine, version, expected) in [
            ("postgres", "17.5", None),
            ("postgres", "15.9", None),
            // Until 2027-02-28: 102 days.
            ("postgres", "14.20", Some(Severity::Info)),
            ("postgres", "13.23", Some(Severity::Warning)),
            ("postgres", "99.0", None),
            ("mysql", "13.0", None),
        ] {
            let mut bed = Bed::healthy();
            bed.database.engine = engine.into();
            bed.database.engine_version = version.into();
            assert_eq!(bed.severity("engine-support"), expected, "{engine} {version}");
        }
    }

    #[test]
    fn extended_support_names_its_price() {
        let mut bed = Bed::healthy();
        bed.database.engine_version = "13.23".into();
        let finding = bed.finding("engine-support").expect("a finding");
        // 2 vCPUs at $0.10 and 730 hours.
        assert_eq!(finding.summary, "PostgreSQL 13 in extended support: +$146/mo");
        assert_eq!(finding.since.map(|since| day(since.moment())), Some("2026-03-01".into()));
        bed.database.multi_az = true;
        bed.database.engine_version = "11.22".into();
        let finding = bed.finding("engine-support").expect("a finding");
        assert_eq!(finding.summary, "PostgreSQL 11 in extended support: +$584/mo", "a standby, and the third year");
    }

    /// Who declined Extended Support is not charged for it, but upgraded.
    #[test]
    fn without_extended_support_the_upgrade_comes_by_itself() {
        let mut bed = Bed::healthy();
        bed.database.settings.lifecycle_support = Some("open-source-rds-extended-support-disabled".into());
        bed.database.engine_version = "13.23".into();
        let finding = bed.finding("engine-support").expect("a finding");
        assert_eq!(finding.severity, Severity::Critical);
        assert!(finding.summary.ends_with("AWS upgrades it by itself"), "{}", finding.summary);
        assert!(!format!("{finding:?}").contains('$'), "{finding:?}");
        bed.database.settings.lifecycle_support = Some("open-source-rds-extended-support".into());
        assert!(bed.finding("engine-support").expect("a finding").summary.contains("$146"));
    }
}
