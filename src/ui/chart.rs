//! A time-series chart of a few rows, drawn straight into the buffer.
//!
//! ```text
//! CPU  41.2 %                       title, value (at the cursor, if there is one)
//!   100% ⠀⠀⠀⢀⡀                       values at the left
//!        ┄┄┄⡜⠘⡄┄┄┄⣀⡠┄┄80%            thresholds lie behind the data; gaps stay gaps
//!      0 ⠒⠒⠒⠁⠀⠈⠒   ⠁
//!    UTC 03:00   ◆    03:30          time axis with marks, where asked for
//! ```

mod axis;
mod calm;
mod limits;
mod scale;
mod track;

use std::ops::Range;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use self::calm::Calm;
use self::limits::ThresholdRows;
use self::scale::Scale;
use self::track::{Column, Track, column_of};
use super::{format, text};
use crate::domain::Unit;
use crate::theme::{Role, Theme};

pub use self::scale::YRange;

/// Cells that the value labels take at the left; more where one of them is longer.
pub const GUTTER: u16 = 7;

/// Bits of a braille character, by column and row of its dots.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How the data is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// A line in dots, two by four a cell.
    #[default]
    Braille,
    /// Bars, for fonts without braille.
    Block,
}

/// The two sides of what is expected: time and value, oldest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sides<'a> {
    pub lower: &'a [(i64, f64)],
    pub upper: &'a [(i64, f64)],
}

/// What is to be drawn. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart<'a> {
    pub title: &'a str,
    pub unit: Unit,
    /// Time and value, oldest first.
    pub points: &'a [(i64, f64)],
    /// Times of values that the metric cannot have: each is a `?`, and no part of the line.
    pub impossible: &'a [i64],
    /// The time that the width stands for.
    pub window: Range<i64>,
    /// Distance of the points, seconds; more than 2.5 times that is a gap.
    pub period: u32,
    pub range: YRange,
    /// Values with the role of data beyond them.
    pub thresholds: &'a [(f64, Role)],
    /// What is expected, behind the data.
    pub band: Option<Sides<'a>>,
    /// Data is beyond a threshold when it is below.
    pub low_is_bad: bool,
    /// Events: time, role, character.
    pub marks: &'a [(i64, Role, char)],
    pub cursor: Option<i64>,
    /// Whether the last row is a time axis.
    pub axis: bool,
    pub mode: Mode,
    /// Stands in the middle when there is nothing to draw: `loading`, `denied: …`. Data that is
    /// there is never covered.
    pub message: &'a str,
}

impl<'a> Chart<'a> {
    /// A chart with this title over this window; the rest is as plain as it can be.
    #[must_use]
    pub fn new(title: &'a str, unit: Unit, window: Range<i64>, period: u32) -> Self {
        Self {
            title,
            unit,
            points: &[],
            impossible: &[],
            window,
            period,
            range: if unit == Unit::Percent { YRange::Percent } else { YRange::From0 },
            thresholds: &[],
            band: None,
            low_is_bad: false,
            marks: &[],
            cursor: None,
            axis: false,
            mode: Mode::default(),
            message: "no datapoints",
        }
    }

    /// Draws the chart.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let axis_height = u16::from(self.axis && area.height >= 4);
        let height = area.height.saturating_sub(1 + axis_height);
        let title = Rect { height: 1, ..area };
        let mut gutter = if area.width >= GUTTER + 8 { GUTTER } else { 0 };
        let mut track = self.track(area.width - gutter);
        let scale = Scale::new(self.range, self.unit, track.bounds, height);
        let longest = scale.ticks().map(|tick| text::width(&scale.label(tick)) as u16 + 1).max().unwrap_or(0);
        if gutter > 0 && longest > gutter && longest + 8 <= area.width {
            gutter = longest;
            track = self.track(area.width - gutter);
        }
        let plot = Rect { x: area.x + gutter, y: area.y + 1, width: area.width - gutter, height };
        if plot.height == 0 {
            self.draw_title(&track, &[], title, buf, theme);
            return;
        }
        let mut told = Vec::new();
        if track.bounds.is_none() {
            let odd = self.odd().next().is_some();
            let message = if odd { "only values that it cannot have" } else { self.message };
            draw_message(message, plot, buf, theme);
        } else {
            match self.mode {
                Mode::Braille => self.draw_line(&track, &scale, plot, buf, theme),
                Mode::Block => self.draw_bars(&track, &scale, plot, buf, theme),
            }
        }
        for x in self.odd().filter_map(|at| self.cell_of(at, plot)) {
            put_behind(plot, x, 0, '?', theme.style(Role::Warning), buf);
        }
        self.draw_cursor(plot, buf, theme);
        if track.bounds.is_some() {
            let seen: Vec<f64> = track.columns.iter().flatten().flat_map(|column| [column.min, column.max]).collect();
            let thresholds = self.thresholds.iter().map(|(limit, _)| *limit);
            let limits = ThresholdRows::arrange(&scale, self.unit, thresholds, usize::from(plot.height), &seen);
            if gutter > 0 {
                draw_labels(&limits, Rect { x: area.x, width: gutter, ..plot }, buf, theme);
            }
            told = draw_limits(limits, plot, buf, theme);
            self.draw_band(&scale, plot, buf, theme);
        }
        self.draw_title(&track, &told, title, buf, theme);
        if axis_height > 0 {
            let row = Rect { y: area.bottom() - 1, height: 1, ..plot };
            self.draw_marks(row, buf, theme);
            if gutter > 0 {
                let words = text::fit_right("UTC", usize::from(gutter - 1));
                buf.set_string(area.x, row.y, words, theme.style(Role::Faint));
            }
            self.draw_axis(row, buf, theme);
        } else {
            self.draw_marks(Rect { y: plot.bottom() - 1, height: 1, ..plot }, buf, theme);
        }
    }

    /// The series as columns of a plot of this width.
    fn track(&self, width: u16) -> Track {
        let count = usize::from(width) * if self.mode == Mode::Braille { 2 } else { 1 };
        Track::read(self.points, &self.window, self.period, count, self.cursor)
    }

    /// The moments in the window whose values the metric cannot have.
    fn odd(&self) -> impl Iterator<Item = i64> + '_ {
        self.impossible.iter().copied().filter(move |at| self.window.contains(at))
    }

    /// Title, value and moment, and the thresholds that have no row.
    fn draw_title(&self, track: &Track, told: &[String], row: Rect, buf: &mut Buffer, theme: &Theme) {
        let mut x = write(row.x, row, self.title, theme.style(Role::Header), buf);
        let read = if self.cursor.is_some() { track.at_cursor } else { track.last };
        let newest = track.last.map_or(i64::MIN, |(at, _)| at);
        if self.cursor.is_none() && self.odd().any(|at| at > newest) {
            x = write(x + 2, row, "? cannot be", theme.style(Role::Warning), buf);
        } else if read.is_some_and(|(_, value)| self.unit == Unit::Seconds && value < 0.0) {
            // ReplicaLag is -1 while replication does not run: a state, not a time.
            x = write(x + 2, row, "stopped", theme.style(Role::Critical), buf);
        } else if let Some((_, value)) = read {
            let (number, unit) = format::value(self.unit, value);
            let role = self.beyond(value, value).unwrap_or(Role::Text);
            x = write(x + 2, row, &number, theme.style(role), buf);
            if !unit.is_empty() {
                x = write(x + 1, row, unit, theme.style(Role::Dim), buf);
            }
        } else {
            x = write(x + 2, row, format::MISSING, theme.style(Role::Dim), buf);
        }
        // A value that is not of now says when it was.
        let late = i64::from(self.period) * 5 + 300;
        let old = track.last.map(|(at, _)| at).filter(|at| *at < self.window.end - late);
        let moment = self.cursor.map(|cursor| read.map_or(cursor, |(at, _)| at)).or(old);
        if let Some(moment) = moment.and_then(|moment| Timestamp::from_second(moment).ok()) {
            x = write(x + 2, row, &format::clock(moment), theme.style(Role::ChartCursor), buf);
        }
        if !told.is_empty() {
            // Beside the value: at the right end it would touch the title of the next chart.
            write(x + 2, row, &format!("limit {}", told.join(", ")), theme.style(Role::Dim), buf);
        }
    }

    /// The role of the threshold that values between these are beyond; of several the furthest.
    fn beyond(&self, min: f64, max: f64) -> Option<Role> {
        let passed =
            self.thresholds.iter().filter(|(limit, _)| if self.low_is_bad { min < *limit } else { max > *limit });
        let furthest = if self.low_is_bad {
            passed.min_by(|a, b| a.0.total_cmp(&b.0))
        } else {
            passed.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        furthest.map(|(_, role)| *role)
    }

    /// Beyond a threshold its role; dim where a series that keeps its level is at it.
    fn style_of(&self, columns: &[Option<Column>], calm: Option<Calm>, theme: &Theme) -> Style {
        let min = columns.iter().flatten().map(|column| column.min).fold(f64::INFINITY, f64::min);
        let max = columns.iter().flatten().map(|column| column.max).fold(f64::NEG_INFINITY, f64::max);
        let still = calm.is_some_and(|calm| columns.iter().flatten().all(|column| calm.is_still(column)));
        theme.style(self.beyond(min, max).unwrap_or(if still { Role::Dim } else { Role::ChartLine }))
    }

    fn draw_line(&self, track: &Track, scale: &Scale, plot: Rect, buf: &mut Buffer, theme: &Theme) {
        let width = usize::from(plot.width);
        let rows = usize::from(plot.height) * 4;
        let calm = Calm::of(track, scale, rows);
        let place = |value: f64| scale.place(calm.map_or(value, |calm| calm.settle(value)), rows);
        let mut cells = vec![0_u8; width * usize::from(plot.height)];
        let mut before: Option<usize> = None;
        for (at, column) in track.columns.iter().enumerate() {
            let Some(column) = column else {
                before = None;
                continue;
            };
            let (mut top, mut bottom) = (place(column.max), place(column.min));
            if let Some(end) = before.filter(|_| column.joined) {
                // Reach to the dot beside the end of the column before, so that the line is one.
                if end < place(column.first) {
                    top = top.min(end + 1);
                } else {
                    bottom = bottom.max(end.saturating_sub(1));
                }
            }
            for y in top..=bottom {
                if let Some(cell) = cells.get_mut(y / 4 * width + at / 2) {
                    *cell |= DOTS[at % 2][y % 4];
                }
            }
            before = Some(place(column.last));
        }
        for (at, bits) in cells.into_iter().enumerate().filter(|(_, bits)| *bits != 0) {
            let (x, y) = (at % width, at / width);
            let columns = track.columns.get(2 * x..2 * x + 2).unwrap_or_default();
            let symbol = char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ');
            put(plot, x, y, symbol, self.style_of(columns, calm, theme), buf);
        }
    }

    fn draw_bars(&self, track: &Track, scale: &Scale, plot: Rect, buf: &mut Buffer, theme: &Theme) {
        let height = usize::from(plot.height);
        let calm = Calm::of(track, scale, height * 8 + 1);
        for (x, column) in track.columns.iter().enumerate() {
            let Some(shown) = column else { continue };
            let style = self.style_of(std::slice::from_ref(column), calm, theme);
            let value = if self.low_is_bad { shown.min } else { shown.max };
            let value = calm.map_or(value, |calm| calm.settle(value));
            // At least an eighth: a bar of nothing would look like a gap.
            let eighths = (height * 8 - scale.place(value, height * 8 + 1)).max(1);
            for row in 0..eighths.div_ceil(8) {
                let filled = (eighths - row * 8).min(8);
                put(plot, x, height - 1 - row, BLOCKS[filled], style, buf);
            }
        }
    }

    fn draw_band(&self, scale: &Scale, plot: Rect, buf: &mut Buffer, theme: &Theme) {
        let Some(Sides { lower, upper }) = self.band else { return };
        for side in [lower, upper] {
            let track = Track::read(side, &self.window, self.period, usize::from(plot.width), None);
            for (x, column) in track.columns.iter().enumerate() {
                if let Some(column) = column.filter(|column| (scale.lo..=scale.hi).contains(&column.last)) {
                    let y = scale.place(column.last, usize::from(plot.height) * 4) / 4;
                    put_behind(plot, x, y, '·', theme.style(Role::ChartThreshold), buf);
                }
            }
        }
    }

    fn draw_cursor(&self, plot: Rect, buf: &mut Buffer, theme: &Theme) {
        let Some(x) = self.cursor.and_then(|cursor| self.cell_of(cursor, plot)) else { return };
        for y in 0..usize::from(plot.height) {
            put_behind(plot, x, y, '│', theme.style(Role::ChartCursor), buf);
        }
    }

    fn draw_marks(&self, row: Rect, buf: &mut Buffer, theme: &Theme) {
        for (at, role, symbol) in self.marks {
            if let Some(x) = self.cell_of(*at, row) {
                put_behind(row, x, 0, *symbol, theme.style(*role), buf);
            }
        }
    }

    /// Labels where they do not cover a mark.
    fn draw_axis(&self, row: Rect, buf: &mut Buffer, theme: &Theme) {
        for (x, label) in axis::ticks(&self.window, usize::from(row.width)) {
            let free = (x..=x + axis::LABEL).all(|x| {
                x >= usize::from(row.width) || buf.cell((row.x + x as u16, row.y)).is_some_and(|c| c.symbol() == " ")
            });
            if free {
                buf.set_string(row.x + x as u16, row.y, label, theme.style(Role::Dim));
            }
        }
    }

    /// The cell of a moment in the plot, if it is in the window.
    fn cell_of(&self, at: i64, plot: Rect) -> Option<usize> {
        let width = usize::from(plot.width);
        usize::try_from(column_of(at, &self.window, width)).ok().filter(|x| *x < width)
    }
}

fn draw_labels(limits: &ThresholdRows, gutter: Rect, buf: &mut Buffer, theme: &Theme) {
    let room = usize::from(gutter.width - 1);
    for (row, label) in &limits.ticks {
        buf.set_string(gutter.x, gutter.y + *row as u16, text::fit_right(label, room), theme.style(Role::Dim));
    }
}

/// Thresholds behind the data, each with its label at the right end. Gives those that found no room.
fn draw_limits(limits: ThresholdRows, plot: Rect, buf: &mut Buffer, theme: &Theme) -> Vec<String> {
    let mut told = limits.told;
    let last = usize::from(plot.height).saturating_sub(1);
    for (row, labels) in [(0, limits.above), (last, limits.below)] {
        let words = labels.join(" ");
        if !words.is_empty() && !put_at_end(plot, row, &words, buf, theme) {
            told.push(words);
        }
    }
    for (row, label) in limits.lines {
        if !put_at_end(plot, row, &label, buf, theme) {
            told.push(label);
        }
        for x in 0..usize::from(plot.width) {
            put_behind(plot, x, row, '┄', theme.style(Role::ChartThreshold), buf);
        }
    }
    told
}

/// Writes as far to the right in a row as nothing is in the way; false when there is no room.
fn put_at_end(plot: Rect, row: usize, words: &str, buf: &mut Buffer, theme: &Theme) -> bool {
    let (width, length) = (usize::from(plot.width), text::width(words));
    let y = plot.y + row as u16;
    let is_free = |x: usize| buf.cell((plot.x + x as u16, y)).is_some_and(|cell| cell.symbol() == " ");
    // A blank at both sides: words and dots do not touch.
    let start = (0..(width + 1).saturating_sub(length))
        .rev()
        .find(|start| (start.saturating_sub(1)..(start + length + 1).min(width)).all(is_free));
    if let Some(start) = start {
        buf.set_string(plot.x + start as u16, y, words, theme.style(Role::Dim));
    }
    start.is_some()
}

fn draw_message(message: &str, plot: Rect, buf: &mut Buffer, theme: &Theme) {
    let lines: Vec<String> = text::wrap(message, usize::from(plot.width)).take(usize::from(plot.height)).collect();
    let top = plot.y + (plot.height - lines.len() as u16) / 2;
    for (y, line) in (top..).zip(&lines) {
        let shown = text::clip(line, usize::from(plot.width));
        let x = plot.x + (plot.width - text::width(&shown) as u16) / 2;
        buf.set_string(x, y, &shown, theme.style(Role::Dim));
    }
}

/// Writes into the rest of a row and gives the column after it.
fn write(x: u16, row: Rect, content: &str, style: Style, buf: &mut Buffer) -> u16 {
    let room = usize::from(row.right().saturating_sub(x));
    if room == 0 {
        return row.right();
    }
    buf.set_string(x, row.y, text::clip(content, room), style);
    x.saturating_add(text::width(content).min(room) as u16)
}

fn put(plot: Rect, x: usize, y: usize, symbol: char, style: Style, buf: &mut Buffer) {
    if let Some(cell) = buf.cell_mut((plot.x + x as u16, plot.y + y as u16)) {
        cell.set_char(symbol).set_style(style);
    }
}

/// Draws where nothing is yet.
fn put_behind(plot: Rect, x: usize, y: usize, symbol: char, style: Style, buf: &mut Buffer) {
    if buf.cell((plot.x + x as u16, plot.y + y as u16)).is_some_and(|cell| cell.symbol() == " ") {
        put(plot, x, y, symbol, style, buf);
    }
}

#[cfg(test)]
mod tests;
