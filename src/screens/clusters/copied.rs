//! What of a cluster can be copied.

use crate::domain::SiteId;
use crate::domain::text::quoted;
use crate::screens::State as App;
use crate::screens::menu::Menu;
use crate::services::kubernetes::EksCluster;

/// The menu that `y` opens, for a cluster.
#[must_use]
pub fn copy_menu_of(app: &App, site: SiteId, eks: &EksCluster) -> Menu {
    let estate = &app.shell.world.estate;
    let region = estate.site(site).map_or("", |site| site.region.as_str());
    let command = format!(
        "aws eks update-kubeconfig{} --region {} --name {}",
        estate.cli_options(site),
        quoted(region),
        quoted(&eks.name)
    );
    let texts = [
        ("name", eks.name.to_string()),
        ("ARN", eks.arn.to_string()),
        ("endpoint", eks.endpoint.to_string()),
        ("kubeconfig", command),
    ];
    Menu::copying(texts)
}
