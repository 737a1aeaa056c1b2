//! What is opened before a picture is taken: the same that keys open.

use quarterdeck::app::{State, actions};
use quarterdeck::cli::{Motif, MotifNames};
use quarterdeck::keymap::Action;
use quarterdeck::screens::operations::named;
use quarterdeck::screens::{self, plan};
use quarterdeck::shell::Effect;
use quarterdeck::slices::Kind;

/// Opens it; what is to be done then. The DB instance may be named by an option of old.
pub fn open(
    state: &mut State,
    motif: Motif,
    wanted: &MotifNames<'_>,
    database: Option<&str>,
) -> Result<Vec<Effect>, String> {
    let mut effects = Vec::new();
    let name = wanted.name.or(database);
    let action = match motif {
        Motif::Fleet | Motif::Databases => {
            if let Some(id) = name {
                select(state, id)?;
            }
            return Ok(effects);
        }
        Motif::Plan => return begin(state, wanted.operation.unwrap_or_default(), name),
        Motif::Database | Motif::Operations => {
            if let Some(id) = name {
                select(state, id)?;
            } else if state.selected().is_none() {
                return Err("there is no DB instance here".into());
            }
            if motif == Motif::Database { Action::Open } else { Action::Operations }
        }
        Motif::Alarm => {
            actions::run(state, Action::Alarms, &mut effects);
            seek(state, wanted.name)?;
            Action::Open
        }
        Motif::Cluster => return open_cluster(state, wanted.name),
        Motif::Clusters => Action::Clusters,
        Motif::Alarms => Action::Alarms,
        Motif::Secrets => Action::Secrets,
        Motif::Executions => Action::Executions,
        Motif::Audit => Action::Audit,
        Motif::Environments => Action::Environments,
        Motif::Themes => Action::Theme,
        Motif::Palette => Action::Palette,
        Motif::Errors => Action::Errors,
        Motif::Help => Action::Help,
    };
    actions::run(state, action, &mut effects);
    Ok(effects)
}

/// Opens a cluster: the one that is named, else the one that stands first.
fn open_cluster(state: &mut State, name: Option<&str>) -> Result<Vec<Effect>, String> {
    let mut effects = Vec::new();
    actions::run(state, Action::Clusters, &mut effects);
    if let Some(name) = name {
        let arn_of = |state: &State| {
            let mut all = state.shell.world.clusters();
            all.find(|(_, cluster)| *cluster.name == *name).map(|(_, cluster)| cluster.arn.clone())
        };
        let arn = arn_of(state).ok_or_else(|| format!("there is no cluster {name} here"))?;
        screens::reach::open_cluster(state, &arn);
    } else if state.shell.world.clusters().next().is_none() {
        return Err("there is no cluster here".into());
    } else {
        actions::run(state, Action::Open, &mut effects);
    }
    Ok(effects)
}

/// Puts the cursor on a DB instance.
fn select(state: &mut State, id: &str) -> Result<(), String> {
    let world = &state.shell.world;
    let found = state.databases.rows.iter().find(|row| row.database(world).is_some_and(|database| database.id == id));
    let arn = found.map(|row| row.arn.clone()).ok_or_else(|| format!("there is no DB instance {id} here"))?;
    screens::databases::select(state, &arn);
    Ok(())
}

/// Puts the cursor on an alarm.
fn seek(state: &mut State, name: Option<&str>) -> Result<(), String> {
    let rows = &state.alarms.rows;
    let found = match name {
        Some(name) => rows.iter().position(|row| *row.name == *name),
        None => (!rows.is_empty()).then_some(0),
    };
    let at = found
        .ok_or_else(|| name.map_or("there is no alarm here".into(), |name| format!("there is no alarm {name} here")))?;
    state.alarms.go(at, usize::from(state.shell.size.1));
    Ok(())
}

/// Begins a plan.
fn begin(state: &mut State, operation: &str, name: Option<&str>) -> Result<Vec<Effect>, String> {
    let kind = Kind::named(operation).ok_or_else(|| {
        let all: Vec<&str> = Kind::all().map(Kind::name).collect();
        format!("there is no operation {operation}; there are {}", all.join(", "))
    })?;
    if let Some(id) = name.filter(|_| kind.target().is_db_instance()) {
        select(state, id)?;
    }
    let target = named::target(state, kind, name)?;
    let mut effects = Vec::new();
    plan::plan_on(state, kind, target, &mut effects);
    match &state.shell.toast {
        Some(told) if state.views.plan().is_none() => Err(told.text.clone()),
        _ => Ok(effects),
    }
}
