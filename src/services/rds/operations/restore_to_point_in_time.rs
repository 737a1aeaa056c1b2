//! `RestoreDBInstanceToPointInTime`: a new instance with the data as it was at a moment.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::carried::{Way, afterwards};
use super::prelude::*;
use super::restored::{self, Wanted};
use crate::domain::Database;
use crate::domain::event::EventWeight;

/// A new instance beside the source, with its data at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreToPointInTime {
    /// `RestoreTime`; `None`: `UseLatestRestorableTime`.
    pub time: Option<Timestamp>,
    /// `TargetDBInstanceIdentifier`.
    pub name: String,
    pub class: String,
    pub multi_az: bool,
    pub deletion_protection: bool,
    /// `DBParameterGroupName`; `None`: the source's, empty: the engine's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_group: Option<String>,
}

const FIELDS: &[&str] = &["time", "name", "class", "multi_az", "deletion_protection", "parameter_group"];

impl Request for RestoreToPointInTime {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        if database.is_replica() {
            Some("it is a read replica: restore its source".into())
        } else {
            (database.backup_retention_days == 0).then(|| "automated backups are off".into())
        }
    }

    fn offer(seen: &Seen) -> Self {
        let database = seen.database();
        let time = before_the_trouble(seen);
        Self {
            time,
            name: name_for(time, seen),
            class: database.map(|d| d.class.clone()).unwrap_or_default(),
            multi_az: database.is_some_and(|d| d.multi_az),
            deletion_protection: database.is_some_and(|d| d.deletion_protection),
            parameter_group: None,
        }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let value = self.time.map_or_else(|| "latest".to_owned(), |at| at.to_string());
        let kind = match window(seen) {
            Some((earliest, latest)) => FieldKind::Moment { earliest, latest, marks: marks(seen, earliest, latest) },
            None => FieldKind::Text,
        };
        vec![
            Field::new("time", "Time", value, kind).hint("UTC; latest, -15m, or 1m before 2026-11-22T02:44:10Z"),
            Field::new("name", "New instance", &self.name, FieldKind::Text).hint("letters, digits and hyphens"),
            restored::class_field(seen, &self.class, self.multi_az),
            Field::new("multi_az", "Multi-AZ", self.multi_az.to_string(), FieldKind::Switch),
            Field::new("deletion_protection", "Protection", self.deletion_protection.to_string(), FieldKind::Switch)
                .hint("against deletion"),
            Field::new("parameter_group", "Parameters", self.group(seen), FieldKind::Text)
                .hint("empty: the engine's default group"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "time" => {
                let time = moment(value, seen)?;
                // A name that was made from the time goes with it; one that was chosen stays.
                if self.name == name_for(self.time, seen) {
                    self.name = name_for(time, seen);
                }
                self.time = time;
            }
            "name" => {
                checks::instance_name(value)?;
                // AWS keeps names in lower case.
                self.name = value.to_ascii_lowercase();
            }
            "class" => self.class = restored::class_of(seen, value)?,
            "multi_az" => self.multi_az = field::switch(value)?,
            "deletion_protection" => self.deletion_protection = field::switch(value)?,
            "parameter_group" => {
                let value = value.trim();
                let own = source_group(seen);
                self.parameter_group = (value != own).then(|| value.to_owned());
            }
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(database) = seen.database() else { return draft };
        let reached = self.time.or(database.latest_restorable).or(window(seen).map(|(_, latest)| latest));
        let when = reached.map_or_else(|| "the latest restorable time".to_owned(), restored::moment);
        draft.summary = format!(
            "A new DB instance {} is made with the data of {} as of {when}. {} itself is not touched.",
            self.name, database.id, database.id
        );
        self.preconditions(database, seen, &mut draft);
        draft.say("Source", format!("nothing happens to {}", database.id), Tone::Good);
        if let Some(at) = reached {
            let lost = seen.at.duration_since(at).as_secs().max(0);
            let text = format!(
                "what was written after {} is not in it: {} up to now",
                restored::moment(at),
                restored::span(lost)
            );
            draft.say("Not in it", text, Tone::Warning);
        }
        restored::say_usual(&mut draft, Some(database), database.storage.allocated);
        restored::say_cost(&mut draft, &self.class, &database.storage, self.multi_az);

        let call = Call::new(Api::RestoreToPointInTime, &database.region)
            .with("SourceDBInstanceIdentifier", &database.id)
            .with("TargetDBInstanceIdentifier", &self.name);
        let call = match self.time {
            Some(at) => call.with("RestoreTime", at.to_string()),
            None => call.with("UseLatestRestorableTime", true),
        };
        let wanted = Wanted {
            class: &self.class,
            multi_az: self.multi_az,
            deletion_protection: self.deletion_protection,
            subnet_group: database.subnet_group.as_deref().unwrap_or_default(),
            security_groups: &database.security_groups,
            parameter_group: self.group(seen),
        };
        let mut carried = restored::ask(call, Some(database), &wanted, database.storage.allocated, Way::ByTime);
        draft.kept = std::mem::take(&mut carried.kept);
        let call = carried.call.clone();
        let follow = Follow::Created { region: database.region.clone(), id: self.name.clone(), replica: false };
        draft.step("restores into a new instance", call, follow, restored::usual(database.storage.allocated));
        for (purpose, call, follow) in afterwards(&carried, &database.region, &self.name) {
            draft.step(purpose, call, follow, (60, 600));
            draft.gated(Gate::Rules);
        }
        draft.inverse = Some(format!("delete the new instance {}", self.name));
        draft
    }
}

impl RestoreToPointInTime {
    fn preconditions(&self, database: &Database, seen: &Seen, draft: &mut Draft) {
        let replica = database.is_replica();
        let why = "a read replica cannot be restored to a point in time: restore its source";
        draft.check(Check::must("it is no read replica", !replica, why));
        let on = database.backup_retention_days > 0;
        draft.check(Check::must("automated backups are on", on, "there is nothing to restore from"));
        draft.check(self.can_be_restored(seen));
        if let Some(check) = self.upgraded_since(database, seen) {
            draft.check(check);
        }
        draft.check(checks::instance_name_is_free(seen, &database.region, &self.name));
        if let Some(check) = restored::class_check(seen, &self.class, &database.storage.kind, self.multi_az) {
            draft.check(check);
        }
    }
}

/// The parameter group that the source has.
fn source_group(seen: &Seen) -> &str {
    seen.database().and_then(|d| d.parameter_groups.first()).map_or("", String::as_str)
}

impl RestoreToPointInTime {
    fn group<'a>(&'a self, seen: &'a Seen) -> &'a str {
        self.parameter_group.as_deref().unwrap_or_else(|| source_group(seen))
    }

    /// What is restored has the engine of its moment, most likely, and a parameter group is for one major
    /// version: AWS refuses one that does not fit.
    fn upgraded_since(&self, database: &Database, seen: &Seen) -> Option<Check> {
        let time = self.time?;
        let is_upgrade = |message: &str| {
            let message = message.to_lowercase();
            message.contains("upgrade") && (message.contains("engine") || message.contains("major"))
        };
        let upgraded = seen.events.iter().find(|e| e.source == database.id && e.at > time && is_upgrade(&e.message))?;
        let why = format!(
            "the engine was upgraded at {}, after this moment: {} may not fit the version that comes back, AWS refuses it \
             then; empty takes the default",
            upgraded.at,
            self.group(seen)
        );
        (!self.group(seen).is_empty()).then(|| Check::soft("parameter group fits the version", false, why))
    }

    /// By AWS's own window: neither the retention nor the instance's age tells it. A retention that was
    /// raised does not bring the past back, and the time in which it was stopped does not count.
    fn can_be_restored(&self, seen: &Seen) -> Check {
        let name = "time can be restored";
        if !seen.is_read(&Part::Backups) {
            return Check::unknown(name, "what AWS can restore to was not read: AWS will say");
        }
        match (window(seen), self.time) {
            (Some((earliest, latest)), Some(time)) => {
                let met = (earliest..=latest).contains(&time);
                Check::must(name, met, reach(earliest, latest))
            }
            (Some(_), None) => Check::hard(name, true, ""),
            // An emulator may list a backup without saying how far it reaches.
            (None, _) if is_active(seen) => Check::unknown(name, "AWS lists a backup and not how far it reaches"),
            (None, _) => {
                let why = "AWS names no restorable time yet: the first backup is not finished, or backups are off";
                Check::hard(name, false, why)
            }
        }
    }
}

/// Whether AWS lists an automated backup that is in use (`Status`: `active`, not `creating`).
fn is_active(seen: &Seen) -> bool {
    let resource = seen.database().map(|d| d.resource_id.as_str());
    // AWS names the instance of each by its resource id; where none is named it may be this one's.
    let may_be_its = |id: &str| id.is_empty() || Some(id) == resource;
    seen.backups.iter().any(|backup| may_be_its(&backup.resource_id) && backup.status == "active")
}

/// How far back and up to when, in words.
fn reach(earliest: Timestamp, latest: Timestamp) -> String {
    format!("it reaches from {} to {}", restored::moment(earliest), restored::moment(latest))
}

/// From when to when AWS can restore the target (`DescribeDBInstanceAutomatedBackups`,
/// `RestoreWindow`).
fn window(seen: &Seen) -> Option<(Timestamp, Timestamp)> {
    seen.restore_window(seen.database()?.resource_id.as_str())
}

/// One minute before the newest event that changed something, if it can be restored.
fn before_the_trouble(seen: &Seen) -> Option<Timestamp> {
    let (earliest, latest) = window(seen)?;
    let minute = SignedDuration::from_secs(60);
    seen.events
        .iter()
        .filter(|e| e.weight() != EventWeight::Routine)
        .filter_map(|e| whole_second(e.at.checked_sub(minute).ok()?))
        .filter(|at| (earliest..=latest).contains(at))
        .max()
}

fn marks(seen: &Seen, earliest: Timestamp, latest: Timestamp) -> Vec<Mark> {
    let inside = |at: Timestamp| (earliest..=latest).contains(&at);
    let snapshots = seen.snapshots.iter().filter_map(|s| {
        let at = s.data_at().filter(|at| inside(*at))?;
        Some(Mark { at, words: format!("{} snapshot {}", s.kind, s.id) })
    });
    let events = seen
        .events
        .iter()
        .filter(|e| e.weight() != EventWeight::Routine && inside(e.at))
        .map(|e| Mark { at: e.at, words: e.message.clone() });
    let mut marks: Vec<Mark> = snapshots.chain(events).collect();
    marks.sort_by_key(|mark| mark.at);
    marks
}

fn name_for(time: Option<Timestamp>, seen: &Seen) -> String {
    let at = time.or_else(|| seen.database()?.latest_restorable).unwrap_or(seen.at);
    restored::named(&seen.target.id, &format!("pitr-{}", at.strftime("%Y%m%d-%H%M")))
}

/// `latest`, RFC 3339, `-15m`, or `1m before 2026-11-22T02:44:10Z`.
fn moment(value: &str, seen: &Seen) -> Result<Option<Timestamp>, String> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("latest") {
        return Ok(None);
    }
    let wrong = || format!("{value:?} is no time: latest, 2026-11-22T02:43:10Z, -15m, or 1m before a time");
    let at = if let Some(back) = value.strip_prefix('-') {
        distance(back).and_then(|back| seen.at.checked_sub(back).ok())
    } else if let Some((back, event)) = value.split_once(" before ") {
        let event = event.trim().parse::<Timestamp>().ok();
        event.zip(distance(back)).and_then(|(event, back)| event.checked_sub(back).ok())
    } else {
        value.parse::<Timestamp>().ok()
    };
    let at = at.and_then(whole_second).ok_or_else(wrong)?;
    match window(seen) {
        Some((earliest, latest)) if !(earliest..=latest).contains(&at) => {
            Err(format!("{} cannot be restored: {}", restored::moment(at), reach(earliest, latest)))
        }
        _ => Ok(Some(at)),
    }
}

/// AWS restores to a second.
fn whole_second(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(at.as_second()).ok()
}

/// `90s`, `15m`, `2h`, `1d`.
fn distance(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let number: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(i64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Event;
    use crate::services::rds::testing::seen;

    fn request(seen: &Seen) -> RestoreToPointInTime {
        let mut request = RestoreToPointInTime::offer(seen);
        request.time = "2026-11-22T02:43:10Z".parse().ok();
        request.name = "back".into();
        request
    }

    #[test]
    fn the_plan_asks_for_what_aws_would_drop() {
        let seen = seen();
        let plan = plan_of(Operation::RestoreToPointInTime(request(&seen)), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds restore-db-instance-to-point-in-time --region us-east-1 --source-db-instance-identifier \
             rentaliq-prod-db --target-db-instance-identifier back --restore-time 2026-11-22T02:43:10Z \
             --db-instance-class db.t3.medium --multi-az --db-subnet-group-name rentaliq-private \
             --vpc-security-group-ids sg-0aa1 --db-parameter-group-name rentaliq-pg16 --deletion-protection \
             --backup-retention-period 30 --preferred-backup-window 03:00-04:00 --no-publicly-accessible \
             --auto-minor-version-upgrade --storage-type gp3 --max-allocated-storage 500 \
             --enable-cloudwatch-logs-exports postgresql --tags '[{\"Key\":\"Environment\",\"Value\":\"prod\"}]'"
        );
        assert_eq!(
            plan.steps[1].call.as_command(""),
            "aws rds modify-db-instance --region us-east-1 --db-instance-identifier back --apply-immediately \
             --enable-performance-insights --preferred-maintenance-window sun:04:00-sun:05:00"
        );
        assert_eq!(plan.obstacle(), None);
        assert!(plan.kept.iter().all(|k| k.kept || k.lost));
        assert!(plan.consequences.iter().any(|c| c.text.contains("29m 34s up to now")));
        assert_eq!(plan.monthly, Some(rust_decimal::Decimal::new(12_885, 2)));
    }

    #[test]
    fn the_latest_time_is_aws_s_to_choose() {
        let seen = seen();
        let request = RestoreToPointInTime { time: None, ..request(&seen) };
        let plan = plan_of(Operation::RestoreToPointInTime(request), &seen);
        assert_eq!(plan.steps[0].call.get("RestoreTime"), None);
        assert_eq!(plan.steps[0].call.get("UseLatestRestorableTime"), Some(&crate::ops::call::Value::Bool(true)));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut world = seen();
        let mut asked = request(&world);
        asked.time = "2026-11-22T03:10:00Z".parse().ok();
        asked.name = "rentaliq-prod-db".into();
        asked.class = "db.r9.large".into();
        let operation = Operation::RestoreToPointInTime(asked);
        assert_eq!(failed(&operation, &world), ["time can be restored", "name is free", "class can be ordered"]);
        world = seen();
        let operation = Operation::RestoreToPointInTime(request(&world));
        world.databases[0].source = Some("other".into());
        assert_eq!(failed(&operation, &world), ["it is no read replica"]);
        world.databases[0].source = None;
        world.databases[0].backup_retention_days = 0;
        assert_eq!(failed(&operation, &world), ["automated backups are on"]);
        world.databases[0].backup_retention_days = 30;
        world.backups[0].window = None;
        world.backups[0].status = "creating".into();
        assert_eq!(failed(&operation, &world), ["time can be restored"], "the first backup is not finished");
    }

    #[test]
    fn how_far_back_it_reaches_is_what_aws_says_and_not_what_the_retention_would_be() {
        let mut world = seen();
        // The retention was raised yesterday: what was dropped before does not come back.
        world.backups[0].window = "2026-11-15T03:10:00Z".parse().ok().zip("2026-11-22T03:07:32Z".parse().ok());
        let mut asked = request(&world);
        asked.time = "2026-11-10T00:00:00Z".parse().ok();
        assert_eq!(failed(&Operation::RestoreToPointInTime(asked.clone()), &world), ["time can be restored"]);
        assert!(asked.set("time", "2026-11-10T00:00:00Z", &world).is_err());
        // Unread it is unknown: neither met nor failed, and nothing is guessed for the picker.
        world.backups.clear();
        world.missing = vec![crate::services::rds::seen::Unread { part: Part::Backups, why: "denied".into() }];
        assert!(failed(&Operation::RestoreToPointInTime(asked.clone()), &world).is_empty());
        let plan = plan_of(Operation::RestoreToPointInTime(asked.clone()), &world);
        let check = plan.checks.iter().find(|c| c.name == "time can be restored").unwrap();
        assert_eq!(check.state, crate::ops::CheckState::Unknown);
        assert_eq!(asked.fields(&world)[0].kind, FieldKind::Text);
    }

    #[test]
    fn the_moment_before_the_newest_trouble_is_offered() {
        let mut seen = seen();
        assert_eq!(RestoreToPointInTime::offer(&seen).time, None);
        let event = |at: &str, category: &str| Event {
            at: at.parse().unwrap(),
            source: "rentaliq-prod-db".into(),
            message: category.into(),
            categories: vec![category.into()],
        };
        seen.events =
            vec![event("2026-11-22T02:44:10Z", "configuration change"), event("2026-11-22T03:00:00Z", "backup")];
        let mut offer = RestoreToPointInTime::offer(&seen);
        assert_eq!(offer.time, "2026-11-22T02:43:10Z".parse().ok());
        assert_eq!(offer.name, "rentaliq-prod-db-pitr-20261122-0243");
        assert_eq!(offer.set("time", "-15m", &seen), Ok(()));
        assert_eq!(offer.name, "rentaliq-prod-db-pitr-20261122-0257");
        let fields = offer.fields(&seen);
        let FieldKind::Moment { marks, .. } = &fields[0].kind else { panic!("no moment") };
        assert_eq!(marks.len(), 3);
    }

    #[test]
    fn times_are_taken_as_they_are_said() {
        let seen = seen();
        let mut request = request(&seen);
        assert_eq!(request.set("time", "1m before 2026-11-22T02:44:10Z", &seen), Ok(()));
        assert_eq!(request.time, "2026-11-22T02:43:10Z".parse().ok());
        assert_eq!(request.set("time", "-15m", &seen), Ok(()));
        assert_eq!(request.time, "2026-11-22T02:57:44Z".parse().ok());
        assert_eq!(request.set("time", "latest", &seen), Ok(()));
        assert_eq!(request.time, None);
        for wrong in ["", "yesterday", "-1x", "-1m", "2020-01-01T00:00:00Z", "1m before lunch"] {
            assert!(request.set("time", wrong, &seen).is_err(), "{wrong}");
        }
        assert!(request.set("name", "1a", &seen).is_err());
        assert!(request.set("class", "t3.micro", &seen).is_err());
        assert!(request.set("multi_az", "maybe", &seen).is_err());
        assert!(request.set("when", "now", &seen).unwrap_err().contains("deletion_protection"));
    }
}
