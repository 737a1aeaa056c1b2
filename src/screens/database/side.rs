//! The replication tree with the facts below it.

use super::facts;
use super::state::{Pane, State};
use super::tree;
use crate::domain::Database;
use crate::screens::databases::Reading;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::environment::CURSOR;
use crate::ui::pen::{self, Piece};
use crate::ui::text;
use crate::world::data::SiteData;

/// Columns of the facts' names.
const NAME: usize = 11;

/// A line of the side, and whether it is under the cursor.
pub type SideLine = (Vec<Piece>, bool);

/// All lines, the heading first.
#[must_use]
pub fn lines(shell: &Shell, data: &SiteData, database: &Database, screen: &State, width: usize) -> Vec<SideLine> {
    let focused = screen.pane == Pane::Replication;
    let heading = if focused { ("▸Replication", Role::Accent) } else { ("Replication", Role::Header) };
    let mut lines: Vec<SideLine> = vec![(vec![(heading.0.into(), heading.1)], false)];
    for (at, line) in tree::lines(shell, database).into_iter().enumerate() {
        node(line, focused && at == screen.node, width, &mut lines);
    }
    lines.push((Vec::new(), false));
    let owner = shell.world.estate.owner(screen.site, database).and_then(|id| shell.world.estate.environment(id));
    let limits = owner.map(|environment| environment.thresholds).unwrap_or_default();
    let reading = Reading::take(data, database, limits, shell.world.now);
    let facts = facts::brief(database, &reading, data, shell.world.now);
    lines.extend(facts.iter().flat_map(|fact| facts::lines(fact, NAME, width)).map(|line| (line, false)));
    lines
}

/// A node of the tree; what is said of it in a line of its own where it is too long to stand beside it.
fn node(line: tree::Line, chosen: bool, width: usize, lines: &mut Vec<SideLine>) {
    let mark = if chosen { CURSOR } else { " " };
    let name_role = if line.open { Role::Header } else { line.name_role };
    let indent = " ".repeat(text::width(&line.branch) + 3);
    let mut pieces = vec![(mark.into(), Role::Accent), (line.branch, Role::Border), (line.name, name_role)];
    let notes: Vec<Piece> = line.notes.into_iter().flat_map(|note| [("  ".into(), Role::Text), note]).collect();
    let beside = pen::width(&pieces) + pen::width(&notes) <= width;
    if beside {
        pieces.extend(notes);
        lines.push((pieces, chosen));
    } else {
        lines.push((pieces, chosen));
        let below = std::iter::once((indent, Role::Text)).chain(notes.into_iter().skip(1));
        lines.push((below.collect(), false));
    }
}
