//! `ApplyPendingMaintenanceAction`: what AWS wants to do to an instance, now, in the window, or not
//! in it after all. Actions from the RDS user guide, "Maintaining a DB instance".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::{Database, MaintenanceAction};

/// A pending maintenance action of a DB instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyMaintenance {
    /// `ApplyAction`: `system-update`, `db-upgrade` …
    pub action: String,
    pub when: OptIn,
}

/// `OptInType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptIn {
    /// As soon as AWS gets to it; this cannot be taken back.
    Immediate,
    /// In the next maintenance window of the instance.
    NextMaintenance,
    /// What was asked for the next window is taken back.
    UndoOptIn,
}

impl OptIn {
    const ALL: [Self; 3] = [Self::Immediate, Self::NextMaintenance, Self::UndoOptIn];

    /// AWS's word.
    fn name(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::NextMaintenance => "next-maintenance",
            Self::UndoOptIn => "undo-opt-in",
        }
    }
}

const STATES: &[&str] = &["available", "storage-optimization"];
const FIELDS: &[&str] = &["action", "when"];

impl Request for ApplyMaintenance {
    /// What is pending is not known before it is read: the draft says when there is nothing.
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        (!STATES.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
    }

    fn offer(seen: &Seen) -> Self {
        let action = pending(seen).next().map(|m| m.action.clone()).unwrap_or_default();
        Self { action, when: OptIn::NextMaintenance }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let offer = |m: &MaintenanceAction| Offer { value: m.action.clone(), detail: m.description.clone() };
        let actions = FieldKind::Choice { offers: pending(seen).map(offer).collect(), open: false };
        let window = seen.database().map(|d| format!("{} UTC", d.maintenance_window)).unwrap_or_default();
        let detail = |when: OptIn| match when {
            OptIn::Immediate => "now; cannot be taken back".to_owned(),
            OptIn::NextMaintenance => window.clone(),
            OptIn::UndoOptIn => "not in the next window after all".to_owned(),
        };
        let whens = OptIn::ALL.into_iter().map(|when| Offer { value: when.name().into(), detail: detail(when) });
        vec![
            Field::new("action", "Action", &self.action, actions),
            Field::new("when", "When", self.when.name(), FieldKind::Choice { offers: whens.collect(), open: false }),
        ]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        let value = value.trim();
        match name {
            "action" => {
                if !pending(seen).any(|m| m.action == value) {
                    let known: Vec<&str> = pending(seen).map(|m| m.action.as_str()).collect();
                    let known = if known.is_empty() { "nothing is".to_owned() } else { known.join(", ") };
                    return Err(format!("{value:?} is not pending: {known}"));
                }
                value.clone_into(&mut self.action);
            }
            "when" => {
                let known = OptIn::ALL.into_iter().find(|when| when.name() == value);
                let names = OptIn::ALL.map(OptIn::name).join(", ");
                self.when = known.ok_or_else(|| format!("{value:?} is none of {names}"))?;
            }
            _ => return Err(field::unknown(name, FIELDS)),
        }
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let risk = match (self.when, self.action.as_str()) {
            (OptIn::UndoOptIn, _) => Risk::Routine,
            // An engine does not go back to an older version.
            (_, "db-upgrade") => Risk::Irreversible,
            _ => Risk::Disruptive,
        };
        let mut draft = Draft::new(risk, seen);
        let Some(database) = seen.database() else { return draft };
        let action = pending(seen).find(|m| m.action == self.action);
        draft.summary = self.summary(database, action);
        draft.check(checks::status_is(database, STATES));
        draft.check(is_pending(&self.action, action, seen));
        if let Some(action) = action {
            draft.check(self.may_be_asked(action));
            self.consequences(&mut draft, database, action, seen.at);
        }
        let opt_in = self.when.name();
        let call = Call::new(Api::ApplyPendingMaintenance, &database.region)
            .with("ResourceIdentifier", &database.arn)
            .with("ApplyAction", &self.action)
            .with("OptInType", opt_in);
        let follow = Follow::Maintained {
            region: database.region.clone(),
            id: database.id.clone(),
            action: self.action.clone(),
            opt_in: opt_in.to_owned(),
        };
        match self.when {
            OptIn::Immediate => draft.step("applies the maintenance", call, follow, (300, 2400)),
            OptIn::NextMaintenance => draft.step("puts it down for the window", call, follow, (5, 60)),
            OptIn::UndoOptIn => draft.step("takes it out of the window", call, follow, (5, 60)),
        }
        draft.inverse = match self.when {
            OptIn::Immediate => None,
            OptIn::NextMaintenance => Some("undo-opt-in, before the window opens".into()),
            OptIn::UndoOptIn => Some("ask for the next window again".into()),
        };
        draft
    }
}

impl ApplyMaintenance {
    fn summary(&self, database: &Database, action: Option<&MaintenanceAction>) -> String {
        let (id, what) = (&database.id, words(&self.action));
        let said = action.map(|m| m.description.as_str()).filter(|said| !said.is_empty());
        let said = said.map(|said| format!(" AWS says: {said}")).unwrap_or_default();
        match self.when {
            OptIn::Immediate => format!("{id} gets its {what} now.{said}"),
            OptIn::NextMaintenance => {
                format!("{id} gets its {what} in its maintenance window, {} UTC.{said}", database.maintenance_window)
            }
            OptIn::UndoOptIn if action.is_some_and(comes_by_itself) => {
                format!(
                    "That the {what} of {id} was asked for is taken back; AWS makes it by itself all the same.{said}"
                )
            }
            OptIn::UndoOptIn => format!("The {what} of {id} is not made in the next window after all.{said}"),
        }
    }

    /// Whether this may be asked for after what was asked for before (`OptInType`).
    fn may_be_asked(&self, action: &MaintenanceAction) -> Check {
        let asked = action.opt_in.as_deref();
        let (name, why) = match self.when {
            _ if asked == Some("immediate") => ("not begun yet", "it was asked for at once: that cannot be changed"),
            OptIn::NextMaintenance if asked == Some("next-maintenance") => {
                ("not scheduled yet", "it is scheduled for the next window already")
            }
            OptIn::UndoOptIn if asked != Some("next-maintenance") => {
                ("scheduled for the window", "nobody asked for it: there is nothing to take back")
            }
            _ => return Check::hard("not begun yet", true, ""),
        };
        Check::hard(name, false, why)
    }

    fn consequences(&self, draft: &mut Draft, database: &Database, action: &MaintenanceAction, now: Timestamp) {
        if self.when == OptIn::UndoOptIn {
            draft.say("Interruption", "none", Tone::Good);
        } else {
            let (text, tone) = interruption(&action.action, database.multi_az);
            let text = match self.when {
                OptIn::NextMaintenance => format!("in the window {} UTC: {text}", database.maintenance_window),
                _ => text.to_owned(),
            };
            draft.say("Interruption", text, tone);
            if action.action == "db-upgrade" {
                draft.say("Way back", "none but a restore: an engine is not downgraded", Tone::Critical);
            }
            if action.action == "ca-certificate-rotation" {
                let text = "those that verify the server must trust the new authority before it is made";
                draft.say("Clients", text, Tone::Critical);
            }
        }
        // "There might be a delay of one or more days from the forced apply date" (`PendingMaintenanceAction`).
        if let Some(at) = action.forced_at {
            let text = format!("AWS does it {}, or days later, window or not", at.strftime("%Y-%m-%d %H:%MZ"));
            draft.say("In any case", text, Tone::Warning);
        }
        // "Applied … during its first maintenance window after this date" (`AutoAppliedAfterDate`).
        if let Some(at) = action.auto_applied_after {
            let tone = if self.when == OptIn::UndoOptIn { Tone::Critical } else { Tone::Plain };
            let text = if at <= now {
                format!("AWS does it in the next window, {} UTC", database.maintenance_window)
            } else {
                format!("AWS does it in the first window after {}", at.strftime("%Y-%m-%d %H:%MZ"))
            };
            draft.say("By itself", text, tone);
        }
    }
}

/// Whether AWS makes it without being asked.
fn comes_by_itself(action: &MaintenanceAction) -> bool {
    action.auto_applied_after.is_some() || action.forced_at.is_some()
}

/// What is pending for the target.
fn pending(seen: &Seen) -> impl Iterator<Item = &MaintenanceAction> {
    let arn = seen.database().map(|d| d.arn.as_str());
    seen.maintenance.iter().filter(move |m| Some(m.arn.as_str()) == arn)
}

fn is_pending(name: &str, action: Option<&MaintenanceAction>, seen: &Seen) -> Check {
    let why = match action {
        Some(_) => String::new(),
        // What could not be read may be this.
        None if !seen.is_read(&Part::Maintenance) => "nothing was read that is pending: see what is missing".to_owned(),
        None if pending(seen).next().is_none() => "there is no pending maintenance".to_owned(),
        None => format!("{name} is not pending: choose another action"),
    };
    Check::hard("maintenance is pending", action.is_some(), why)
}

/// An action in a sentence.
fn words(action: &str) -> &str {
    match action {
        "system-update" | "os-upgrade" => "operating system update",
        "db-upgrade" => "engine upgrade",
        "hardware-maintenance" => "hardware maintenance",
        "ca-certificate-rotation" => "new server certificate",
        "" => "maintenance",
        other => other,
    }
}

/// What an action interrupts. The operating system is updated on the standby first, an engine on
/// both at once.
fn interruption(action: &str, multi_az: bool) -> (&'static str, Tone) {
    match (action, multi_az) {
        ("db-upgrade", true) => ("away for minutes: the engine is upgraded in both zones at once", Tone::Critical),
        ("db-upgrade", false) => ("away for minutes while the engine is upgraded", Tone::Critical),
        ("ca-certificate-rotation", _) => ("the engine may restart, depending on its version", Tone::Warning),
        ("system-update" | "os-upgrade" | "hardware-maintenance", true) => {
            ("the standby is maintained first and takes over: usually 60-120 s", Tone::Warning)
        }
        ("system-update" | "os-upgrade" | "hardware-maintenance", false) => {
            ("it restarts and is away for some minutes (Single-AZ)", Tone::Warning)
        }
        _ => ("not known for this action: expect a restart", Tone::Warning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing;

    fn seen() -> Seen {
        let mut seen = testing::seen();
        let action = |at: usize, action: &str| MaintenanceAction {
            arn: seen.databases[at].arn.clone(),
            action: action.into(),
            description: "New Operating System update is available".into(),
            auto_applied_after: None,
            forced_at: "2026-12-13T04:00:00Z".parse().ok(),
            current_apply: None,
            opt_in: None,
        };
        let all = vec![action(1, "hardware-maintenance"), action(0, "system-update"), action(0, "db-upgrade")];
        seen.maintenance = all;
        seen
    }

    fn op(action: &str, when: OptIn) -> Operation {
        Operation::ApplyMaintenance(ApplyMaintenance { action: action.into(), when })
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(op("system-update", OptIn::Immediate), &seen());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds apply-pending-maintenance-action --region us-east-1 --resource-identifier \
             arn:aws:rds:us-east-1:111122223333:db:rentaliq-prod-db --apply-action system-update \
             --opt-in-type immediate"
        );
        let Follow::Maintained { action, opt_in, .. } = &plan.steps[0].follow else {
            panic!("{:?}", plan.steps[0].follow)
        };
        assert_eq!((action.as_str(), opt_in.as_str()), ("system-update", "immediate"));
        assert_eq!((plan.risk, plan.obstacle(), plan.inverse.clone()), (Risk::Disruptive, None, None));
        assert!(plan.consequences.iter().any(|c| c.text.contains("60-120 s")));
        assert!(plan.consequences.iter().any(|c| c.label == "In any case" && c.text.contains("2026-12-13 04:00Z")));
    }

    #[test]
    fn an_engine_upgrade_has_no_way_back_and_to_undo_one_is_routine() {
        let mut seen = seen();
        let plan = plan_of(op("db-upgrade", OptIn::NextMaintenance), &seen);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Irreversible, None));
        assert!(plan.consequences.iter().any(|c| c.tone == Tone::Critical && c.text.contains("both zones")));
        seen.maintenance[2].opt_in = Some("next-maintenance".into());
        let plan = plan_of(op("db-upgrade", OptIn::UndoOptIn), &seen);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Routine, None));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        let fails = |action: &str, when: OptIn, seen: &Seen| failed(&op(action, when), seen);
        let of_another = fails("hardware-maintenance", OptIn::Immediate, &seen);
        assert_eq!(of_another, ["maintenance is pending"], "another instance's");
        assert_eq!(fails("system-update", OptIn::UndoOptIn, &seen), ["scheduled for the window"]);
        seen.maintenance[1].opt_in = Some("next-maintenance".into());
        assert_eq!(fails("system-update", OptIn::NextMaintenance, &seen), ["not scheduled yet"]);
        assert!(fails("system-update", OptIn::Immediate, &seen).is_empty());
        seen.maintenance[1].opt_in = Some("immediate".into());
        assert_eq!(fails("system-update", OptIn::UndoOptIn, &seen), ["not begun yet"]);
        seen.maintenance.clear();
        assert_eq!(fails("", OptIn::NextMaintenance, &seen), ["maintenance is pending"]);
        assert_eq!(ApplyMaintenance::offer(&seen).action, "");
        let mut seen = self::seen();
        seen.databases[0].status = "upgrading".into();
        assert_eq!(fails("system-update", OptIn::Immediate, &seen), ["rentaliq-prod-db is available"]);
    }

    #[test]
    fn only_what_is_pending_may_be_chosen() {
        let seen = seen();
        let mut request = ApplyMaintenance::offer(&seen);
        assert_eq!(request, ApplyMaintenance { action: "system-update".into(), when: OptIn::NextMaintenance });
        let refused = request.set("action", "hardware-maintenance", &seen);
        assert!(refused.unwrap_err().contains("system-update, db-upgrade"));
        assert!(request.set("when", "now", &seen).is_err());
        assert!(request.set("opt_in", "immediate", &seen).is_err());
        assert_eq!(request.set("action", "db-upgrade", &seen), Ok(()));
        assert_eq!(request.set("when", "immediate", &seen), Ok(()));
        assert_eq!(request, ApplyMaintenance { action: "db-upgrade".into(), when: OptIn::Immediate });
    }

    /// Taking the opt-in back does not keep AWS from what it does by itself.
    #[test]
    fn what_comes_by_itself_is_not_called_off() {
        let mut seen = seen();
        seen.maintenance[1].opt_in = Some("next-maintenance".into());
        seen.maintenance[1].forced_at = None;
        let undone = |seen: &Seen| plan_of(op("system-update", OptIn::UndoOptIn), seen);
        assert!(undone(&seen).summary.contains("is not made in the next window after all"));
        // Its date is over: the next window makes it.
        seen.maintenance[1].auto_applied_after = "2026-11-01T00:00:00Z".parse().ok();
        let plan = undone(&seen);
        assert!(plan.summary.contains("AWS makes it by itself all the same"), "{}", plan.summary);
        let said = plan.consequences.iter().find(|c| c.label == "By itself").expect("said");
        assert!(said.tone == Tone::Critical && said.text.contains("in the next window"), "{said:?}");
        // Both dates are said.
        seen.maintenance[1].forced_at = "2026-12-13T04:00:00Z".parse().ok();
        let labels: Vec<String> = undone(&seen).consequences.into_iter().map(|c| c.label).collect();
        assert!(labels.contains(&"In any case".into()) && labels.contains(&"By itself".into()), "{labels:?}");
    }
}
