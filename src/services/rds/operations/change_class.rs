//! `ModifyDBInstance` with another instance class: more or less processor and memory.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::class::InstanceClass;
use crate::domain::{Criticality, Database};
use crate::services::rds::checks::Restart;

/// Another class for a DB instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeClass {
    /// `DBInstanceClass`.
    pub class: String,
    pub when: When,
}

/// When a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// As soon as AWS gets to it (`ApplyImmediately`).
    Immediately,
    /// In the next maintenance window of the instance.
    MaintenanceWindow,
}

impl When {
    fn name(self) -> &'static str {
        match self {
            Self::Immediately => "immediately",
            Self::MaintenanceWindow => "maintenance-window",
        }
    }
}

const STATES: &[&str] = &["available"];
const FIELDS: &[&str] = &["class", "when"];

impl Request for ChangeClass {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        checks::other_state(database, &["available", "storage-optimization"])
    }

    fn offer(seen: &Seen) -> Self {
        let class = seen.database().map(|d| larger(d, seen).unwrap_or_else(|| d.class.clone())).unwrap_or_default();
        // An interruption that nobody asked for now can wait, where others would notice it.
        let when = match seen.criticality {
            Criticality::Development => When::Immediately,
            Criticality::Staging | Criticality::Production => When::MaintenanceWindow,
        };
        Self { class, when }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let offers = seen.database().map(|d| offers(d, seen)).unwrap_or_default();
        let open = offers.is_empty();
        let now = seen.database().map(|d| format!("now {}", d.class)).unwrap_or_default();
        let window = seen.database().map(|d| format!("{} UTC", d.maintenance_window)).unwrap_or_default();
        let whens = [(When::Immediately, "interrupts now".to_owned()), (When::MaintenanceWindow, window)];
        let whens = whens.into_iter().map(|(when, detail)| Offer { value: when.name().into(), detail }).collect();
        vec![
            Field::new("class", "Class", &self.class, FieldKind::Choice { offers, open }).hint(now),
            Field::new("when", "When", self.when.name(), FieldKind::Choice { offers: whens, open: false }),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match name {
            "class" => {
                let value = value.trim();
                shape(value)?;
                let offers = seen.database().map(|d| offers(d, seen)).unwrap_or_default();
                // The present one takes back what waits for the window.
                let is_present = seen.database().is_some_and(|d| d.class == value);
                if !offers.is_empty() && !is_present && !offers.iter().any(|offer| offer.value == value) {
                    return Err(format!("AWS does not offer {value} for this engine version and storage here"));
                }
                value.clone_into(&mut self.class);
                Ok(())
            }
            "when" => {
                self.when = match value.trim() {
                    "immediately" => When::Immediately,
                    "maintenance-window" => When::MaintenanceWindow,
                    other => return Err(format!("{other:?} is neither immediately nor maintenance-window")),
                };
                Ok(())
            }
            _ => Err(field::unknown(name, FIELDS)),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(database) = seen.database() else { return draft };
        let immediately = self.when == When::Immediately;
        let window = &database.maintenance_window;
        draft.summary = if immediately {
            format!("{} changes from {} to {} now. It restarts.", database.id, database.class, self.class)
        } else {
            format!(
                "{} changes from {} to {} in its maintenance window ({window} UTC). It restarts then.",
                database.id, database.class, self.class
            )
        };
        draft.check(checks::status_may_be(database, STATES, &["storage-optimization"]));
        // To set the present class takes back one that waits for the window ("modify the DB instance to revert
        // the change", with `ApplyImmediately`).
        let waiting = database.pending.iter().find(|(name, _)| name == "DBInstanceClass").map(|(_, class)| class);
        let cancels = immediately && self.class == database.class && waiting.is_some();
        let waits_already = !immediately && waiting == Some(&self.class);
        let differs = (self.class != database.class || cancels) && !waits_already;
        let same = match (differs, waiting) {
            (true, _) => String::new(),
            (false, Some(_)) if waits_already => format!("{} waits for the window already", self.class),
            (false, Some(_)) => format!("it is {} already: to cancel what is pending, do it immediately", self.class),
            (false, None) => format!("it is {} already: choose another one", self.class),
        };
        if let Some(waiting) = waiting.filter(|_| cancels) {
            draft.summary =
                format!("The change of {} to {waiting}, which waits for its window, is taken back.", database.id);
            draft.risk = Risk::Routine;
        }
        draft.check(Check::hard("another class", differs, same));
        if !cancels {
            draft.check(self.is_offered(database, seen));
        }
        if cancels {
            draft.say("Interruption", "none: the class stays as it is", Tone::Good);
        } else {
            self.consequences(&mut draft, database, seen);
            checks::say_restart(&mut draft, database, Restart::Other);
            checks::say_reservation(&mut draft, database);
        }
        let month = |class: &str| price::instance_month(class, database.multi_az);
        draft.monthly = month(&self.class).zip(month(&database.class)).map(|(new, old)| new - old);
        match draft.monthly {
            Some(monthly) => draft.say("Cost", price::difference(monthly), Tone::Plain),
            None => draft.say("Cost", "not known: no price for one of the classes", Tone::Plain),
        }
        let call = Call::new(Api::ModifyDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("DBInstanceClass", &self.class)
            .with("ApplyImmediately", immediately);
        let (region, id) = (database.region.clone(), database.id.clone());
        let values = vec![("DBInstanceClass".to_owned(), self.class.clone())];
        if immediately {
            let usual = if database.multi_az { (600, 1800) } else { (300, 1200) };
            draft.step("changes the class", call, Follow::Values { region, id, values }, usual);
        } else {
            draft.step("puts the change down for the window", call, Follow::Pending { region, id, values }, (5, 60));
        }
        draft.inverse = Some(match waiting.filter(|_| cancels) {
            Some(waiting) => format!("ask for {waiting} in the window again"),
            None if immediately => format!("change the class back to {}, with the same interruption", database.class),
            None => format!(
                "before the window: change the class to {}, immediately; after it: the same, with an interruption",
                database.class
            ),
        });
        if immediately {
            checks::with_what_is_pending(&mut draft, database, &["DBInstanceClass"], seen);
        } else {
            checks::say_replaced(&mut draft, database, &["DBInstanceClass"]);
        }
        draft
    }
}

impl ChangeClass {
    fn is_offered(&self, database: &Database, seen: &Seen) -> Check {
        let name = "AWS offers it here";
        if seen.orderable.is_empty() {
            return Check::unknown(name, "the offered classes were not read: AWS will say");
        }
        let offered = seen.orderable.iter().any(|o| o.class == self.class && suits(o, database));
        let zones = if database.multi_az { "Multi-AZ" } else { "Single-AZ" };
        let (engine, version) = (&database.engine, &database.engine_version);
        let why = format!("no {} for {engine} {version}, {zones}, {} storage", self.class, database.storage.kind);
        Check::must(name, offered, why)
    }

    fn consequences(&self, draft: &mut Draft, database: &Database, seen: &Seen) {
        let interruption = if database.multi_az {
            "the standby is changed first and takes over: usually 60-120 s"
        } else {
            "it is away for some minutes while it restarts (Single-AZ)"
        };
        match self.when {
            When::Immediately => draft.say("Interruption", interruption, Tone::Warning),
            When::MaintenanceWindow => {
                let text = format!("in the window {} UTC: {interruption}", database.maintenance_window);
                draft.say("Interruption", text, Tone::Warning);
            }
        }
        let connected = seen.readings(database).and_then(|r| r.connections);
        match connected {
            Some(number) => {
                draft.say("Connected", format!("{number:.0} now; the restart drops every connection"), Tone::Warning);
            }
            None => draft.say("Connected", "not known; the restart drops every connection", Tone::Warning),
        }
        let Some(new) = InstanceClass::parse(&self.class) else { return };
        if let Some(old) = database.instance_class() {
            let text = format!("{} → {} vCPU, {} → {} GiB", old.vcpus, new.vcpus, old.memory_gib, new.memory_gib);
            let less = new.vcpus < old.vcpus || new.memory_gib < old.memory_gib;
            draft.say("Capacity", text, if less { Tone::Warning } else { Tone::Plain });
            let (before, after) = (old.default_max_connections(), new.default_max_connections());
            let note = "AWS's default, estimated; a parameter group may say otherwise";
            let text = format!("max_connections about {before:.0} → {after:.0} ({note})");
            match connected {
                Some(number) if number > after => {
                    draft.say("Connections", format!("{text}; {number:.0} are open now"), Tone::Critical);
                }
                _ => draft.say("Connections", text, Tone::Plain),
            }
        }
        if new.burstable && database.instance_class().is_some_and(|old| !old.burstable) {
            let text = "a T class: CPU above its baseline lasts only as long as its credits, or costs extra";
            draft.say("CPU credits", text, Tone::Warning);
        }
        replication(draft, database, new, seen);
    }
}

/// PostgreSQL stops replaying on a standby whose `max_connections` is less than the primary's, and
/// that follows from the memory; a smaller replica also falls behind.
fn replication(draft: &mut Draft, database: &Database, new: InstanceClass, seen: &Seen) {
    let is_smaller = |a: InstanceClass, b: InstanceClass| a.memory_gib < b.memory_gib || a.vcpus < b.vcpus;
    for replica in seen.databases.iter().filter(|d| seen.source_of(d).is_some_and(|s| s.arn == database.arn)) {
        if replica.instance_class().is_some_and(|class| is_smaller(class, new)) {
            let text = format!("{} ({}) is then smaller than its source: change it first", replica.id, replica.class);
            draft.say("Replica", text, Tone::Warning);
        }
    }
    if let Some(source) = seen.source_of(database)
        && source.instance_class().is_some_and(|class| is_smaller(new, class))
    {
        let text = format!("smaller than its source {} ({}): it may fall behind or stop", source.id, source.class);
        draft.say("Replica", text, Tone::Warning);
    }
}

fn suits(offer: &crate::services::rds::seen::Orderable, database: &Database) -> bool {
    let replicates = database.is_replica() || database.followers().next().is_some();
    offer.storage == database.storage.kind
        && (offer.multi_az || !database.multi_az)
        && (offer.read_replica || !replicates)
}

/// The classes that suit the instance, smallest first, with what they have and cost.
fn offers(database: &Database, seen: &Seen) -> Vec<Offer> {
    let mut classes: Vec<&str> =
        seen.orderable.iter().filter(|o| suits(o, database)).map(|o| o.class.as_str()).collect();
    classes.sort_by(|a, b| by_size(a, b));
    classes.dedup();
    let month = |class: &str| price::instance_month(class, database.multi_az);
    let now = month(&database.class);
    let detail = |class: &str| {
        let mut words = Vec::new();
        if let Some(has) = InstanceClass::parse(class) {
            words.push(format!("{} vCPU {} GiB", has.vcpus, has.memory_gib));
        }
        if class == database.class {
            words.push("as now".to_owned());
        } else if let Some((new, old)) = month(class).zip(now) {
            words.push(price::difference(new - old));
        }
        words.join("  ")
    };
    classes.into_iter().map(|class| Offer { value: class.to_owned(), detail: detail(class) }).collect()
}

/// By memory, then processors, then name; what is not known here comes last.
fn by_size(a: &str, b: &str) -> Ordering {
    let size = |class: &str| InstanceClass::parse(class).map_or((f64::INFINITY, 0), |c| (c.memory_gib, c.vcpus));
    let ((memory_a, vcpus_a), (memory_b, vcpus_b)) = (size(a), size(b));
    memory_a.total_cmp(&memory_b).then(vcpus_a.cmp(&vcpus_b)).then_with(|| a.cmp(b))
}

/// The next larger class of the same family that AWS offers.
fn larger(database: &Database, seen: &Seen) -> Option<String> {
    let family = |class: &str| class.rsplit_once('.').map(|(family, _)| family.to_owned());
    let (own, now) = (family(&database.class)?, database.instance_class()?);
    let bigger = |class: &str| InstanceClass::parse(class).is_some_and(|c| c.memory_gib > now.memory_gib);
    let mut offered = offers(database, seen).into_iter().map(|offer| offer.value);
    offered.find(|class| family(class).as_ref() == Some(&own) && bigger(class))
}

/// A class looks like `db.r6g.large`, whether it is known here or not.
fn shape(class: &str) -> Result<(), String> {
    let rest = class.strip_prefix("db.").unwrap_or_default();
    let fine = rest.contains('.') && rest.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if fine { Ok(()) } else { Err(format!("{class:?} is no instance class: they look like db.r6g.large")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::Plan;
    use crate::services::rds::testing::seen;

    fn to(class: &str, when: When) -> Operation {
        Operation::ChangeClass(ChangeClass { class: class.into(), when })
    }

    fn said(plan: &Plan, label: &str) -> String {
        let all: Vec<&str> = plan.consequences.iter().filter(|c| c.label == label).map(|c| c.text.as_str()).collect();
        all.join("; ")
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let seen = seen();
        let plan = plan_of(to("db.t3.large", When::Immediately), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds modify-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db \
             --db-instance-class db.t3.large --apply-immediately"
        );
        let values = vec![("DBInstanceClass".to_owned(), "db.t3.large".to_owned())];
        let (region, id) = ("us-east-1".to_owned(), "rentaliq-prod-db".to_owned());
        let (now, later) = (
            Follow::Values { region: region.clone(), id: id.clone(), values: values.clone() },
            Follow::Pending { region, id, values },
        );
        assert_eq!(plan.steps[0].follow, now);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Disruptive, None));
        let plan = plan_of(to("db.t3.large", When::MaintenanceWindow), &seen);
        assert!(plan.steps[0].call.as_command("").ends_with("db.t3.large --no-apply-immediately"));
        assert_eq!(plan.steps[0].follow, later);
        assert_eq!(plan.risk, Risk::Disruptive);
    }

    #[test]
    fn a_pending_upgrade_of_the_engine_has_no_way_back() {
        let mut seen = seen();
        seen.databases[0].pending = vec![("EngineVersion".into(), "17.2".into())];
        let plan = plan_of(to("db.t3.large", When::Immediately), &seen);
        assert_eq!((plan.risk, plan.inverse.as_deref()), (Risk::Irreversible, None));
        assert!(plan.consequences.iter().any(|c| c.tone == Tone::Critical && c.text.contains("engine to 17.2")));
        // In its window the change takes nothing else along.
        let plan = plan_of(to("db.t3.large", When::MaintenanceWindow), &seen);
        assert_eq!(plan.risk, Risk::Disruptive);
    }

    #[test]
    fn a_change_that_waits_is_cancelled_with_the_present_class() {
        let mut seen = seen();
        seen.databases[0].pending = vec![("DBInstanceClass".into(), "db.t3.large".into())];
        let plan = plan_of(to("db.t3.medium", When::Immediately), &seen);
        assert_eq!((plan.obstacle(), plan.risk), (None, Risk::Routine));
        assert!(plan.summary.contains("to db.t3.large, which waits for its window, is taken back"));
        assert_eq!(plan.inverse.as_deref(), Some("ask for db.t3.large in the window again"));
        let waiting = failed(&to("db.t3.medium", When::MaintenanceWindow), &seen);
        assert_eq!(waiting, ["another class"]);
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        assert_eq!(failed(&to("db.t3.medium", When::Immediately), &seen), ["another class"]);
        assert_eq!(failed(&to("db.r6g.xlarge", When::Immediately), &seen), ["AWS offers it here"]);
        seen.orderable[2].multi_az = false;
        assert_eq!(failed(&to("db.t3.large", When::Immediately), &seen), ["AWS offers it here"]);
        seen.databases[0].status = "storage-optimization".into();
        assert!(failed(&to("db.r6g.large", When::Immediately), &seen).is_empty(), "AWS does not say that it refuses");
        seen.databases[0].status = "modifying".into();
        seen.orderable.clear();
        assert_eq!(failed(&to("db.t3.large", When::Immediately), &seen), ["rentaliq-prod-db is available"]);
        let plan = plan_of(to("db.t3.large", When::Immediately), &seen);
        let offered = plan.checks.iter().find(|c| c.name == "AWS offers it here").unwrap();
        assert_eq!(offered.state, CheckState::Unknown);
    }

    #[test]
    fn what_else_is_pending_is_named_when_it_would_be_applied() {
        let mut seen = seen();
        seen.databases[0].pending =
            vec![("DBInstanceClass".into(), "db.t3.small".into()), ("EngineVersion".into(), "16.8".into())];
        let plan = plan_of(to("db.t3.large", When::Immediately), &seen);
        let check = plan.checks.iter().find(|c| c.name == "nothing else is pending").unwrap();
        assert_eq!(check.state, CheckState::Doubtful);
        assert!(check.why.ends_with(": EngineVersion 16.8"), "{}", check.why);
        let plan = plan_of(to("db.t3.large", When::MaintenanceWindow), &seen);
        assert!(!plan.checks.iter().any(|c| c.name == "nothing else is pending"));
    }

    #[test]
    fn the_consequences_are_those_of_this_instance() {
        let mut seen = seen();
        let plan = plan_of(to("db.t3.large", When::Immediately), &seen);
        assert!(said(&plan, "Interruption").contains("60-120 s"));
        assert!(said(&plan, "Connected").starts_with("182 now"));
        assert_eq!(said(&plan, "Capacity"), "2 → 2 vCPU, 4 → 8 GiB");
        let replicas = said(&plan, "Replica");
        assert!(replicas.contains("rentaliq-prod-db-replica-1") && replicas.contains("rentaliq-prod-db-dr"));
        seen.databases[0].multi_az = false;
        seen.readings[0].connections = Some(900.0);
        let plan = plan_of(to("db.t3.small", When::Immediately), &seen);
        assert!(said(&plan, "Interruption").contains("Single-AZ"));
        let connections = plan.consequences.iter().find(|c| c.label == "Connections").unwrap();
        assert_eq!(connections.tone, Tone::Critical);
        assert_eq!(said(&plan, "Replica"), "");
    }

    #[test]
    fn only_what_aws_offers_may_be_chosen() {
        let mut seen = seen();
        let mut request = ChangeClass::offer(&seen);
        assert_eq!(request, ChangeClass { class: "db.t3.large".into(), when: When::MaintenanceWindow });
        assert!(request.set("class", "db.r6g.xlarge", &seen).is_err());
        assert_eq!(request.set("class", "db.r6g.large", &seen), Ok(()));
        assert!(request.set("when", "now", &seen).is_err());
        assert_eq!(request.set("when", "immediately", &seen), Ok(()));
        assert_eq!(request, ChangeClass { class: "db.r6g.large".into(), when: When::Immediately });
        assert!(request.set("size", "x", &seen).unwrap_err().contains("class, when"));
        let fields = request.fields(&seen);
        let FieldKind::Choice { offers, open: false } = &fields[0].kind else { panic!("{:?}", fields[0].kind) };
        let order: Vec<&str> = offers.iter().map(|o| o.value.as_str()).collect();
        assert_eq!(order, ["db.t3.small", "db.t3.medium", "db.t3.large", "db.r6g.large"]);
        assert!(offers[2].detail.starts_with("2 vCPU 8 GiB"));
        seen.orderable.clear();
        assert!(matches!(request.fields(&seen)[0].kind, FieldKind::Choice { open: true, .. }));
        assert_eq!(request.set("class", "db.x9z.large", &seen), Ok(()), "anything that looks like a class");
        assert!(request.set("class", "large", &seen).is_err());
    }

    #[test]
    fn a_reservation_that_is_given_up_is_said_and_parameters_are_not_promised() {
        let mut seen = seen();
        let said = |seen: &Seen, label: &str| {
            let plan = plan_of(to("db.t3.large", When::Immediately), seen);
            plan.consequences.into_iter().find(|c| c.label == label).map(|c| c.text)
        };
        assert_eq!(said(&seen, "Reservation"), None);
        seen.databases[0].settings.capacity_reservation = Some("cr-prod".into());
        assert!(said(&seen, "Reservation").is_some_and(|text| text.starts_with("cr-prod is released")));
        seen.databases[0].settings.parameter_status = Some("pending-reboot".into());
        let text = said(&seen, "Parameters").expect("said");
        assert!(text.contains("they may take effect"), "{text}");
    }
}
