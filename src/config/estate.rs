//! From what is written to what is looked at.

use super::EnvironmentSpec;
use crate::domain::{Environment, EnvironmentId, SessionId};
use crate::world::Estate;

/// Adds an environment and its sites to an estate; `session` is the one that reads it.
pub fn place(estate: &mut Estate, session: SessionId, spec: &EnvironmentSpec) -> EnvironmentId {
    let site = estate.add_site(session, &spec.region);
    let dr_site = spec.dr_region.as_deref().map(|region| estate.add_site(session, region));
    estate.add(Environment {
        name: spec.name.clone(),
        estate: spec.group.clone(),
        criticality: spec.criticality,
        site,
        dr_site,
        name_prefix: spec.selector.name_prefix.clone(),
        tags: spec.selector.tags.clone(),
        expected_account: spec.expected_account.clone(),
        rpo: spec.rpo,
        rto: spec.rto,
        thresholds: spec.thresholds,
        clusters: spec.clusters.clone(),
        secrets: spec.expected_secrets.clone(),
    })
}
