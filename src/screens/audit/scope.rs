//! Whose rows are looked at.

use crate::screens::State as App;
use crate::world::Scope;

/// The one environment whose rows are shown. Where there is only one, those of others that were configured before are
/// shown with it.
#[must_use]
pub fn environment(app: &App) -> Option<&str> {
    let estate = &app.shell.world.estate;
    match app.shell.scope {
        Scope::One(id) if estate.count() > 1 => estate.environment(id).map(|known| known.name.as_str()),
        Scope::One(_) | Scope::All => None,
    }
}
