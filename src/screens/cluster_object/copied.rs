//! What is copied of a thing: its name, and the commands that show it elsewhere.

use super::key::ThingKey;
use crate::domain::SiteId;
use crate::domain::text::quoted;
use crate::screens::State as App;
use crate::screens::menu::Menu;

/// The menu that `y` opens, for a thing of a cluster.
#[must_use]
pub fn copy_menu_of(app: &App, site: SiteId, cluster: &str, key: &ThingKey) -> Menu {
    let name = key.name().to_string();
    let in_namespace = match key.namespace() {
        "" => String::new(),
        namespace => format!(" -n {}", quoted(namespace)),
    };
    let kubectl =
        |verb: &str, rest: &str| format!("kubectl{in_namespace} {verb} {} {}{rest}", key.resource(), quoted(&name));
    let data = app.shell.world.site(site).map(|data| &data.services.kubernetes);
    let objects = data.and_then(|data| data.get(cluster)).map(|cluster| &cluster.objects);
    let instance = objects.and_then(|objects| match key {
        ThingKey::Node(name) => objects.nodes.get(name).and_then(|node| node.instance.clone()),
        ThingKey::Claim(name) => objects.claims.get(name).and_then(|claim| claim.instance.clone()),
        _ => None,
    });
    let logs = match key {
        ThingKey::Pod { .. } => format!("kubectl{in_namespace} logs {} --all-containers --tail=100", quoted(&name)),
        ThingKey::Workload { .. } => {
            format!("kubectl{in_namespace} logs {}/{} --all-containers --tail=100", key.resource(), quoted(&name))
        }
        _ => String::new(),
    };
    Menu::copying(vec![
        ("name", name.clone()),
        ("instance", instance.map_or_else(String::new, |id| id.to_string())),
        ("kubectl", kubectl("describe", "")),
        ("YAML", kubectl("get", " -o yaml")),
        ("logs", logs),
    ])
}
