//! Which rows the table has, in which order. Rebuilt when something was heard, never while drawing.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::places;
use super::row::{SecretRecovery, SecretRow};
use super::state::SecretOrder;
use crate::domain::{EnvironmentId, SiteId};
use crate::fuzzy::{Finder, Fit};
use crate::screens::State as App;
use crate::services::secrets::Secret;
use crate::ui::environment::shown_name;
use crate::world::{Scope, World};

/// Makes the rows anew; the cursor stays on its secret.
pub fn rebuild(app: &mut App) {
    let world = &app.shell.world;
    let mut all = Vec::new();
    for (site, data) in world.known() {
        for (at, secret) in data.secrets.secrets().iter().enumerate() {
            let environment = data.secret_checkups.get(at).and_then(|checked| checked.owner);
            if is_in_scope(world, app.shell.scope, site, environment)
                && !is_told_there(world, site, secret, environment)
            {
                all.push(Arc::new(row(world, site, secret, environment)));
            }
        }
    }
    for (site, data) in world.known() {
        for (owner, secret) in &data.missing_secrets {
            if is_in_scope(world, app.shell.scope, site, Some(*owner)) {
                let known = row(world, site, secret, Some(*owner));
                all.push(Arc::new(SecretRow { is_missing: true, recovery: SecretRecovery::NoRegion, ..known }));
            }
        }
    }
    let (order, reverse) = (app.secrets.order, app.secrets.reverse);
    all.sort_by(|a, b| {
        let ordering = compare(order, a, b);
        if reverse { ordering.reverse() } else { ordering }
    });
    app.secrets.all = all;
    narrow(app);
}

/// Shows what was just typed lets through; the cursor goes to the nearest match.
pub fn filter(app: &mut App, text: String) {
    app.secrets.filter = text;
    let best = narrow(app);
    if let Some(at) = best.filter(|_| !app.secrets.filter.trim().is_empty()) {
        let page = places::page(app);
        app.secrets.go(at, page);
    }
}

/// Shows the rows that match best. Gives the nearest.
fn narrow(app: &mut App) -> Option<usize> {
    let page = places::page(app);
    let App { shell, secrets, .. } = app;
    secrets.narrow(page, |finder, row| fit(&shell.world, finder, row))
}

/// How well a row matches the filter.
fn fit(world: &World, finder: &mut Finder, row: &SecretRow) -> Option<Fit> {
    let environment = row.environment.and_then(|id| world.estate.environment(id));
    let shown = environment.map(shown_name).unwrap_or_default();
    let names = [&*row.secret.name, shown.as_str(), environment.map_or("", |known| known.name.as_str())];
    finder
        .fit(&names, &[&row.region, &row.secret.description, row.secret.owning_service.as_deref().unwrap_or_default()])
}

/// Whether a secret is of what is looked at; what belongs to nobody is everybody's who has the site.
fn is_in_scope(world: &World, scope: Scope, site: SiteId, environment: Option<EnvironmentId>) -> bool {
    match (scope, environment) {
        (Scope::One(only), Some(owner)) => only == owner,
        _ => world.estate.in_scope(scope, site),
    }
}

/// It is a replica, and told in the row of the secret that it is one of.
fn is_told_there(world: &World, site: SiteId, secret: &Secret, environment: Option<EnvironmentId>) -> bool {
    let Some(environment) = environment.and_then(|id| world.estate.environment(id)) else { return false };
    let region = |site: SiteId| world.estate.site(site).map_or("", |site| &*site.region);
    let home = environment.site;
    if home == site || secret.primary_region.as_deref() != Some(region(home)) {
        return false;
    }
    let there = world.site(home).map_or(&[][..], |data| data.secrets.secrets());
    there.binary_search_by(|other| other.name.as_str().cmp(&secret.name)).is_ok()
}

fn row(world: &World, site: SiteId, secret: &Arc<Secret>, environment: Option<EnvironmentId>) -> SecretRow {
    let region: Arc<str> = world.estate.site(site).map_or("", |site| &*site.region).into();
    let is_primary = environment.and_then(|id| world.estate.environment(id)).is_some_and(|known| known.site == site);
    let list = environment.filter(|_| is_primary).and_then(|id| world.site(site)?.secret_twins.get(&id));
    let recovery = match (&secret.primary_region, list) {
        (Some(primary), _) if **primary != *region => SecretRecovery::ReplicaOf(primary.as_str().into()),
        (_, Some(list)) => SecretRecovery::In(list.region.as_str().into(), list.twin(secret, &region)),
        _ => SecretRecovery::NoRegion,
    };
    SecretRow {
        site,
        arn: secret.key().into(),
        is_missing: false,
        environment,
        place: environment.and_then(|id| world.estate.place_of(id)).unwrap_or(usize::MAX),
        region,
        worst: world.health.of(secret.key()).map(|finding| finding.severity).max(),
        recovery,
        secret: secret.clone(),
    }
}

/// The order of two rows.
fn compare(order: SecretOrder, a: &SecretRow, b: &SecretRow) -> Ordering {
    let place = || a.place.cmp(&b.place);
    let first = match order {
        SecretOrder::Trouble => b.worst.cmp(&a.worst).then_with(place),
        SecretOrder::Name => Ordering::Equal,
        SecretOrder::Environment => place(),
        SecretOrder::Changed => Reverse(a.secret.changed).cmp(&Reverse(b.secret.changed)),
        SecretOrder::Read => a.secret.read_on.cmp(&b.secret.read_on),
    };
    first.then_with(|| (&a.secret.name, a.site, &a.arn).cmp(&(&b.secret.name, b.site, &b.arn)))
}
