//! What of a secret can be copied. Never its value.

use crate::domain::text::quoted;
use crate::screens::State as App;
use crate::screens::menu::Menu;

use super::row::SecretRow;

/// The menu that `y` opens, for a secret.
#[must_use]
pub fn copy_menu_of(app: &App, row: &SecretRow) -> Menu {
    let options = app.shell.world.estate.cli_options(row.site);
    let command = format!(
        "aws secretsmanager describe-secret{options} --region {} --secret-id {}",
        quoted(&row.region),
        quoted(&row.arn)
    );
    Menu::copying([("name", row.secret.name.clone()), ("ARN", row.arn.to_string()), ("describe-secret", command)])
}
