//! The mark of the secrets in the bar of places.

use crate::domain::finding::Severity;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::world::Scope;

/// The worst of what is wrong with the secrets that are looked at; of what was never read nothing is known, and where
/// there are none nothing is well.
#[must_use]
pub fn mark(app: &App) -> Piece {
    let world = &app.shell.world;
    let is_in = |id| matches!(app.shell.scope, Scope::All) || app.shell.scope == Scope::One(id);
    let owners = || world.estate.environments().map(|(id, _)| id).filter(|id| is_in(*id));
    let (mut worst, mut is_whole, mut count) = (None, true, 0);
    for (_, data) in world.known().filter(|(site, _)| world.estate.in_scope(app.shell.scope, *site)) {
        is_whole &= data.secrets.all.value().is_some() && data.secrets.all.fault().is_none();
        for place in owners().flat_map(|id| data.secret_checkups.of(id)) {
            let Some(checked) = data.secret_checkups.get(*place) else { continue };
            count += 1;
            is_whole &= checked.coverage.as_ref().is_some_and(|coverage| coverage.missing.is_empty());
            if checked.is_troubled {
                worst = worst.max(world.health.of(checked.arn()).map(|finding| finding.severity).max());
            }
        }
    }
    let (mark, role) = match worst {
        Some(Severity::Critical) => ("✖", Role::Critical),
        Some(Severity::Warning) => ("▲", Role::Warning),
        Some(Severity::Info) | None if is_whole && count > 0 => ("●", Role::Good),
        Some(Severity::Info) | None => ("○", Role::Unknown),
    };
    (mark.into(), role)
}
