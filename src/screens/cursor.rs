//! The cursor of a table, and where an action takes it.

use crate::keymap::Action;

/// The row to which an action moves the cursor from this one, where so many rows are seen at once; beyond the last is the
/// last. None, where the action does not move it.
#[must_use]
pub fn target(action: Action, at: usize, page: usize) -> Option<usize> {
    let half = (page / 2).max(1);
    Some(match action {
        Action::Down => at.saturating_add(1),
        Action::Up => at.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        Action::HalfPageDown => at.saturating_add(half),
        Action::HalfPageUp => at.saturating_sub(half),
        Action::PageDown => at.saturating_add(page),
        Action::PageUp => at.saturating_sub(page),
        _ => return None,
    })
}
