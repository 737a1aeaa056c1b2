//! A frame as text, as ANSI or as SVG: for pictures in documents and for tests.

mod ground;

use std::fmt::Write as _;

use clap::ValueEnum;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use ground::ansi_index;

pub use ground::Ground;

/// How a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // Told by the option that takes it.
    Text,
    Ansi,
    Svg,
}

/// Writes a frame, a picture on the ground of a dark terminal.
#[must_use]
pub fn render(frame: &Buffer, format: Format) -> String {
    render_on(Ground::default(), frame, format)
}

/// Writes a frame, a picture on this ground.
#[must_use]
pub fn render_on(ground: Ground, frame: &Buffer, format: Format) -> String {
    match format {
        Format::Text => text(frame),
        Format::Ansi => ansi(frame),
        Format::Svg => svg(frame, ground),
    }
}

/// The cells of each row, without those that a wide character before them covers.
fn rows(frame: &Buffer) -> impl Iterator<Item = Vec<(u16, &Cell)>> {
    let area = frame.area;
    (area.top()..area.bottom()).map(move |y| {
        let mut row = Vec::with_capacity(usize::from(area.width));
        let mut x = area.left();
        while x < area.right() {
            let cell = &frame[(x, y)];
            row.push((x, cell));
            x += u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        }
        row
    })
}

fn text(frame: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(frame) {
        let line: String = row.iter().map(|(_, cell)| cell.symbol()).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn ansi(frame: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(frame) {
        let mut last = None;
        for (_, cell) in row {
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                out.push_str("\x1b[0");
                for (modifier, code) in [
                    (Modifier::BOLD, 1),
                    (Modifier::DIM, 2),
                    (Modifier::ITALIC, 3),
                    (Modifier::UNDERLINED, 4),
                    (Modifier::REVERSED, 7),
                    (Modifier::CROSSED_OUT, 9),
                ] {
                    if cell.modifier.contains(modifier) {
                        let _ = write!(out, ";{code}");
                    }
                }
                sgr(&mut out, cell.fg, 30);
                sgr(&mut out, cell.bg, 40);
                out.push('m');
                last = Some(style);
            }
            out.push_str(cell.symbol());
        }
        out.push_str("\x1b[0m\n");
    }
    out
}

/// The parameters that choose a colour; `base` is 30 for the foreground, 40 for the background.
fn sgr(out: &mut String, color: Color, base: u16) {
    let _ = match color {
        Color::Reset => Ok(()),
        Color::Rgb(r, g, b) => write!(out, ";{};2;{r};{g};{b}", base + 8),
        Color::Indexed(i) => write!(out, ";{};5;{i}", base + 8),
        other => match ansi_index(other) {
            Some(i) if i < 8 => write!(out, ";{}", base + i),
            Some(i) => write!(out, ";{}", base + 60 + i - 8),
            None => Ok(()),
        },
    };
}

/// Width and height of a character cell, in pixels.
const CELL: (f32, f32) = (8.4, 18.0);

fn svg(frame: &Buffer, terminal: Ground) -> String {
    let (own_ink, paper) = (terminal.ink(), terminal.paper());
    let (width, height) = (f32::from(frame.area.width) * CELL.0 + 24.0, f32::from(frame.area.height) * CELL.1 + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{paper}\"/>\n\
         <g font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\" \
         xml:space=\"preserve\">\n"
    );
    for (y, row) in (0u16..).zip(rows(frame)) {
        let top = 12.0 + f32::from(y) * CELL.1;
        // Runs of one style become one rectangle and one text, with the exact width of their cells.
        let mut runs: Vec<(u16, u16, String, &Cell)> = Vec::new();
        for (x, cell) in row {
            let width = u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
            match runs.last_mut() {
                Some((start, cells, text, first))
                    if (first.fg, first.bg, first.modifier) == (cell.fg, cell.bg, cell.modifier)
                        && *start + *cells == x =>
                {
                    *cells += width;
                    text.push_str(cell.symbol());
                }
                _ => runs.push((x, width, cell.symbol().to_owned(), cell)),
            }
        }
        for (x, cells, text, cell) in runs {
            let reversed = cell.modifier.contains(Modifier::REVERSED);
            let (mut ink, mut ground) = (terminal.css(cell.fg, &own_ink), terminal.css(cell.bg, &paper));
            if reversed {
                std::mem::swap(&mut ink, &mut ground);
            }
            let (left, width) = (12.0 + f32::from(x) * CELL.0, f32::from(cells) * CELL.0);
            if ground != paper {
                let _ = writeln!(
                    out,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{ground}\"/>",
                    CELL.1
                );
            }
            let text = shapes(&mut out, &text, left, top, &ink);
            if text.trim().is_empty() {
                continue;
            }
            let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
            let dim = if cell.modifier.contains(Modifier::DIM) { " opacity=\"0.6\"" } else { "" };
            let _ = writeln!(
                out,
                "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
                 fill=\"{ink}\"{weight}{dim}>{}</text>",
                top + 13.5,
                escape(&text)
            );
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Draws braille and lines as shapes, because fonts do not agree on their widths; gives the rest
/// of the text with spaces in their places.
fn shapes(out: &mut String, text: &str, left: f32, top: f32, ink: &str) -> String {
    let mut x = left;
    let mut rest = String::with_capacity(text.len());
    for symbol in unicode_segmentation::UnicodeSegmentation::graphemes(text, true) {
        let code = symbol.chars().next().map_or(0, u32::from);
        match code {
            0x2800..=0x28ff => {
                for (bit, column, row) in
                    [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 0), (4, 1, 1), (5, 1, 2), (6, 0, 3), (7, 1, 3)]
                {
                    if code >> bit & 1 == 1 {
                        let (cx, cy) = (x + 2.1 + 4.2 * column as f32, top + 2.25 + 4.5 * row as f32);
                        let _ = writeln!(out, "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"1.4\" fill=\"{ink}\"/>");
                    }
                }
                rest.push(' ');
            }
            0x2500 | 0x2504 => {
                let dash = if code == 0x2504 { " stroke-dasharray=\"2 2.2\"" } else { "" };
                let (y, end) = (top + CELL.1 / 2.0, x + CELL.0);
                let _ = writeln!(
                    out,
                    "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{end:.1}\" y2=\"{y:.1}\" stroke=\"{ink}\"{dash}/>"
                );
                rest.push(' ');
            }
            0x2502 => {
                let (middle, end) = (x + CELL.0 / 2.0, top + CELL.1);
                let _ = writeln!(
                    out,
                    "<line x1=\"{middle:.1}\" y1=\"{top:.1}\" x2=\"{middle:.1}\" y2=\"{end:.1}\" stroke=\"{ink}\"/>"
                );
                rest.push(' ');
            }
            _ => rest.push_str(symbol),
        }
        x += CELL.0 * symbol.width().max(1) as f32;
    }
    rest
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_picture_lies_on_its_ground_and_is_written_in_its_ink() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 12, 2));
        frame.set_string(0, 0, "plain", Style::new());
        frame.set_string(0, 1, "block", Style::new().add_modifier(Modifier::REVERSED));
        let svg = render_on(Ground::new([0x24, 0x29, 0x2f], [255; 3]), &frame, Format::Svg);
        assert!(svg.contains("rx=\"8\" fill=\"#ffffff\""), "{svg}");
        assert!(svg.contains("fill=\"#24292f\">plain"), "{svg}");
        assert!(svg.contains("fill=\"#ffffff\">block") && svg.contains("height=\"18.0\" fill=\"#24292f\""), "{svg}");
        assert!(render(&frame, Format::Svg).contains("rx=\"8\" fill=\"#14171c\""), "a dark terminal is the usual one");
    }
}
