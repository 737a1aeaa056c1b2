//! Operations that run and that ended: a list, and the whole story of the one under the cursor.

mod applied;
mod drift;
mod line;
mod many;
mod state;
mod step;
mod story;
mod update;
mod view;

pub use line::{ended_mark, running_lines, running_rows};
pub use state::State;
pub use update::act;
pub use view::{body, hints, running_area, view};
