//! What an operation is planned on by its name, without its menu.

use crate::domain::{Database, SiteId};
use crate::screens::State;
use crate::services::kubernetes::change::{self, ObjectName};
use crate::services::rds;
use crate::slices::{Kind, Target};
use crate::world::Scope;

/// What a plan is for: what is named, or what the cursor is on.
///
/// # Errors
/// What is missing, in words.
pub fn target(state: &State, kind: Kind, name: Option<&str>) -> Result<Target, String> {
    match kind {
        Kind::Rds(kind) => target_of_rds(state, kind, name).map(rds::Target::of),
        Kind::Kubernetes(kind) => target_in_cluster(state, kind, name).map(change::Target::of),
    }
}

/// What a plan for a cluster is for, with its cluster: `prod-eks/node/ip-10-0-1-2`.
fn target_in_cluster(state: &State, kind: change::Kind, name: Option<&str>) -> Result<change::Target, String> {
    let form = kind.target().form();
    let which = || format!("which {}? qd snapshot plan {} CLUSTER/{form}", kind.target().noun(), kind.name());
    let name = ObjectName::parse(name.ok_or_else(which)?).ok_or_else(which)?;
    let world = &state.shell.world;
    let found = world.clusters().find(|(_, cluster)| *cluster.name == *name.cluster);
    let (site, cluster) = found.ok_or_else(|| format!("there is no cluster {} here", name.cluster))?;
    let owner = world.estate.owner_of_cluster(site, cluster).and_then(|id| world.estate.environment(id));
    let environment = owner.ok_or_else(|| format!("{} is of no environment", name.cluster))?.name.clone();
    let region = world.estate.site(site).map_or_else(String::new, |site| site.region.clone());
    Ok(change::Target { environment, kind: kind.target(), id: name.to_string(), region })
}

/// What a plan of RDS is for: a DB instance by its name, or the first; an environment, or a DB snapshot of one.
fn target_of_rds(state: &State, kind: rds::Kind, name: Option<&str>) -> Result<rds::Target, String> {
    let of = kind.target();
    let estate = &state.shell.world.estate;
    let selected: Option<(SiteId, &Database)> = state.selected();
    let owner = || selected.and_then(|(site, database)| estate.owner(site, database));
    let named = name.filter(|_| of == rds::TargetKind::Environment).and_then(|name| estate.named(name));
    let chosen = match state.shell.scope {
        Scope::One(id) => Some(id),
        Scope::All => None,
    };
    let environment = match of {
        rds::TargetKind::DbInstance => owner(),
        rds::TargetKind::Environment => named.or(chosen).or_else(owner),
        rds::TargetKind::DbSnapshot => chosen,
    };
    let known = environment.and_then(|id| estate.environment(id));
    let known = known.ok_or_else(|| format!("{} is of an environment: give --environment NAME", kind.name()))?;
    let home = || estate.site(known.site).map_or_else(String::new, |site| site.region.clone());
    let (id, region) = match (of, selected, name) {
        (rds::TargetKind::DbInstance, Some((_, database)), _) => (database.id.clone(), database.region.clone()),
        (rds::TargetKind::DbInstance, None, _) => return Err("there is no DB instance here".into()),
        (rds::TargetKind::DbSnapshot, _, Some(id)) => (id.to_owned(), home()),
        (rds::TargetKind::DbSnapshot, _, None) => {
            return Err(format!("which DB snapshot? qd snapshot plan {} NAME", kind.name()));
        }
        (rds::TargetKind::Environment, ..) => (known.name.clone(), home()),
    };
    Ok(rds::Target { environment: known.name.clone(), kind: of, id, region })
}
