//! A page at a width. Only where its lines are is worked out for all of it; what they say, for those that are seen.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::columns::FittedColumns;
use super::{ClusterPage, PageBody};
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::ui::{format, pen, prose, text};

/// Columns at the left that the cursor has.
const EDGE: usize = 1;
/// Columns from which the moment stands beside an age.
const ROOMY: usize = 100;

/// A line of a page as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct LaidLine<'a> {
    pub pieces: Cow<'a, [Piece]>,
    /// What stands at its right end.
    pub right: String,
    /// Which item it is of.
    pub item: usize,
    /// The first line of its item.
    pub is_first: bool,
}

/// A page at a width.
#[derive(Debug, Clone, PartialEq)]
pub struct LaidPage<'a> {
    page: &'a ClusterPage,
    width: usize,
    now: Timestamp,
    fitted: Vec<FittedColumns>,
    /// Item of each line, and which of the item's lines it is.
    places: Vec<(usize, usize)>,
    /// The lines of those items that take several.
    wrapped: BTreeMap<usize, Vec<Line>>,
}

impl<'a> LaidPage<'a> {
    /// Lays a page out for so many columns.
    #[must_use]
    pub fn of(page: &'a ClusterPage, width: usize, now: Timestamp) -> Self {
        let room = width.saturating_sub(EDGE + 1);
        let fitted = page.tables.iter().map(|columns| FittedColumns::of(columns, room)).collect();
        let places = Vec::with_capacity(page.items.len());
        let mut laid = Self { page, width, now, fitted, places, wrapped: BTreeMap::new() };
        for (item, content) in page.items.iter().enumerate() {
            let PageBody::Prose { lead, words, role } = &content.body else {
                laid.places.push((item, 0));
                continue;
            };
            let reserved = content.since.map_or(0, |at| text::width(&moment(at, now, width)) + 2);
            let room = width.saturating_sub(reserved + 1);
            if pen::width(lead) + text::width(words) <= room {
                laid.places.push((item, 0));
                continue;
            }
            let lines = prose::hanging(lead.clone(), words, *role, room);
            laid.places.extend((0..lines.len()).map(|part| (item, part)));
            laid.wrapped.insert(item, lines);
        }
        laid
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// There is nothing on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The item that a line is of.
    #[must_use]
    pub fn item(&self, line: usize) -> Option<usize> {
        self.places.get(line).map(|(item, _)| *item)
    }

    /// What a line says.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<LaidLine<'_>> {
        let (item, part) = *self.places.get(at)?;
        let content = self.page.items.get(item)?;
        let since = content.since.filter(|_| part == 0);
        let right = since.map_or_else(String::new, |at| moment(at, self.now, self.width));
        let table = |table: usize| self.page.tables.get(table).zip(self.fitted.get(table));
        let pieces: Cow<'_, [Piece]> = match &content.body {
            PageBody::Section(line) | PageBody::Plain(line) => line.as_slice().into(),
            PageBody::Prose { lead, words, role } => {
                if let Some(lines) = self.wrapped.get(&item) {
                    lines.get(part)?.as_slice().into()
                } else {
                    let mut line = lead.clone();
                    line.push((words.clone(), *role));
                    line.into()
                }
            }
            PageBody::Headings(of) => table(*of).map(|(columns, fitted)| fitted.headings(columns, EDGE))?.into(),
            PageBody::Row(of, cells) => table(*of).map(|(columns, fitted)| fitted.row(columns, cells, EDGE))?.into(),
        };
        Some(LaidLine { pieces, right, item, is_first: part == 0 })
    }

    /// The first line of an item.
    #[must_use]
    pub fn line_of(&self, item: usize) -> Option<usize> {
        let at = self.places.partition_point(|(of, _)| *of < item);
        self.places.get(at).filter(|(of, _)| *of == item).map(|_| at)
    }

    /// The line behind the last of an item.
    #[must_use]
    pub fn end_of(&self, item: usize) -> usize {
        self.places.partition_point(|(of, _)| *of <= item)
    }

    /// How many lines are seen at once in so many rows: the last row says that there is more.
    #[must_use]
    pub fn page(&self, rows: usize) -> usize {
        if self.len() > rows { rows.saturating_sub(1) } else { rows }
    }

    /// How far it can be scrolled.
    #[must_use]
    pub fn most(&self, rows: usize) -> usize {
        self.len().saturating_sub(self.page(rows).max(1))
    }
}

/// How long ago, and when where there is room: `9m`, `03:02Z  9m`, `2026-11-17  13d`.
fn moment(at: Timestamp, now: Timestamp, width: usize) -> String {
    let age = format::since(now, at);
    let ahead = format::since(at, now);
    let short = if ahead.as_secs() > 0 { format!("in {}", format::coarse_age(ahead)) } else { format::coarse_age(age) };
    if width < ROOMY {
        return short;
    }
    let day = if age.as_secs() < 86_400 { format::clock(at) } else { at.strftime("%Y-%m-%d").to_string() };
    format!("{day} {}", text::fit_right(&short, 4))
}
