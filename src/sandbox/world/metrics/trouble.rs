//! What the scenario's incidents do to one instance, as numbers between 0 and 1 over time.

use jiff::Timestamp;

use crate::sandbox::world::noise::smooth;
use crate::sandbox::world::record::Interruption;
use crate::sandbox::world::scenario::{Incident, IncidentKind};

/// Seconds of lag that a replica falls behind in a second while replication is slow: at strength 1
/// it is 312 s behind after 14 minutes.
const LAG_PER_SECOND: f64 = 312.0 / 840.0;

/// Seconds of lag that it makes up in a second afterwards.
const CATCH_UP_PER_SECOND: f64 = 2.0;

/// Additional growth while storage fills, GiB a day at strength 1.
const FILLING_GIB_PER_DAY: f64 = 9.0;

/// Seconds without any connection in a failover, and until all are back.
const OUTAGE: (f64, f64) = (90.0, 240.0);

/// The incidents of one instance.
#[derive(Debug)]
pub struct Troubles<'a> {
    incidents: Vec<&'a Incident>,
    interruptions: &'a [Interruption],
}

impl<'a> Troubles<'a> {
    /// Those of `incidents` that hit the instance of that name.
    #[must_use]
    pub fn of(incidents: &'a [Incident], instance: &str) -> Self {
        let incidents = incidents.iter().filter(|incident| incident.target == instance).collect();
        Self { incidents, interruptions: &[] }
    }

    /// The same with what calls have interrupted.
    #[must_use]
    pub fn with(self, interruptions: &'a [Interruption]) -> Self {
        Self { interruptions, ..self }
    }

    /// Whether no incident ever hits the instance.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.incidents.is_empty()
    }

    /// How much of an incident of that kind there is: it comes within `rise` seconds and goes within
    /// `fall` after its end.
    #[must_use]
    pub fn level(&self, kind: IncidentKind, second: i64, rise: f64, fall: f64) -> f64 {
        self.sum(kind, |incident| {
            let (since, lasting) = run(incident, second);
            let level = smooth(since.min(lasting) / rise) * incident.strength;
            level * (1.0 - smooth((since - lasting) / fall))
        })
        .clamp(0.0, 1.0)
    }

    /// How much of the service is gone in a failover or a restart: all at first, then less and less.
    #[must_use]
    pub fn outage(&self, second: i64) -> f64 {
        let gone = |since: f64, full: f64, back: f64| {
            if since < 0.0 { 0.0 } else { ((back - since) / (back - full).max(1.0)).clamp(0.0, 1.0) }
        };
        let by_itself = self.sum(IncidentKind::Failover, |incident| gone(run(incident, second).0, OUTAGE.0, OUTAGE.1));
        let by_calls = self.interruptions.iter().map(|interruption| {
            let since = second.saturating_sub(interruption.at.as_second()) as f64;
            gone(since, interruption.full as f64, interruption.back as f64)
        });
        (by_itself + by_calls.sum::<f64>()).clamp(0.0, 1.0)
    }

    /// Seconds that replication is behind because of an incident: it grows steadily, and is made up
    /// when the incident is over.
    #[must_use]
    pub fn lag(&self, second: i64) -> f64 {
        self.sum(IncidentKind::ReplicationLag, |incident| {
            let (since, lasting) = run(incident, second);
            let behind = since.min(lasting).max(0.0) * LAG_PER_SECOND * incident.strength;
            (behind - (since - lasting).max(0.0) * CATCH_UP_PER_SECOND).max(0.0)
        })
    }

    /// Seconds since replication stopped, where it has and is not back.
    #[must_use]
    pub fn stopped_for(&self, second: i64) -> Option<f64> {
        self.of_kind(IncidentKind::ReplicationStopped)
            .map(|incident| run(incident, second))
            .filter(|(since, lasting)| *since >= 0.0 && since <= lasting)
            .map(|(since, _)| since)
            .reduce(f64::max)
    }

    /// GiB that filling incidents have added; they stay when the incident is over.
    #[must_use]
    pub fn filled_gib(&self, second: i64) -> f64 {
        self.sum(IncidentKind::StorageFilling, |incident| {
            let (since, lasting) = run(incident, second);
            since.min(lasting).max(0.0) * FILLING_GIB_PER_DAY * incident.strength / 86_400.0
        })
    }

    fn of_kind(&self, kind: IncidentKind) -> impl Iterator<Item = &'a Incident> {
        self.incidents.iter().copied().filter(move |incident| incident.kind == kind)
    }

    fn sum(&self, kind: IncidentKind, part: impl Fn(&Incident) -> f64) -> f64 {
        self.of_kind(kind).map(part).sum()
    }
}

/// Seconds since the incident began (negative before), and how many it lasts.
fn run(incident: &Incident, second: i64) -> (f64, f64) {
    let begin = incident.starts.as_second();
    let lasting = |end: Timestamp| end.as_second().saturating_sub(begin).max(0) as f64;
    (second.saturating_sub(begin) as f64, incident.ends.map_or(f64::INFINITY, lasting))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(kind: IncidentKind, ends: Option<i64>) -> Incident {
        let at = |second| Timestamp::from_second(second).unwrap();
        Incident { kind, target: "db".to_owned(), starts: at(0), ends: ends.map(at), strength: 1.0 }
    }

    #[test]
    fn lag_grows_steadily_and_is_made_up() {
        let incidents = [incident(IncidentKind::ReplicationLag, Some(840))];
        let troubles = Troubles::of(&incidents, "db");
        assert!(troubles.lag(-60).abs() < 1e-9);
        assert!((troubles.lag(840) - 312.0).abs() < 1e-9);
        assert!((troubles.lag(900) - 192.0).abs() < 1e-9);
        assert!(troubles.lag(1_200).abs() < 1e-9);
        assert!(Troubles::of(&incidents, "other").lag(840).abs() < 1e-9);
    }

    #[test]
    fn storage_stays_filled() {
        let incidents = [incident(IncidentKind::StorageFilling, Some(86_400))];
        let troubles = Troubles::of(&incidents, "db");
        assert!((troubles.filled_gib(43_200) - 4.5).abs() < 1e-9);
        assert!((troubles.filled_gib(864_000) - 9.0).abs() < 1e-9);
    }

    #[test]
    fn a_failover_passes() {
        let incidents = [incident(IncidentKind::Failover, None)];
        let troubles = Troubles::of(&incidents, "db");
        let outage: Vec<f64> = [-1, 0, 89, 165, 240, 9_000].map(|second| troubles.outage(second)).to_vec();
        for (outage, expected) in outage.iter().zip([0.0, 1.0, 1.0, 0.5, 0.0, 0.0]) {
            assert!((outage - expected).abs() < 1e-9, "{outage} {expected}");
        }
    }

    #[test]
    fn a_restart_passes_too() {
        let at = Timestamp::from_second(1_000).unwrap();
        let interruptions = [Interruption { at, full: 60, back: 180, is_failover: false }];
        let troubles = Troubles::of(&[], "db").with(&interruptions);
        for (second, expected) in [(999, 0.0), (1_000, 1.0), (1_060, 1.0), (1_120, 0.5), (1_180, 0.0)] {
            assert!((troubles.outage(second) - expected).abs() < 1e-9, "{second}");
        }
    }

    #[test]
    fn replication_is_stopped_only_while_it_is() {
        let incidents = [incident(IncidentKind::ReplicationStopped, Some(600))];
        let troubles = Troubles::of(&incidents, "db");
        assert_eq!([-1, 0, 600, 601].map(|s| troubles.stopped_for(s).is_some()), [false, true, true, false]);
    }

    #[test]
    fn a_level_comes_and_goes() {
        let incidents = [incident(IncidentKind::Load, Some(1_000))];
        let level = |second| Troubles::of(&incidents, "db").level(IncidentKind::Load, second, 300.0, 300.0);
        assert!(level(0).abs() < 1e-9 && (level(300) - 1.0).abs() < 1e-9 && (level(1_000) - 1.0).abs() < 1e-9);
        assert!(level(1_150) < 0.6 && level(1_300).abs() < 1e-9);
    }
}
