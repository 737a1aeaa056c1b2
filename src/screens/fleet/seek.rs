//! The cursor goes to what was looked at elsewhere.

use super::state::Item;
use super::view::reveal;
use crate::screens::State as App;

/// The finding of this rule about a resource gets the cursor; where that has no line, any about it.
pub fn seek(app: &mut App, arn: &str, rule: Option<&str>) {
    let of = |item: Item| match item {
        Item::Finding(environment, place) => app.fleet.summary(environment)?.findings.get(place),
        Item::Environment(_) => None,
    };
    let about = |item: &Item| of(*item).filter(|finding| finding.arn == arn);
    let exact = app.fleet.items().position(|item| about(&item).is_some_and(|finding| Some(finding.rule) == rule));
    let found = exact.or_else(|| app.fleet.items().position(|item| about(&item).is_some()));
    if let Some(at) = found {
        app.fleet.selected = at;
        app.fleet.offset = reveal(app);
    }
}
