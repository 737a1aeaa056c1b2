//! What always stands on top: which thing of which cluster, and how it stands.

use super::key::ThingKey;
use crate::domain::SiteId;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::Piece;
use crate::ui::prose::Line;

/// The environment that a cluster belongs to, as it stands before its name; its region where it belongs to none.
#[must_use]
pub fn badge(app: &App, site: SiteId, cluster: &str) -> Piece {
    let world = &app.shell.world;
    let known = world.site(site).and_then(|data| data.services.kubernetes.eks(cluster));
    let owner = known.and_then(|eks| world.estate.owner_of_cluster(site, eks));
    match owner.and_then(|id| world.estate.environment(id)) {
        Some(environment) => {
            let role = criticality_role(environment.criticality);
            let name = shown_name(environment);
            (if role == Role::Production { format!(" {name} ") } else { name }, role)
        }
        None => (world.estate.site(site).map_or_else(String::new, |site| site.region.clone()), Role::Dim),
    }
}

/// The line of which thing it is.
#[must_use]
pub fn title(app: &App, site: SiteId, cluster: &str, key: &ThingKey) -> Line {
    let mut line: Line = vec![
        (" ".into(), Role::Text),
        badge(app, site, cluster),
        (format!("  {cluster}  "), Role::Dim),
        (format!("{} ", key.kind()), Role::Dim),
    ];
    if !key.namespace().is_empty() {
        line.push((format!("{}/", key.namespace()), Role::Text));
    }
    line.push((key.name().to_string(), Role::Header));
    line
}
