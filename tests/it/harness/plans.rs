//! The keys of a change: select, open, arm, choose an operation, edit its parameters, approve.

use quarterdeck::app::State;
use quarterdeck::app::settle::settle;
use quarterdeck::ops::{FieldKind, Level};
use quarterdeck::screens::command::Command;
use quarterdeck::screens::databases;
use quarterdeck::screens::menu::{Item, Menu};
use quarterdeck::screens::plan::{Focus, State as OpenPlan};
use quarterdeck::screens::{Screen, View};
use quarterdeck::services::rds::{Kind, TargetKind};
use quarterdeck::slices::Plan;

use super::Desk;

impl Desk {
    /// Puts the cursor on a DB instance of the list.
    pub fn select(&mut self, database: &str) {
        assert!(self.state.views.plan().is_none() && self.state.views.overlay().is_none(), "something is open");
        if self.state.screen() != Screen::Databases {
            self.press("D");
        }
        settle(&mut self.state);
        let rows = &self.state.databases.rows;
        let row = rows.iter().find(|row| row.database(&self.state.shell.world).is_some_and(|d| d.id == database));
        let arn = row.unwrap_or_else(|| panic!("{database} is not in the list")).arn.clone();
        databases::select(&mut self.state, &arn);
    }

    /// Opens the DB instance of this name, which must be among the rows.
    pub fn enter(&mut self, database: &str) {
        let rows = &self.state.databases.rows;
        let known = &self.state.shell.world;
        let row = rows.iter().find(|row| row.database(known).is_some_and(|d| d.id == database)).expect("the row");
        let arn = row.arn.clone();
        databases::select(&mut self.state, &arn);
        self.press("enter");
        assert_eq!(self.state.screen(), Screen::Database, "{database} did not open");
    }

    /// Opens a DB instance and waits until its snapshots are known.
    pub async fn open(&mut self, database: &str) {
        self.select(database);
        self.press("enter");
        assert_eq!(self.state.screen(), Screen::Database, "{database} did not open");
        let known = |state: &State| {
            state.shell.world.sites.iter().any(|s| s.rds.snapshots.get(database).is_some_and(|s| s.at().is_some()))
        };
        self.until(60, "its snapshots are known", known).await;
    }

    /// Arms the environment of what is open or selected.
    pub async fn arm(&mut self, reason: &str) {
        assert!(self.state.shell.world.changes.arming.is_none(), "it is armed already, A would disarm it");
        self.press("A");
        self.types(reason);
        self.press("enter");
        assert!(self.state.shell.world.changes.arming.is_some(), "not armed: {:?}", self.state.views.question());
        self.pass(1).await;
    }

    /// Opens the menu of operations for a DB instance, with the cursor on this one; what the menu
    /// would do about it.
    pub fn offered(&mut self, kind: Kind, database: &str) -> Command {
        let is_open = self.state.views.database().is_some_and(|open| *open.id == *database);
        if self.state.screen() != Screen::Database || !is_open {
            self.select(database);
        }
        self.press("a");
        let count = self.menu().len();
        for _ in 0..count {
            if self.menu().current().is_some_and(|item| is_of(item, kind)) {
                break;
            }
            self.press("down");
        }
        let chosen = self.menu().current().expect("an item");
        assert!(is_of(chosen, kind), "{} is not {kind:?}", chosen.label);
        chosen.command.clone()
    }

    fn menu(&self) -> &Menu {
        match self.state.views.overlay() {
            Some(View::Menu(menu)) => menu,
            other => panic!("no menu is open: {other:?}; {:?}", self.state.shell.toast),
        }
    }

    /// Chooses an operation from the menu for a DB instance and waits for the plan. One on a
    /// snapshot is for the newest that it can be done to.
    pub async fn plan(&mut self, kind: Kind, database: &str) {
        self.plan_for(kind, database, None).await;
    }

    /// The same for a snapshot of the DB instance, by its name.
    pub async fn plan_on_snapshot(&mut self, kind: Kind, database: &str, snapshot: &str) {
        self.plan_for(kind, database, Some(snapshot)).await;
    }

    async fn plan_for(&mut self, kind: Kind, database: &str, snapshot: Option<&str>) {
        let on_snapshot = kind.target() == TargetKind::DbSnapshot;
        if on_snapshot {
            self.open(database).await;
        }
        let command = self.offered(kind, database);
        let is_offered = command.operation() == Some(kind.into());
        assert!(is_offered, "{kind:?} is not offered for {database}");
        self.press("enter");
        if on_snapshot {
            for _ in 0..self.menu().len() {
                let item = self.menu().current().expect("a snapshot");
                let fits = snapshot.is_none_or(|name| item.label == name);
                if fits && matches!(item.command, Command::PlanOn(..)) {
                    break;
                }
                self.press("j");
            }
            self.press("enter");
        }
        assert!(self.state.views.plan().is_some(), "no plan opened: {:?}", self.state.shell.toast);
        self.read().await;
    }

    /// Waits until the plan on the screen is of what was read last.
    pub async fn read(&mut self) {
        let is_read = |state: &State| {
            let open = state.views.plan();
            open.is_none_or(|open| !open.reading && (open.plan.is_some() || open.fault.is_some()))
        };
        self.until(120, "the plan is read", is_read).await;
    }

    /// The screen of the plan.
    pub fn opened(&self) -> &OpenPlan {
        self.state.views.plan().unwrap_or_else(|| panic!("no plan is open: {:?}", self.state.shell.toast))
    }

    /// The plan on the screen.
    pub fn planned(&self) -> &Plan {
        let open = self.opened();
        open.plan.as_deref().unwrap_or_else(|| panic!("there is no plan: {:?}", open.fault))
    }

    /// Edits a parameter of the plan by its keys; what is wrong with the value.
    pub fn try_set(&mut self, field: &str, value: &str) -> Option<String> {
        if self.opened().is_typing() {
            self.press("esc");
        }
        let fields = self.opened().fields();
        let names: Vec<&str> = fields.iter().map(|f| f.name).collect();
        let place = names.iter().position(|name| *name == field);
        let place = place.unwrap_or_else(|| panic!("there is no parameter {field}: there are {names:?}"));
        for _ in 0..2 * fields.len() {
            match self.opened().focus {
                Focus::Field(at) if at == place => break,
                Focus::Field(at) if at < place => self.press("j"),
                _ => self.press("k"),
            }
        }
        assert_eq!(self.opened().focus, Focus::Field(place), "the cursor does not reach {field}");
        if matches!(fields[place].kind, FieldKind::Switch) {
            if fields[place].value != value {
                self.press("enter");
            }
            return self.opened().refusal().map(str::to_owned);
        }
        self.press("enter ctrl-u");
        self.types(value);
        self.press("enter");
        let problem = self.opened().edit.as_ref().map(|edit| edit.problem.clone().unwrap_or_default());
        if problem.is_some() {
            self.press("esc");
        }
        problem
    }

    /// Edits a parameter of the plan; the value is a good one.
    pub fn set(&mut self, field: &str, value: &str) {
        assert_eq!(self.try_set(field, value), None, "{field} does not take {value}");
        let fields = self.opened().fields();
        let now = fields.iter().find(|f| f.name == field).map(|f| f.value.as_str());
        assert_eq!(now, Some(value), "{field} is not what was typed");
    }

    /// What the guard asks for the plan on the screen.
    pub fn level(&self) -> Level {
        let (open, plan) = (self.opened(), self.planned());
        self.state.shell.world.changes.policy(open.environment).level(plan.risk, plan.criticality)
    }

    /// Does what the guard asks for the plan on the screen, after the time that it must be read.
    pub async fn approve(&mut self) {
        self.read().await;
        if let Level::TypeNameAndReason { cool_down } = self.level() {
            self.pass(cool_down.as_secs() + 1).await;
            self.read().await;
        }
        self.pass(2).await;
        self.read().await;
        self.gesture();
        self.pass(1).await;
    }

    /// The keys that approve the plan on the screen, at once.
    pub fn gesture(&mut self) {
        let level = self.level();
        if level == Level::Confirm {
            return self.press("ctrl-t");
        }
        let name = self.planned().name_to_type.clone();
        for _ in 0..self.opened().fields().len() + 3 {
            if self.opened().focus == Focus::Name {
                break;
            }
            if self.opened().focus == Focus::Reason && self.opened().reason.value().is_empty() {
                self.types("INC-1");
            }
            self.press("tab");
        }
        if self.opened().focus == Focus::Name {
            self.press("ctrl-u");
            self.types(&name);
            self.press("enter");
        } else {
            self.press("ctrl-t");
        }
    }
}

/// Whether this line of the menu of operations is for this operation.
fn is_of(item: &Item, kind: Kind) -> bool {
    let title = kind.title();
    match kind.target() {
        TargetKind::DbInstance => item.label == title,
        TargetKind::DbSnapshot => item.label == format!("{title} …"),
        TargetKind::Environment => item.label.starts_with(&format!("{title} of ")),
    }
}
