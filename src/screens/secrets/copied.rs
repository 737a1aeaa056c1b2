//! What of a secret can be copied. Never its value.

use crate::domain::SiteId;
use crate::domain::text::quoted;
use crate::screens::State as App;
use crate::screens::menu::Menu;

/// The menu that `y` opens, for a secret of this name; where it is, and its ARN, unless it is missing.
#[must_use]
pub fn copy_menu_of(app: &App, name: &str, found: Option<(SiteId, &str)>) -> Menu {
    let Some((site, arn)) = found else { return Menu::copying([("name", name.to_owned())]) };
    let estate = &app.shell.world.estate;
    let region = estate.site(site).map_or("", |site| site.region.as_str());
    let command = format!(
        "aws secretsmanager describe-secret{} --region {} --secret-id {}",
        estate.cli_options(site),
        quoted(region),
        quoted(arn)
    );
    Menu::copying([("name", name.to_owned()), ("ARN", arn.to_owned()), ("describe-secret", command)])
}
