//! What is wrong with the filter that is typed: above the line in which it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::screens::{State, View};
use crate::theme::Role;
use crate::ui::pen::{self, Piece};

/// Draws it over the last line of the body, where something is wrong.
pub fn problem(state: &State, body: Rect, buf: &mut Buffer) {
    let problem = state.screen().filter_problem(state);
    let Some(problem) = problem.filter(|_| matches!(state.views.top(), View::Filter(_)) && body.height > 1) else {
        return;
    };
    let line = Rect { y: body.bottom() - 1, height: 1, ..body };
    for x in line.left()..line.right() {
        if let Some(cell) = buf.cell_mut((x, line.y)) {
            cell.reset();
            cell.set_style(state.shell.theme.style(Role::Text));
        }
    }
    let words = problem.words(usize::from(line.width).saturating_sub(4));
    let pieces: [Piece; 2] = if problem.is_unfinished() {
        [("   ".into(), Role::Text), (words, Role::Dim)]
    } else {
        [(" ▲ ".into(), Role::Warning), (words, Role::Text)]
    };
    pen::left(buf, line, &pieces, &state.shell.theme);
}
