//! The versions of Kubernetes that EKS has: `DescribeClusterVersions`.

use jiff::Timestamp;
use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    ClusterVersionInformation, DescribeClusterVersionsRequest, DescribeClusterVersionsResponse,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, seconds};

/// The version of the estate's clusters.
pub(super) const OURS: &str = "1.33";

/// A version of Kubernetes and its dates in EKS, each day at 00:00 UTC.
struct Calendar {
    version: &'static str,
    released: &'static str,
    standard_ends: &'static str,
    extended_ends: &'static str,
    /// The newest platform version that is known here.
    platform: &'static str,
}

impl Calendar {
    const fn new(
        version: &'static str,
        [released, standard_ends, extended_ends]: [&'static str; 3],
        platform: &'static str,
    ) -> Self {
        Self { version, released, standard_ends, extended_ends, platform }
    }
}

/// Newest first. Source: EKS user guide, "Amazon EKS Kubernetes release calendar" (kubernetes-versions) and "platform
/// versions", as endoflife.date had read both in August 2026. Versions that came later are not among them.
const CALENDAR: [Calendar; 8] = [
    Calendar::new("1.36", ["2026-06-02", "2027-08-02", "2028-08-02"], "eks.6"),
    Calendar::new("1.35", ["2026-01-27", "2027-03-27", "2028-03-27"], "eks.17"),
    Calendar::new("1.34", ["2025-10-02", "2026-12-02", "2027-12-02"], "eks.27"),
    Calendar::new("1.33", ["2025-05-29", "2026-07-29", "2027-07-29"], "eks.41"),
    Calendar::new("1.32", ["2025-01-23", "2026-03-23", "2027-03-23"], "eks.48"),
    Calendar::new("1.31", ["2024-09-26", "2025-11-26", "2026-11-26"], "eks.64"),
    Calendar::new("1.30", ["2024-05-23", "2025-07-23", "2026-07-23"], "eks.72"),
    Calendar::new("1.29", ["2024-01-23", "2025-03-23", "2026-03-23"], "eks.66"),
];

/// The platform version of a cluster of this version.
pub(super) fn platform(version: &str) -> Option<&'static str> {
    CALENDAR.iter().find(|one| one.version == version).map(|one| one.platform)
}

/// The version that a cluster is upgraded to next: the one after its own.
pub(super) fn next() -> Option<&'static str> {
    let at = CALENDAR.iter().position(|one| one.version == OURS)?;
    CALENDAR.get(at.checked_sub(1)?).map(|one| one.version)
}

fn day(text: &str) -> Option<Timestamp> {
    format!("{text}T00:00:00Z").parse().ok()
}

/// `STANDARD_SUPPORT` and so on; `None` before it was released.
fn status(one: &Calendar, now: Timestamp) -> Option<&'static str> {
    let is_past = |text| day(text).is_some_and(|day| day <= now);
    match one {
        one if !is_past(one.released) => None,
        one if !is_past(one.standard_ends) => Some("STANDARD_SUPPORT"),
        one if !is_past(one.extended_ends) => Some("EXTENDED_SUPPORT"),
        _ => Some("UNSUPPORTED"),
    }
}

/// The older spelling, which the member `status` still has.
fn older(status: &str) -> String {
    status.to_ascii_lowercase().replace('_', "-")
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeClusterVersionsRequest) -> Result<MockResponse, EksRefusal> {
    let known: Vec<(&Calendar, &str)> =
        CALENDAR.iter().filter_map(|one| status(one, call.now).map(|status| (one, status))).collect();
    let newest = known.first().map(|(one, _)| one.version);
    let named = input.cluster_versions.as_deref().unwrap_or_default();
    let wanted = input.version_status.clone().or_else(|| {
        let older = input.status.as_ref()?;
        Some(older.to_ascii_uppercase().replace('-', "_"))
    });
    let is_wanted = |one: &Calendar, status: &str| {
        let is_eks = input.cluster_type.as_deref().is_none_or(|kind| kind == "eks");
        let is_named = named.is_empty() || named.iter().any(|name| name == one.version);
        // What is without support is told to whoever asks for it.
        let is_meant = match &wanted {
            Some(wanted) => wanted == status,
            None => status != "UNSUPPORTED" || input.include_all == Some(true) || !named.is_empty(),
        };
        let is_default = input.default_only != Some(true) || newest == Some(one.version);
        is_eks && is_named && is_meant && is_default
    };
    let told =
        known.iter().filter(|(one, status)| is_wanted(one, status)).map(|(one, status)| ClusterVersionInformation {
            cluster_version: Some(one.version.to_owned()),
            cluster_type: Some("eks".to_owned()),
            default_platform_version: Some(one.platform.to_owned()),
            default_version: Some(newest == Some(one.version)),
            release_date: day(one.released).map(seconds),
            end_of_standard_support_date: day(one.standard_ends).map(seconds),
            end_of_extended_support_date: day(one.extended_ends).map(seconds),
            status: Some(older(status)),
            version_status: Some((*status).to_owned()),
            ..ClusterVersionInformation::default()
        });
    let page = page(told, newest_first, input.max_results, input.next_token.as_deref())?;
    let answer = DescribeClusterVersionsResponse { cluster_versions: Some(page.items), next_token: page.next };
    Ok(wire::serialize_describe_cluster_versions_response(&answer))
}

/// A key by which newer versions come first.
fn newest_first(one: &ClusterVersionInformation) -> String {
    let version = one.cluster_version.as_deref().unwrap_or_default();
    let minor: u32 = version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or_default();
    format!("{:05}", 99_999_u32.saturating_sub(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_goes_from_standard_to_extended_support_to_none() {
        let ours = CALENDAR.iter().find(|one| one.version == OURS).unwrap();
        for (at, expected) in [
            ("2025-05-28T23:59:59Z", None),
            ("2025-05-29T00:00:00Z", Some("STANDARD_SUPPORT")),
            ("2026-07-28T23:59:59Z", Some("STANDARD_SUPPORT")),
            ("2026-07-29T00:00:00Z", Some("EXTENDED_SUPPORT")),
            ("2027-07-29T00:00:00Z", Some("UNSUPPORTED")),
        ] {
            assert_eq!(status(ours, at.parse().unwrap()), expected, "{at}");
        }
        assert_eq!(next(), Some("1.34"));
    }

    #[test]
    fn every_day_of_the_calendar_is_one() {
        for one in &CALENDAR {
            let days = [one.released, one.standard_ends, one.extended_ends].map(|text| day(text).unwrap());
            assert!(days.is_sorted(), "{}", one.version);
        }
    }
}
