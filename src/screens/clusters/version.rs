//! A cluster's version, with the support that it has: what extended support costs, and what will happen by itself.

use jiff::Timestamp;

use crate::services::kubernetes::price::MONTH;
use crate::services::kubernetes::{ClusterVersion, EksCluster, Support};
use crate::theme::Role;
use crate::ui::pen::Piece;

/// What a cluster in extended support costs more an hour than one in standard support, USD: $0.60 instead of $0.10
/// (Amazon EKS pricing, "Amazon EKS cluster").
const EXTENDED: f64 = 0.50;
/// So near its end, standard support is worth a word.
const NEAR: i64 = 90 * 86_400;

/// The version, its support, and what that costs more: `1.33`, ` extended support since 2026-07-29`, ` +$365/mo`. Where
/// there is no room for the later ones the earlier stand alone.
#[must_use]
pub fn pieces(eks: &EksCluster, known: Option<&ClusterVersion>, now: Timestamp) -> Vec<Piece> {
    let mut pieces = vec![(eks.version.to_string(), Role::Text)];
    pieces.extend(support(eks, known, now).into_iter().map(|(words, role)| (format!(" {words}"), role)));
    pieces
}

/// What is worth saying of its support and then of what that costs more; nothing where it has years before it.
#[must_use]
pub fn support(eks: &EksCluster, known: Option<&ClusterVersion>, now: Timestamp) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = standing(eks, known, now).into_iter().collect();
    if known.is_some_and(|known| known.support == Some(Support::Extended)) && !is_upgraded(eks) {
        pieces.push((format!("+${:.0}/mo", EXTENDED * MONTH), Role::Warning));
    }
    pieces
}

fn standing(eks: &EksCluster, known: Option<&ClusterVersion>, now: Timestamp) -> Option<Piece> {
    let Some(known) = known else { return Some(("support not known".into(), Role::Dim)) };
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    match known.support {
        Some(Support::Standard) => {
            let end = known.standard_until.filter(|end| end.duration_since(now).as_secs() < NEAR)?;
            let upgrades = if is_upgraded(eks) { ", then EKS upgrades it" } else { "" };
            Some((format!("standard support until {}{upgrades}", day(end)), Role::Warning))
        }
        Some(Support::Extended) if is_upgraded(eks) => {
            let ended = known.standard_until.map(|at| format!(" {}", day(at))).unwrap_or_default();
            Some((format!("standard support ended{ended}, EKS upgrades it"), Role::Critical))
        }
        Some(Support::Extended) => {
            let since = known.standard_until.map(|at| format!(" since {}", day(at))).unwrap_or_default();
            Some((format!("extended support{since}"), Role::Warning))
        }
        Some(Support::Ended) => {
            let since = known.extended_until.map(|at| format!(" since {}", day(at))).unwrap_or_default();
            Some((format!("not supported{since}"), Role::Critical))
        }
        None => Some(("support not known".into(), Role::Dim)),
    }
}

/// EKS upgrades it by itself when standard support ends (`upgradePolicy.supportType`).
fn is_upgraded(eks: &EksCluster) -> bool {
    eks.upgrade_policy.as_deref() == Some("STANDARD")
}

/// From where its endpoint is reached: `private endpoint`.
#[must_use]
pub fn endpoint(eks: &EksCluster) -> &'static str {
    match (eks.access.public, eks.access.private) {
        (true, true) => "public and private endpoint",
        (true, false) => "public endpoint",
        (false, true) => "private endpoint",
        (false, false) => "no endpoint",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::testing;

    fn at(day: &str) -> Timestamp {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    fn words(support: Option<Support>, until: &str) -> Option<String> {
        under("EXTENDED", support, until)
    }

    fn under(policy: &str, support: Option<Support>, until: &str) -> Option<String> {
        let known = ClusterVersion {
            version: "1.33".into(),
            is_default: false,
            released: None,
            standard_until: Some(at(until)),
            extended_until: Some(at("2027-07-29")),
            support,
        };
        let eks = EksCluster { upgrade_policy: Some(policy.into()), ..testing::eks() };
        let all = super::support(&eks, Some(&known), at("2026-11-30"));
        let words: Vec<String> = all.into_iter().map(|(words, _)| words).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    #[test]
    fn extended_support_says_what_it_costs() {
        let extended = words(Some(Support::Extended), "2026-07-29");
        assert_eq!(extended.as_deref(), Some("extended support since 2026-07-29 +$365/mo"));
        let upgraded = under("STANDARD", Some(Support::Extended), "2026-07-29");
        assert_eq!(upgraded.as_deref(), Some("standard support ended 2026-07-29, EKS upgrades it"));
        assert_eq!(words(Some(Support::Standard), "2027-12-01"), None, "years are no news");
        assert_eq!(words(Some(Support::Standard), "2027-01-10").as_deref(), Some("standard support until 2027-01-10"));
        assert_eq!(words(Some(Support::Ended), "2025-01-01").as_deref(), Some("not supported since 2027-07-29"));
        assert_eq!(words(None, "2027-12-01").as_deref(), Some("support not known"));
    }
}
