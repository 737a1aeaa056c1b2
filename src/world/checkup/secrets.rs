//! Lets the rules look at the secrets of a site.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::finding::Severity;
use crate::domain::{EnvironmentId, SiteId};
use crate::health::{self, Ledger, was_made};
use crate::services::secrets::Secret;
use crate::services::secrets::health::{SecretNeed, SecretSubject, Secrets};
use crate::world::checkups::Checkups;
use crate::world::data::SiteData;
use crate::world::estate::Estate;
use crate::world::twins::RecoveryList;

/// Looks again at what each environment has elsewhere, where one of its two lists is another one; the secrets of those
/// for which it is not as before are looked at again.
pub fn pair(sites: &mut [SiteData], estate: &Estate) {
    for (id, environment) in estate.environments() {
        let Some(there) = environment.dr_site.filter(|there| *there != environment.site) else { continue };
        let is_settled = |at: usize| sites.get(at).is_some_and(|data| data.secret_checkups.is_laid_out());
        if is_settled(there.0) && is_settled(environment.site.0) {
            continue;
        }
        let region = estate.site(there).map_or("", |site| &*site.region);
        let Some(list) = sites.get(there.0).map(|data| RecoveryList::of(region, &data.secrets)) else { continue };
        let Some(data) = sites.get_mut(environment.site.0) else { continue };
        if data.secret_twins.get(&id) != Some(&list) {
            data.secret_twins.insert(id, list);
            data.secret_checkups.touch_all();
        }
    }
}

/// Makes a place for each secret of a list that is new: by its ARN, for one that is marked for deletion may share its name.
pub fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    data.missing_secrets = missing(data, site, estate);
    let SiteData { services, secret_checkups, missing_secrets, .. } = data;
    let there = services.secrets.secrets().iter().map(|secret| {
        let owner = estate.owner_of_path(site, &secret.name, &secret.tags);
        (secret.key(), secret.key(), owner)
    });
    let missing = missing_secrets.iter().map(|(owner, secret)| (secret.key(), secret.key(), Some(*owner)));
    secret_checkups.lay_out(there.chain(missing));
}

/// The secrets that the environments of a site expect in it and that are not there; nothing is missing from a list that
/// was not read. Each has a key in the place of an ARN.
fn missing(data: &SiteData, site: SiteId, estate: &Estate) -> Vec<(EnvironmentId, Arc<Secret>)> {
    let Some(all) = data.secrets.all.value() else { return Vec::new() };
    let there: HashSet<&str> = all.iter().map(|secret| secret.name.as_str()).collect();
    let mut found = Vec::new();
    for (id, environment) in estate.environments().filter(|(_, environment)| environment.site == site) {
        for name in environment.secrets.iter().filter(|name| !there.contains(name.as_str())) {
            let arn = format!("missing:{}:{}:{name}", site.0, id.0);
            found.push((id, Arc::new(Secret { name: name.clone(), arn, ..Secret::default() })));
        }
    }
    found
}

/// Time has passed; `current` is what of the needs is. True when a part is current no longer, or is again.
pub fn age(data: &mut SiteData, current: Vec<SecretNeed>, now: Timestamp) -> bool {
    data.secret_checkups.age(current, now)
}

/// Looks at one of them; whether something else is said of it than before, and none when there was nothing to look at:
/// what belongs to no environment is nobody's finding.
pub fn look(
    data: &SiteData,
    (site, index): (SiteId, usize),
    checkups: &mut Checkups<SecretNeed>,
    estate: &Estate,
    health: &mut Ledger,
    now: Timestamp,
) -> Option<bool> {
    let current = checkups.current().to_vec();
    let owner = checkups.begin(index, now)?.owner?;
    let all = data.secrets.secrets();
    let missing = index.checked_sub(all.len()).and_then(|at| data.missing_secrets.get(at));
    let secret = all.get(index).or_else(|| missing.map(|(_, secret)| secret))?;
    let seen = data.secrets.all.at()?;
    let region = estate.site(site).map_or("", |site| &*site.region);
    let is_primary = estate.environment(owner).is_some_and(|environment| environment.site == site);
    let recovery = data.secret_twins.get(&owner).filter(|_| is_primary);
    let subject = SecretSubject {
        secret,
        is_missing: missing.is_some(),
        region,
        recovery: recovery.map(|list| list.region.as_str()),
        twin: recovery.and_then(|list| list.twin(secret, region)),
    };
    let found = health::examine::<Secrets>(&subject, seen, &|rule| health.standing(secret.key(), rule));
    let coverage = health::coverage::<Secrets>(&subject, &|_, need| current.contains(need));
    let checked = checkups.get_mut(index)?;
    let before = checked.seen.replace(seen).zip(checked.coverage.clone());
    let well = |rule: &'static str| before.as_ref().filter(|(_, c)| was_made::<Secrets>(c, rule)).map(|(at, _)| *at);
    let is_other = checked.coverage.as_ref() != Some(&coverage);
    checked.coverage = Some(coverage);
    checked.is_troubled = found.iter().any(|finding| finding.severity > Severity::Info);
    Some(health.renew(secret.key(), found, seen, &well) || is_other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Environment;
    use crate::services::secrets::Read;
    use crate::services::secrets::testing::{ago, all, pending, secret};
    use crate::world::World;
    use crate::world::checkup;

    /// An environment in two regions, whose primary one has these secrets.
    fn world(secrets: Vec<Secret>) -> World {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let (site, there) = (estate.add_site(session, "us-east-1"), estate.add_site(session, "us-west-2"));
        let prefix = "rentaliq-prod-".to_owned();
        estate.add(Environment {
            name: "prod".into(),
            site,
            dr_site: Some(there),
            name_prefix: prefix,
            ..Environment::default()
        });
        let mut world = World::new(estate, ago(0));
        told(&mut world, 0, secrets);
        world
    }

    fn told(world: &mut World, site: usize, secrets: Vec<Secret>) {
        let data = &mut world.sites[site];
        let touched = data.services.secrets.store(&Read::All, all(secrets), ago(0));
        data.secret_checkups.take(&touched);
    }

    fn settled(world: &mut World) {
        let mut more = checkup::begin(world).more;
        while more {
            more = checkup::look(world, 32).more;
        }
    }

    fn rules(world: &World, secret: &Secret) -> Vec<&'static str> {
        world.health.of(secret.key()).map(|finding| finding.rule).collect()
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_found_where_it_is_somebodys() {
        let (own, others) = (pending("rentaliq/prod/api/keys", 9_000), pending("rentaliq/qa/api/keys", 9_000));
        let mut world = world(vec![own.clone(), others.clone()]);
        settled(&mut world);
        assert_eq!(rules(&world, &own), ["secret-rotation-stuck"]);
        assert_eq!(rules(&world, &others), [""; 0], "it belongs to no environment");
        let checkups = &world.sites[0].secret_checkups;
        assert_eq!(checkups.of(EnvironmentId(0)), [0]);
        let missing = checkups.get(0).and_then(|checked| checked.coverage.clone()).map(|known| known.missing);
        assert_eq!(missing, Some(vec![SecretNeed::Elsewhere]), "the other region was not read");
    }

    #[test]
    fn what_the_other_region_lacks_is_found_as_soon_as_that_was_read() {
        let known = secret("rentaliq/prod/api/keys");
        let mut world = world(vec![known.clone()]);
        settled(&mut world);
        assert_eq!(rules(&world, &known), [""; 0], "unread is not missing");
        told(&mut world, 1, Vec::new());
        settled(&mut world);
        assert_eq!(rules(&world, &known), ["secret-unreplicated"]);
        let arn = known.arn.replace("us-east-1", "us-west-2");
        let replica = Secret { primary_region: Some("us-east-1".into()), arn, ..known.clone() };
        told(&mut world, 1, vec![replica.clone()]);
        settled(&mut world);
        assert_eq!(rules(&world, &known), [""; 0]);
        let stranger = Secret { primary_region: None, ..replica.clone() };
        told(&mut world, 1, vec![stranger]);
        settled(&mut world);
        assert_eq!(rules(&world, &known), ["secret-apart"]);
        let deleted = Secret { deleted: Some(ago(60)), ..replica };
        told(&mut world, 1, vec![deleted]);
        settled(&mut world);
        assert_eq!(rules(&world, &known), ["secret-unreplicated"]);
    }

    #[test]
    fn what_is_expected_is_missing_once_the_list_was_read() {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "us-east-1");
        let secrets = vec!["orders/keys".to_owned(), "orders/db".to_owned()];
        estate.add(Environment { name: "prod".into(), site, secrets, ..Environment::default() });
        let mut world = World::new(estate, ago(0));
        settled(&mut world);
        let said = |world: &World| {
            let of = |(_, missing): &(EnvironmentId, Arc<Secret>)| (missing.name.clone(), rules(world, missing));
            world.sites[0].missing_secrets.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(said(&world), [], "unread is not missing");
        told(&mut world, 0, vec![secret("orders/db")]);
        settled(&mut world);
        assert_eq!(said(&world), [("orders/keys".to_owned(), vec!["secret-missing"])]);
        let gone = world.sites[0].missing_secrets[0].1.clone();
        told(&mut world, 0, vec![secret("orders/db"), secret("orders/keys")]);
        settled(&mut world);
        assert_eq!((said(&world), rules(&world, &gone)), (vec![], vec![]), "it is there now");
    }
}
