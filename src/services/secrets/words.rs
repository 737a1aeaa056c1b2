//! What there is to say of a rotation.

use jiff::{SignedDuration, Timestamp};

use super::model::{Rotation, Secret};

/// A rotation that has not ended after so long is stuck: it is four invocations of a function (create, set, test,
/// finish; user guide, "Lambda rotation functions"), each of 15 minutes at most (AWS Lambda developer guide, "Lambda
/// quotas").
const LONG: SignedDuration = SignedDuration::from_mins(60);
/// The window of a day may be as long as the day; what is later by another one did not come.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// How the rotation of a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RotationState {
    /// It is not rotated by itself.
    Off,
    /// It is, and nothing is late.
    On,
    /// It is under way.
    Running,
    /// It should have been rotated by now: AWS says that the date is past "if rotation is unsuccessful".
    Late,
    /// It has begun, and has not ended for too long.
    Stuck,
}

impl RotationState {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Running => "running",
            Self::Late => "late",
            Self::Stuck => "stuck",
        }
    }
}

/// How the rotation of a secret stands at a moment.
#[must_use]
pub fn rotation(secret: &Secret, now: Timestamp) -> RotationState {
    let passed = |at: Timestamp| now.duration_since(at);
    // What is marked for deletion is rotated no more, whatever stands there.
    if secret.deleted.is_some() {
        return RotationState::Off;
    }
    if secret.is_pending() {
        // When the pending version came is not told; nothing of the secret was changed after this moment.
        return if secret.changed.is_some_and(|at| passed(at) <= LONG) {
            RotationState::Running
        } else {
            RotationState::Stuck
        };
    }
    match secret.rotation.next.filter(|_| secret.rotation.enabled) {
        Some(next) if passed(next) > LATE => RotationState::Late,
        _ if secret.rotation.enabled => RotationState::On,
        _ => RotationState::Off,
    }
}

/// When it is rotated: `every 30 days`, `cron(0 8 1 * ? *) UTC`; none where no schedule is set.
#[must_use]
pub fn schedule(rotation: &Rotation) -> Option<String> {
    let rate = |text: &str| {
        let inner = text.trim().strip_prefix("rate(")?.strip_suffix(')')?.trim();
        let (count, unit) = inner.split_once(' ')?;
        let count: u32 = count.parse().ok()?;
        let unit = unit.trim().trim_end_matches('s');
        Some(if count == 1 { format!("every {unit}") } else { format!("every {count} {unit}s") })
    };
    match (&rotation.schedule, rotation.every_days) {
        (Some(text), _) => Some(rate(text).unwrap_or_else(|| format!("{text} UTC"))),
        (None, Some(1)) => Some("every day".into()),
        (None, Some(days)) => Some(format!("every {days} days")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::secrets::testing::{ago, pending, rotated, secret};

    #[test]
    fn a_rotation_that_does_not_end_is_stuck_and_one_that_has_just_begun_is_not() {
        let now = ago(0);
        assert_eq!(rotation(&secret("a"), now), RotationState::Off);
        assert_eq!(rotation(&rotated("a", 5), now), RotationState::On);
        assert_eq!(rotation(&pending("a", 600), now), RotationState::Running);
        assert_eq!(rotation(&pending("a", 3 * 3600), now), RotationState::Stuck);
        let untold = Secret { changed: None, ..pending("a", 0) };
        assert_eq!(rotation(&untold, now), RotationState::Stuck, "nobody knows that it has just begun");
        let deleted = Secret { deleted: Some(ago(60)), ..pending("a", 3 * 3600) };
        assert_eq!(rotation(&deleted, now), RotationState::Off);
    }

    #[test]
    fn a_rotation_whose_day_is_past_is_late() {
        let mut known = rotated("a", 40);
        known.rotation.next = Some(ago(2 * 86_400));
        assert_eq!(rotation(&known, ago(0)), RotationState::Late);
        known.rotation.next = Some(ago(3600));
        assert_eq!(rotation(&known, ago(0)), RotationState::On, "its window is a day");
        known.rotation.enabled = false;
        assert_eq!(rotation(&known, ago(0)), RotationState::Off);
    }

    #[test]
    fn a_schedule_is_told_in_words_where_it_has_them() {
        let of = |schedule: Option<&str>, days| {
            super::schedule(&Rotation { schedule: schedule.map(Into::into), every_days: days, ..Rotation::default() })
        };
        assert_eq!(of(Some("rate(10 days)"), Some(10)).as_deref(), Some("every 10 days"));
        assert_eq!(of(Some("rate(1 day)"), None).as_deref(), Some("every day"));
        assert_eq!(of(Some("rate(4 hours)"), None).as_deref(), Some("every 4 hours"));
        assert_eq!(of(Some("cron(0 8 1 * ? *)"), None).as_deref(), Some("cron(0 8 1 * ? *) UTC"));
        assert_eq!(of(None, Some(30)).as_deref(), Some("every 30 days"));
        assert_eq!(of(None, None), None);
    }
}
