//! Which columns of a small table there is room for, and how a row of it is written.

use crate::theme::Role;
use crate::ui::pen;
use crate::ui::prose::Line;
use crate::ui::table::{Align, Column, Width};
use crate::ui::text;

/// Empty cells behind a column: a mark stands close to what it is about.
fn gap(column: &Column) -> usize {
    if column.width == Width::Fixed(1) { 1 } else { 2 }
}

/// The columns of a table that there is room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittedColumns {
    /// Index and cells.
    places: Vec<(usize, usize)>,
}

impl FittedColumns {
    /// Those that fit into so many cells: where there is no room for all, the column of the highest priority number goes
    /// first, and what is left over is shared by those that can grow.
    #[must_use]
    pub fn of(columns: &[Column], room: usize) -> Self {
        let least = |at: usize| match columns[at].width {
            Width::Fixed(width) | Width::Min(width) => usize::from(width),
        };
        let mut kept: Vec<usize> = (0..columns.len()).collect();
        let gaps = |kept: &[usize]| kept.iter().rev().skip(1).map(|at| gap(&columns[*at])).sum::<usize>();
        let needed = |kept: &[usize]| kept.iter().map(|at| least(*at)).sum::<usize>() + gaps(kept);
        while kept.len() > 1 && needed(&kept) > room {
            let victim = kept.iter().enumerate().max_by_key(|(_, at)| columns[**at].priority).map(|(place, _)| place);
            let Some(victim) = victim else { break };
            kept.remove(victim);
        }
        let grows = |at: usize| matches!(columns[at].width, Width::Min(_));
        let growing = kept.iter().filter(|at| grows(**at)).count();
        let spare = room.saturating_sub(needed(&kept));
        let mut grown = 0;
        let places = kept.into_iter().map(|at| {
            let mut width = least(at).min(room);
            if grows(at) {
                width += spare / growing + usize::from(grown < spare % growing);
                grown += 1;
            }
            (at, width)
        });
        Self { places: places.collect() }
    }

    /// The headings.
    #[must_use]
    pub fn headings(&self, columns: &[Column], indent: usize) -> Line {
        let cells: Vec<Line> = columns.iter().map(|column| vec![(column.title.to_string(), Role::Dim)]).collect();
        self.row(columns, &cells, indent)
    }

    /// A row.
    #[must_use]
    pub fn row(&self, columns: &[Column], cells: &[Line], indent: usize) -> Line {
        let mut line: Line = vec![(" ".repeat(indent), Role::Text)];
        for (place, (at, width)) in self.places.iter().enumerate() {
            if let Some((before, _)) = place.checked_sub(1).and_then(|before| self.places.get(before)) {
                line.push((" ".repeat(gap(&columns[*before])), Role::Text));
            }
            let empty = Line::new();
            let cell = cells.get(*at).unwrap_or(&empty);
            let used = pen::width(cell);
            let air = (" ".repeat(width.saturating_sub(used)), Role::Text);
            match columns[*at].align {
                Align::Right if used < *width => line.push(air.clone()),
                _ => {}
            }
            line.extend(cut(cell, *width));
            if columns[*at].align == Align::Left && used < *width && place + 1 < self.places.len() {
                line.push(air);
            }
        }
        line
    }
}

/// Pieces in at most so many cells. A single one that is too long is a name, and names differ at their ends.
fn cut(cell: &Line, width: usize) -> Line {
    if pen::width(cell) <= width {
        return cell.clone();
    }
    if let [(name, role)] = cell.as_slice()
        && !name.contains(' ')
    {
        return vec![(text::fit_middle(name, width).into_owned(), *role)];
    }
    let mut left = width;
    let mut line = Line::new();
    for (place, (words, role)) in cell.iter().enumerate() {
        if left == 0 {
            break;
        }
        let more = cell[place + 1..].iter().any(|(words, _)| !words.is_empty());
        let full = text::width(words) == left && more;
        let shown = if full {
            text::clip(&format!("{words}…"), left).into_owned()
        } else {
            text::clip(words, left).into_owned()
        };
        left -= text::width(&shown).min(left);
        line.push((shown, *role));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::prose::plain;

    fn column(title: &'static str, width: Width, align: Align, priority: u8) -> Column {
        Column { title: title.into(), width, align, priority }
    }

    fn columns() -> Vec<Column> {
        vec![
            column("NAME", Width::Min(6), Align::Left, 0),
            column("READY", Width::Fixed(5), Align::Right, 1),
            column("ZONES", Width::Fixed(6), Align::Left, 2),
        ]
    }

    #[test]
    fn what_is_left_over_goes_to_what_grows_and_what_has_no_room_is_left_out() {
        let cells: Vec<Line> =
            ["checkout-api", "3/4", "a b"].map(|words| vec![(words.to_owned(), Role::Text)]).to_vec();
        let wide = FittedColumns::of(&columns(), 30);
        assert_eq!(plain(&wide.headings(&columns(), 1)), " NAME             READY  ZONES");
        assert_eq!(plain(&wide.row(&columns(), &cells, 1)), " checkout-api       3/4  a b");
        let narrow = FittedColumns::of(&columns(), 14);
        assert_eq!(plain(&narrow.row(&columns(), &cells, 0)), "che…api    3/4");
    }

    #[test]
    fn no_cell_is_wider_than_its_column() {
        let cells: Vec<Line> = vec![
            vec![("a very long sentence".into(), Role::Text), (" and more".into(), Role::Dim)],
            vec![("1234567".into(), Role::Text)],
            vec![("zone".into(), Role::Text)],
        ];
        for room in 1..60 {
            let fitted = FittedColumns::of(&columns(), room);
            assert!(pen::width(&fitted.row(&columns(), &cells, 0)) <= room.max(6), "{room}");
        }
    }
}
