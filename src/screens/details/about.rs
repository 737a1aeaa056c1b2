//! What is told in full, as it is now.

use super::state::State;
use crate::screens::State as App;
use crate::screens::findings::{self, Concern};

/// What it is about, as it is now; none, where AWS does not list it any more.
#[must_use]
pub fn concern<'a>(app: &'a App, open: &State) -> Option<Concern<'a>> {
    let database = app.shell.world.database(open.site, &open.id)?;
    let all = findings::of(&app.shell.world, &database.arn);
    let finding = open.rule.and_then(|rule| all.into_iter().find(|finding| finding.rule == rule));
    Some(Concern { site: open.site, database, finding })
}
