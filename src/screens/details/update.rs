//! What keys do while something is told in full.

use super::about::concern;
use super::state::State;
use super::view;
use crate::keymap::Action;
use crate::screens::State as App;
use crate::screens::findings;
use crate::screens::{View, cursor};
use crate::services::rds::link;
use crate::shell::{Effect, Tone};

/// Opens it for what is selected.
pub fn open(app: &mut App) {
    let opened = app.screen().concern(app).map(|concern| State {
        site: concern.site,
        id: concern.database.id.clone(),
        rule: concern.finding.map(|finding| finding.rule),
        scroll: 0,
    });
    match opened {
        Some(opened) => app.views.open(View::Details(opened)),
        None => app.shell.say("select a finding or a DB instance first", Tone::Plain),
    }
}

/// Performs an action.
pub fn act(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    let View::Details(open) = app.views.top() else { return };
    let open = open.clone();
    let about = concern(app, &open);
    match action {
        Action::Back | Action::Details => return app.views.close(),
        Action::Copy => {
            let text = about.and_then(|about| Some(findings::incident(&app.shell.world, &about, about.finding?)));
            match text {
                Some(text) => effects.push(Effect::Copy(text)),
                None => app.shell.say("there is no finding to copy", Tone::Plain),
            }
        }
        Action::Link => effects.extend(about.and_then(|about| link::of_database(about.database)).map(Effect::OpenLink)),
        _ => {}
    }
    let (page, most) = view::extent(app, &open);
    let to = cursor::target(action, open.scroll.min(most), page);
    if let (Some(to), View::Details(open)) = (to, app.views.top_mut()) {
        open.scroll = to.min(most);
    }
}
