//! `ModifyDBInstance` with other storage: more room, another type, more IOPS, or another limit of
//! storage autoscaling. Rules from the RDS user guide, "Working with storage for Amazon RDS DB
//! instances" and "Amazon RDS DB instance storage".

mod frequency;

use serde::{Deserialize, Serialize};

use self::frequency::{MOST_CHANGES, changes_left};
use super::prelude::*;
use crate::domain::Database;
use crate::domain::database::Storage;

/// Other storage for a DB instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeStorage {
    /// `AllocatedStorage`, GiB.
    pub allocated: i32,
    /// `MaxAllocatedStorage`, GiB; 0: storage autoscaling is off.
    pub max_allocated: i32,
    /// `StorageType`: `gp2`, `gp3`, `io1`, `io2`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Iops`; 0: what the size gives.
    pub iops: i32,
    /// `StorageThroughput`, MiB/s; 0: what the size gives.
    pub throughput: i32,
}

/// A full volume is a reason for this, not an obstacle.
const STATES: &[&str] = &["available", "storage-full"];
const FIELDS: &[&str] = &["allocated", "max_allocated", "type", "iops", "throughput"];
/// Largest volume of PostgreSQL, GiB.
const LARGEST: i32 = 65_536;
/// From this size on a gp3 volume of PostgreSQL is striped and takes IOPS and throughput, GiB.
const STRIPED: i32 = Storage::STRIPED;
/// What a striped gp3 volume has at least and at most.
const STRIPED_IOPS: (i32, i32) = (12_000, 64_000);
const STRIPED_THROUGHPUT: (i32, i32) = (500, 4_000);
/// What io1 and io2 have at least and at most, and their smallest size, GiB.
const PROVISIONED_IOPS: (i32, i32) = (1_000, 256_000);
const PROVISIONED_LEAST: i32 = 100;

impl Request for ChangeStorage {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        match database.status.as_str() {
            status if STATES.contains(&status) => None,
            "storage-optimization" => Some("the storage change before is still being optimised".into()),
            status => Some(format!("it is {status}")),
        }
    }

    fn offer(seen: &Seen) -> Self {
        let Some(database) = seen.database() else {
            return Self { allocated: 0, max_allocated: 0, kind: String::new(), iops: 0, throughput: 0 };
        };
        let storage = &database.storage;
        let more = storage.allocated.saturating_add((storage.allocated / 4).max(10));
        let allocated = more.saturating_add(9) / 10 * 10;
        let allocated = allocated.min(LARGEST).max(storage.allocated);
        // A limit that the new size leaves too low would be refused.
        let max_allocated = storage.max_allocated.map_or(0, |limit| limit.max(tenth_more(allocated)).min(LARGEST));
        let mut request = Self { allocated, max_allocated, kind: storage.kind.clone(), iops: 0, throughput: 0 };
        if request.takes_iops() {
            request.iops = storage.iops.unwrap_or(0).max(request.least_iops());
        }
        if request.takes_throughput() {
            request.throughput = storage.throughput.unwrap_or(0).max(STRIPED_THROUGHPUT.0);
        }
        request
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let storage = seen.database().map(|d| d.storage.clone()).unwrap_or_default();
        let whole = |unit: &'static str| FieldKind::Whole { unit };
        let mut kinds =
            vec![("gp3", "general purpose"), ("io1", "provisioned IOPS"), ("io2", "provisioned IOPS, more durable")];
        if storage.kind == "gp2" {
            kinds.insert(0, ("gp2", "general purpose, IOPS grow with the size"));
        }
        let offers = kinds.into_iter().map(|(value, detail)| Offer { value: value.into(), detail: detail.into() });
        let now = |value: Option<i32>| value.map(|n| format!("now {n}; ")).unwrap_or_default();
        vec![
            Field::new("allocated", "Storage", self.allocated.to_string(), whole("GiB"))
                .hint(format!("now {}; it can only grow, by a tenth at least", storage.allocated)),
            Field::new("max_allocated", "Autoscaling to", self.max_allocated.to_string(), whole("GiB"))
                .hint(format!("{}0 switches autoscaling off", now(storage.max_allocated))),
            Field::new("type", "Type", &self.kind, FieldKind::Choice { offers: offers.collect(), open: false })
                .hint(format!("now {}", storage.kind)),
            Field::new("iops", "IOPS", self.iops.to_string(), whole("IOPS"))
                .hint(format!("{}0 is what the size gives", now(storage.iops))),
            Field::new("throughput", "Throughput", self.throughput.to_string(), whole("MiB/s"))
                .hint(format!("{}0 is what the size gives", now(storage.throughput))),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "allocated" => {
                let now = seen.database().map_or(20, |d| d.storage.allocated);
                self.allocated = field::whole(value, now, LARGEST)?;
            }
            "max_allocated" => self.max_allocated = field::whole(value, 0, LARGEST)?,
            "type" => {
                let kind = value.trim();
                let known = ["gp2", "gp3", "io1", "io2"];
                if !known.contains(&kind) {
                    return Err(format!("{kind:?} is none of {}", known.join(", ")));
                }
                kind.clone_into(&mut self.kind);
            }
            "iops" => self.iops = field::whole(value, 0, PROVISIONED_IOPS.1)?,
            "throughput" => self.throughput = field::whole(value, 0, STRIPED_THROUGHPUT.1)?,
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let Some(database) = seen.database() else { return Draft::new(Risk::Routine, seen) };
        let change = self.change(database);
        let risk = if change.grows || change.retypes {
            Risk::Irreversible
        } else if change.speed {
            Risk::Disruptive
        } else {
            Risk::Routine
        };
        let mut draft = Draft::new(risk, seen);
        draft.summary = self.summary(database, change);
        draft.check(checks::status_is(database, STATES));
        self.check(&mut draft, database, change);
        if change.volume() {
            draft.check(changes_left(seen));
        }
        self.consequences(&mut draft, database, change, seen);
        self.cost(&mut draft, database);
        let (call, values) = self.call(database, change);
        let sent: Vec<String> = values.iter().map(|(name, _)| name.clone()).collect();
        let follow = Follow::Values { region: database.region.clone(), id: database.id.clone(), values };
        let (purpose, usual) =
            if change.volume() { ("changes the storage", (120, 1800)) } else { ("sets the limit", (5, 120)) };
        draft.step(purpose, call, follow, usual);
        draft.inverse = match risk {
            Risk::Irreversible => None,
            Risk::Disruptive => Some("set IOPS and throughput back, once AWS takes another storage change".into()),
            Risk::Routine => match limit_of(database) {
                0 => Some("switch autoscaling off again".into()),
                limit => Some(format!("set the limit back to {limit} GiB")),
            },
        };
        if change.volume() {
            // A type that waits for its window would go out with a change that only grows.
            let own: Vec<&str> = sent.iter().map(String::as_str).collect();
            checks::with_what_is_pending(&mut draft, database, &own, seen);
        }
        draft
    }
}

/// What of the storage becomes different.
#[derive(Debug, Clone, Copy)]
struct Change {
    grows: bool,
    retypes: bool,
    /// IOPS or throughput.
    speed: bool,
    limit: bool,
}

impl Change {
    /// The volume itself is changed, not only the limit of autoscaling.
    fn volume(self) -> bool {
        self.grows || self.retypes || self.speed
    }
}

impl ChangeStorage {
    fn takes_iops(&self) -> bool {
        Storage::takes_iops(&self.kind, self.allocated)
    }

    fn takes_throughput(&self) -> bool {
        Storage::takes_throughput(&self.kind, self.allocated)
    }

    fn least_iops(&self) -> i32 {
        if self.kind == "gp3" { STRIPED_IOPS.0 } else { PROVISIONED_IOPS.0 }
    }

    /// `Iops` as it is sent: AWS wants it along with every change of a volume that takes it.
    fn sent_iops(&self) -> Option<i32> {
        let given = if self.iops == 0 && self.kind == "gp3" { STRIPED_IOPS.0 } else { self.iops };
        self.takes_iops().then_some(given)
    }

    fn sent_throughput(&self) -> Option<i32> {
        let given = if self.throughput == 0 { STRIPED_THROUGHPUT.0 } else { self.throughput };
        self.takes_throughput().then_some(given)
    }

    fn change(&self, database: &Database) -> Change {
        let storage = &database.storage;
        let differs = |sent: Option<i32>, now: Option<i32>| sent.is_some() && sent != now;
        Change {
            grows: self.allocated != storage.allocated,
            retypes: self.kind != storage.kind,
            speed: differs(self.sent_iops(), storage.iops) || differs(self.sent_throughput(), storage.throughput),
            limit: self.max_allocated != limit_of(database),
        }
    }

    fn summary(&self, database: &Database, change: Change) -> String {
        let storage = &database.storage;
        let mut parts = Vec::new();
        if change.grows {
            parts.push(format!("grows from {} to {} GiB", storage.allocated, self.allocated));
        }
        if change.retypes {
            parts.push(format!("changes from {} to {}", storage.kind, self.kind));
        }
        if change.speed {
            let iops = self.sent_iops().map(|n| format!("{n} IOPS"));
            let throughput = self.sent_throughput().map(|n| format!("{n} MiB/s"));
            let both: Vec<String> = iops.into_iter().chain(throughput).collect();
            parts.push(format!("gets {}", both.join(" and ")));
        }
        if change.limit {
            parts.push(match self.max_allocated {
                0 => "no longer grows by itself".to_owned(),
                limit => format!("may grow by itself up to {limit} GiB"),
            });
        }
        if parts.is_empty() {
            return format!("The storage of {} stays as it is.", database.id);
        }
        let undone = if change.grows { " It cannot be made smaller again." } else { "" };
        format!("The storage of {} {}.{undone}", database.id, parts.join(", "))
    }

    fn check(&self, draft: &mut Draft, database: &Database, change: Change) {
        let storage = &database.storage;
        let any = change.volume() || change.limit;
        draft.check(Check::must("something changes", any, "all of it is so already"));
        if change.grows {
            let least = tenth_more(storage.allocated);
            let why = format!("storage only grows, and by a tenth at least: {least} GiB or more");
            let met = self.allocated >= least;
            draft.check(Check::must("it grows by a tenth", met, why));
        }
        if change.volume() {
            let wrong = self.unfit(storage.iops.filter(|_| !change.retypes));
            let name = format!("{} takes this size and speed", self.kind);
            draft.check(Check::hard(name, wrong.is_none(), wrong.unwrap_or_default()));
            let ratio = match self.kind.as_str() {
                "io1" => Some(50),
                "io2" => Some(1_000),
                _ => None,
            };
            if let Some(most) = ratio {
                let met = i64::from(self.iops) <= i64::from(self.allocated) * most;
                let why = format!("AWS documents at most {most} IOPS per GiB");
                draft.check(Check::should("IOPS fit the size", met, why));
            }
        }
        if self.max_allocated > 0 && (change.grows || change.limit) {
            let least = tenth_more(self.allocated);
            let met = self.max_allocated >= least;
            let why = format!("it must be a tenth more than the storage: {least} GiB, or 0 for off");
            draft.check(Check::must("limit above the size", met, why));
            // 26 %: below that AWS warns that the size is near its limit.
            let roomy = i64::from(self.max_allocated) * 100 >= i64::from(self.allocated) * 126;
            if met && !roomy {
                draft.check(Check::soft("limit leaves room", false, "AWS advises 26 % more than the storage"));
            }
        }
    }

    /// Why AWS would not take this size and speed; `now` are the IOPS of the same type before.
    fn unfit(&self, now: Option<i32>) -> Option<String> {
        let within = |n: i32, (least, most): (i32, i32)| (least..=most).contains(&n);
        let kind = &self.kind;
        if (!self.takes_iops() && self.iops > 0) || (!self.takes_throughput() && self.throughput > 0) {
            return Some(match kind.as_str() {
                "gp3" => format!("below {STRIPED} GiB gp3 takes neither IOPS nor throughput: set both to 0"),
                "io1" | "io2" => format!("{kind} takes no throughput: set it to 0"),
                _ => format!("{kind} takes neither IOPS nor throughput: set both to 0"),
            });
        }
        let iops = self.sent_iops()?;
        let limits = if kind == "gp3" { STRIPED_IOPS } else { PROVISIONED_IOPS };
        if !within(iops, limits) {
            return Some(format!("{kind} needs {} to {} IOPS", limits.0, limits.1));
        }
        if kind != "gp3" && self.allocated < PROVISIONED_LEAST {
            return Some(format!("{kind} begins at {PROVISIONED_LEAST} GiB"));
        }
        if let Some(now) = now.filter(|now| iops > *now && iops < tenth_more(*now)) {
            return Some(format!("IOPS grow by a tenth at least: AWS would make it {}", tenth_more(now)));
        }
        let throughput = self.sent_throughput()?;
        if !within(throughput, STRIPED_THROUGHPUT) {
            return Some(format!("gp3 has {} to {} MiB/s", STRIPED_THROUGHPUT.0, STRIPED_THROUGHPUT.1));
        }
        (throughput > iops / 4).then(|| format!("gp3 gives at most a quarter of its IOPS: {} MiB/s", iops / 4))
    }

    fn consequences(&self, draft: &mut Draft, database: &Database, change: Change, seen: &Seen) {
        let storage = &database.storage;
        if change.volume() {
            let text = if change.retypes && storage.kind == "standard" {
                "some minutes away when it leaves magnetic storage, then slower for hours"
            } else {
                "none; it may be slower for hours while the volume is optimised"
            };
            draft.say("Interruption", text, Tone::Warning);
            if change.retypes && storage.kind == "standard" {
                // `ModifyDBInstanceMessage.StorageType`.
                let text = "it can take several days, and nothing else is possible meanwhile: no reboot, snapshot, \
                            replica or deletion, and no nightly backup";
                draft.say("Blocked", text, Tone::Critical);
            } else {
                let text = format!("no other storage change until that is over, at most {MOST_CHANGES} in 24h");
                draft.say("Blocked", text, Tone::Warning);
            }
        } else {
            draft.say("Interruption", "none: nothing of the volume changes", Tone::Good);
        }
        if change.grows {
            draft.say("Way back", "none: smaller only by a dump into a new instance", Tone::Warning);
            if let Some(free) = seen.readings(database).and_then(|r| r.free_storage) {
                let text = format!("{free:.0} of {} GiB now", storage.allocated);
                draft.say("Free", text, Tone::Plain);
            }
        }
        self.say_striping(draft, database, change);
        if change.limit && self.max_allocated == 0 {
            draft.say("Autoscaling", "off: a full disk stops the database", Tone::Warning);
        }
        for replica in seen.databases.iter().filter(|d| seen.source_of(d).is_some_and(|s| s.arn == database.arn)) {
            if change.grows && replica.storage.allocated < self.allocated {
                let text = format!("{} has {} GiB: let it grow as well", replica.id, replica.storage.allocated);
                draft.say("Replica", text, Tone::Warning);
            }
        }
    }

    /// From 400 GiB on a volume of PostgreSQL is four striped ones ("Storage modifications with I/O-intensive
    /// operations", RDS user guide), whatever its SSD type; autoscaling crosses that as well.
    fn say_striping(&self, draft: &mut Draft, database: &Database, change: Change) {
        let storage = &database.storage;
        if storage.allocated >= STRIPED {
            return;
        }
        if self.allocated >= STRIPED {
            let text = format!(
                "from {STRIPED} GiB on AWS copies all data to another layout: heavy I/O for hours, it may pass a day. Do it \
                 off-peak, or on a replica that is then promoted"
            );
            draft.say("Full copy", text, Tone::Critical);
            if self.kind == "gp3" {
                let (iops, throughput) = (STRIPED_IOPS.0, STRIPED_THROUGHPUT.0);
                let text = format!("afterwards gp3 has at least {iops} IOPS and {throughput} MiB/s");
                draft.say("Speed", text, Tone::Plain);
            }
        } else if change.limit && self.max_allocated >= STRIPED && limit_of(database) < STRIPED {
            let text = format!(
                "when autoscaling passes {STRIPED} GiB, at whatever hour, AWS copies all data to another layout: heavy I/O \
                 for hours"
            );
            draft.say("Full copy", text, Tone::Warning);
        }
    }

    fn cost(&self, draft: &mut Draft, database: &Database) {
        let (storage, multi_az) = (&database.storage, database.multi_az);
        let new = price::storage_month(&self.kind, self.allocated, self.sent_iops(), self.sent_throughput(), multi_az);
        let old = price::storage_month(&storage.kind, storage.allocated, storage.iops, storage.throughput, multi_az);
        draft.monthly = new.zip(old).map(|(new, old)| new - old);
        match draft.monthly {
            Some(monthly) => draft.say("Cost", price::difference(monthly), Tone::Plain),
            None => draft.say("Cost", "not known: no price for one of the types", Tone::Plain),
        }
    }

    fn call(&self, database: &Database, change: Change) -> (Call, Vec<(String, String)>) {
        let mut values = Vec::new();
        let mut await_value = |name: &str, value: String| values.push((name.to_owned(), value));
        let mut call = Call::new(Api::ModifyDbInstance, &database.region).with("DBInstanceIdentifier", &database.id);
        if change.volume() {
            // Also when the size stays: with IOPS AWS wants it along.
            call = call.with("AllocatedStorage", self.allocated);
            await_value("AllocatedStorage", self.allocated.to_string());
            if change.retypes {
                call = call.with("StorageType", &self.kind);
                await_value("StorageType", self.kind.clone());
            }
            if let Some(iops) = self.sent_iops() {
                call = call.with("Iops", iops);
                await_value("Iops", iops.to_string());
            }
            if let Some(throughput) = self.sent_throughput() {
                call = call.with("StorageThroughput", throughput);
                await_value("StorageThroughput", throughput.to_string());
            }
        }
        if change.limit {
            // A limit at the allocated size is how autoscaling is switched off.
            let limit = if self.max_allocated == 0 { self.allocated } else { self.max_allocated };
            call = call.with("MaxAllocatedStorage", limit);
            let shown = if limit > self.allocated { limit.to_string() } else { String::new() };
            await_value("MaxAllocatedStorage", shown);
        }
        // The limit counts at once whatever is said here; to say yes would apply what is pending.
        (call.with("ApplyImmediately", change.volume()), values)
    }
}

/// The limit of autoscaling, 0 when it is off.
fn limit_of(database: &Database) -> i32 {
    database.storage.max_allocated.filter(|limit| *limit > database.storage.allocated).unwrap_or(0)
}

/// A tenth more, rounded up.
fn tenth_more(value: i32) -> i32 {
    i32::try_from((i64::from(value) * 11 + 9) / 10).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
