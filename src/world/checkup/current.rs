//! What was read and is as fresh as its cadence allows.

use jiff::Timestamp;

use crate::collect::cadence::interval;
use crate::collect::{Attention, Readable};
use crate::domain::Fault;
use crate::services::alarms::health::AlarmNeed;
use crate::services::{alarms, rds, secrets};
use crate::world::data::SiteData;

/// What is read in time may be as old as the slowest cadence allows, and so many seconds for the
/// answer to come.
const ANSWER: i64 = 120;
/// What fails is old once so many turns of the fastest cadence were missed.
const MISSED: i64 = 2;

/// Whether something of RDS was read and is as fresh as its cadence allows.
#[must_use]
pub fn is_current(data: &SiteData, read: &rds::Read, now: Timestamp) -> bool {
    let standing = data.rds.standing(read);
    // AWS held a part of it back; the rows of a list that fails are marked at once.
    let is_marked = *read == rds::Read::Databases && standing.1.is_some();
    !data.rds.partial.contains(read) && !is_marked && is_fresh(read, standing, now)
}

/// The same of the alarms.
#[must_use]
pub fn are_alarms_current(data: &SiteData, now: Timestamp) -> bool {
    is_fresh(&alarms::Read::All, data.alarms.standing(), now)
}

/// The same of something that the rules of alarms need.
#[must_use]
pub fn is_alarm_need_current(data: &SiteData, need: AlarmNeed, now: Timestamp) -> bool {
    match need {
        AlarmNeed::Alarms => are_alarms_current(data, now),
        AlarmNeed::Databases => is_current(data, &rds::Read::Databases, now),
        AlarmNeed::Metrics => is_current(data, &rds::Read::Metrics, now),
    }
}

/// The same of the secrets.
#[must_use]
pub fn are_secrets_current(data: &SiteData, now: Timestamp) -> bool {
    is_fresh(&secrets::Read::All, data.secrets.standing(), now)
}

fn is_fresh(read: &impl Readable, (at, fault): (Option<Timestamp>, Option<&Fault>), now: Timestamp) -> bool {
    let turn = |attention| interval(read, attention).unwrap_or_default();
    let most = match fault {
        None => turn(Attention::Hidden) + ANSWER,
        Some(_) => turn(Attention::Watched) * MISSED,
    };
    at.is_some_and(|at| now.duration_since(at).as_secs() <= most)
}
