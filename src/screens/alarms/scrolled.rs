//! How far the keys of a story go.

use super::places::Division;
use super::sheet::Sheet;
use crate::screens::State as App;

/// What of the story of the alarm under the cursor decides it.
pub struct Scrolled {
    /// The lines that are other alarms.
    pub related: Vec<usize>,
    /// Lines that are seen at once.
    pub page: usize,
    /// How far it can be scrolled.
    pub most: usize,
}

impl Scrolled {
    /// The story at the size of the terminal; none, where it has no place.
    #[must_use]
    pub fn of(app: &App) -> Option<Self> {
        let story = Division::of_screen(app).story?;
        let sheet = Sheet::of(app, app.alarms.current()?, story.width, story.height)?;
        Some(Self { page: sheet.page().max(1), most: sheet.most(), related: sheet.related })
    }
}
