//! Opens the screen of a DB instance.

use super::state::State;
use crate::domain::SiteId;
use crate::screens::State as App;
use crate::screens::{OpenScreen, View};
use crate::services::rds;
use crate::slices::reads::Target;

/// Opens a DB instance, at one of its findings where that is why.
pub fn open(app: &mut App, site: SiteId, id: &str, finding: Option<&'static str>) {
    let opened = State { finding, ..State::new(site, id) };
    app.views.open(View::Screen(OpenScreen::Database(Box::new(opened))));
    // It may have been left while it showed another time.
    renew_charts(app);
}

/// The window moved: what is missing of it is asked for at once.
pub fn renew_charts(app: &mut App) {
    if let Some(screen) = app.views.database() {
        let read = rds::Read::History(screen.id.clone(), screen.range().period).into();
        app.shell.world.schedule.renew(&Target { site: screen.site, read });
    }
}
