//! What keys do in the panel. Nothing here changes the world.

use super::story;
use crate::keymap::Action;
use crate::ops::journal::ExecutionId;
use crate::screens::State as App;
use crate::screens::View;
use crate::shell::{Effect, Tone};
use crate::ui::prose;

/// Columns that a copied story is wrapped to.
const COPIED: usize = 100;

/// Performs an action while the panel is open.
pub fn act(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(app.shell.size.1 / 2).max(1);
    let View::Executions(open) = app.views.top() else { return };
    let (place, count) = (open.place(&app.shell.world.changes.executions), app.shell.world.changes.executions.len());
    let current = open.current(&app.shell.world.changes.executions);
    // The story is never much longer than its history and its steps, wrapped.
    let most = current.map_or(0, |execution| story::of(&app.shell, execution, usize::from(app.shell.size.0) / 2).len());
    if action == Action::Copy {
        if let Some(execution) = current {
            let lines: Vec<String> =
                story::of(&app.shell, execution, COPIED).iter().map(|line| prose::plain(line)).collect();
            effects.push(Effect::Copy(lines.join("\n")));
        }
        return;
    }
    if action == Action::Dismiss {
        if let Some(id) = current.map(|execution| execution.id.clone()) {
            give_up(app, &id, effects);
        }
        return;
    }
    let target = match action {
        Action::Down => (place + 1).min(count.saturating_sub(1)),
        Action::Up => place.saturating_sub(1),
        _ => place,
    };
    let id = app.shell.world.changes.executions.iter().rev().nth(target).map(|execution| execution.id.clone());
    let View::Executions(open) = app.views.top_mut() else { return };
    match action {
        // The story that fills the panel is read line by line.
        Action::Down if open.whole => open.scroll = (open.scroll + 1).min(most),
        Action::Up if open.whole => open.scroll = open.scroll.saturating_sub(1),
        Action::Down | Action::Up => {
            if target != place {
                open.scroll = 0;
            }
            open.selected = id;
        }
        Action::HalfPageDown | Action::PageDown => open.scroll = (open.scroll + page).min(most),
        Action::HalfPageUp | Action::PageUp => open.scroll = open.scroll.saturating_sub(page),
        Action::Top => open.scroll = 0,
        Action::Bottom => open.scroll = most,
        Action::Open => {
            open.whole = !open.whole;
            open.selected = id;
            open.scroll = 0;
        }
        Action::Back if open.whole => {
            open.whole = false;
            open.scroll = 0;
        }
        Action::Back => app.views.close(),
        _ => {}
    }
}

/// Stops following an execution; asked twice, because nobody looks at it any more then.
fn give_up(app: &mut App, id: &ExecutionId, effects: &mut Vec<Effect>) {
    let App { shell, views, .. } = app;
    let View::Executions(open) = views.top_mut() else { return };
    let Some(taker) = shell.world.changes.running().find(|known| known.id == *id).map(|known| known.taker(0)) else {
        return shell.say("it has ended already", Tone::Plain);
    };
    if open.is_asked(id, shell.world.now) {
        open.giving_up = None;
        effects.push(Effect::GiveUp(id.clone()));
    } else {
        open.giving_up = Some((id.clone(), shell.world.now));
        let text =
            format!("{taker} goes on with what was sent, further steps are not sent; once more to stop following it");
        shell.say(text, Tone::Bad);
    }
}
