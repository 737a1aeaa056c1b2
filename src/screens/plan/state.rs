//! What the plan screen remembers.

use jiff::Timestamp;
use tui_input::Input;

use super::refused::LastRefusal;
use crate::domain::{EnvironmentId, Fault};
use crate::ops::{Field, FieldKind};
use crate::slices::{Kind, Operation, Plan, Seen, Target};

/// What takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A parameter, by its place; also where it begins: nothing is approved from here.
    Field(usize),
    /// The reason, where the guard wants one beside the name.
    Reason,
    /// The name that is typed to approve.
    Name,
}

/// A parameter that is being edited.
#[derive(Debug, Clone)]
pub struct Edit {
    pub field: usize,
    pub input: Input,
    /// The offer or the mark that was chosen last.
    pub chosen: Option<usize>,
    /// Why the value was refused.
    pub problem: Option<String>,
}

/// An open plan.
#[derive(Debug, Clone)]
pub struct State {
    pub kind: Kind,
    pub target: Target,
    pub environment: EnvironmentId,
    /// Id of the reading that is awaited or was taken last.
    pub asked: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// True while a reading is waited for.
    pub reading: bool,
    /// Why the last reading failed.
    pub fault: Option<Fault>,
    pub seen: Option<Box<Seen>>,
    /// The request with its parameters, once something was read.
    pub operation: Option<Operation>,
    /// Name of the snapshot that is taken first.
    pub safety: Option<String>,
    pub plan: Option<Box<Plan>>,
    /// Since when this very plan is on the screen.
    pub shown_since: Timestamp,
    /// Since when a precondition that was met is no longer: that must have been read, too.
    pub worse_since: Option<Timestamp>,
    /// A reading is under way, waited for or not.
    pub awaiting: bool,
    pub focus: Focus,
    pub edit: Option<Edit>,
    pub reason: Input,
    pub name: Input,
    /// Why the last approval was refused.
    pub refused: Option<LastRefusal>,
    /// What changed since the plan was on the screen, or since it was approved before: it was not sent.
    pub changed: Vec<String>,
    /// First visible line of the body.
    pub scroll: usize,
}

impl State {
    /// Opens; nothing was read yet. `operation` keeps parameters of a plan before.
    #[must_use]
    pub fn new(kind: Kind, target: Target, environment: EnvironmentId, asked: u64, now: Timestamp) -> Self {
        Self {
            kind,
            target,
            environment,
            asked,
            asked_at: now,
            reading: true,
            fault: None,
            seen: None,
            operation: None,
            safety: None,
            plan: None,
            shown_since: now,
            worse_since: None,
            awaiting: true,
            focus: Focus::Field(0),
            edit: None,
            reason: Input::default(),
            name: Input::default(),
            refused: None,
            changed: Vec::new(),
            scroll: 0,
        }
    }

    /// The parameters as they are now.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        match (&self.operation, &self.seen) {
            (Some(operation), Some(seen)) => operation.fields(seen),
            _ => Vec::new(),
        }
    }

    /// Makes the plan anew; the time that it is on the screen begins again when it differs.
    pub fn remake(&mut self, now: Timestamp) {
        let (Some(operation), Some(seen)) = (&self.operation, &self.seen) else { return };
        // The same request is the same plan, however often it is read again.
        let is_same = |known: &Plan| known.operation == *operation && known.safety_snapshot == self.safety;
        let plan = match self.plan.as_deref().filter(|known| is_same(known)) {
            Some(known) => known.again(seen),
            None => Plan::make(operation, self.safety.as_deref(), seen),
        };
        if self.plan.as_ref().is_none_or(|known| known.fingerprint != plan.fingerprint) {
            self.shown_since = now;
            self.worse_since = None;
            self.refused = None;
            self.name = Input::default();
        } else if self.plan.as_ref().is_some_and(|known| !known.worsened(&plan).is_empty()) {
            // Not the whole time again: a lag that goes up and down must not keep it for ever.
            self.worse_since = Some(now);
            self.name = Input::default();
        }
        self.plan = Some(Box::new(plan));
    }

    /// Asks for the safety snapshot, or does without it.
    pub fn toggle_safety(&mut self, now: Timestamp) {
        if !self.kind.offers_safety_snapshot() {
            return;
        }
        self.safety = match self.safety {
            Some(_) => None,
            None => self.kind.safety_snapshot_name(&self.target.id, now),
        };
        self.remake(now);
    }

    /// Why the last attempt was refused, in words.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refused.as_ref().map(|refused| refused.words.as_str())
    }

    /// Whether text is being typed.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.edit.is_some() || matches!(self.focus, Focus::Reason | Focus::Name)
    }

    /// The field that is edited.
    #[must_use]
    pub fn edited(&self) -> Option<Field> {
        let edit = self.edit.as_ref()?;
        self.fields().into_iter().nth(edit.field)
    }

    /// Whether the parameter is a switch, which needs no editing.
    #[must_use]
    pub fn is_switch(field: &Field) -> bool {
        matches!(field.kind, FieldKind::Switch)
    }
}
