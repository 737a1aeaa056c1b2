//! Bars: how much of something is taken, in one line of text.

use super::pen::Piece;
use crate::theme::Role;

/// A cell of what is taken, and one of what is not.
const TAKEN: &str = "▇";
const FREE: &str = "░";

/// A bar of so many cells for a share from 0 to 1; what is beyond is a full one. A little is never nothing, and a bar is
/// full only where nothing is left.
#[must_use]
pub fn bar(share: f64, cells: usize, role: Role) -> [Piece; 2] {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let taken = (share * cells as f64).round() as usize;
    let taken = match taken {
        0 if share > 0.0 => 1.min(cells),
        all if all == cells && share < 0.95 => all.saturating_sub(1).max(1.min(cells)),
        taken => taken,
    };
    [(TAKEN.repeat(taken), role), (FREE.repeat(cells.saturating_sub(taken)), Role::Faint)]
}

/// A share as a whole number of percent: `41 %`, `<1 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if !percent.is_finite() {
        return super::format::UNKNOWN.to_owned();
    }
    if percent > 0.0 && percent < 0.5 { "<1 %".to_owned() } else { format!("{percent:.0} %") }
}

/// The share of a whole; none where there is no whole.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(share: f64, cells: usize) -> String {
        bar(share, cells, Role::ChartLine).into_iter().map(|(words, _)| words).collect()
    }

    #[test]
    fn a_little_is_not_nothing_and_nearly_all_is_not_all() {
        for (share, expected) in [
            (0.0, "░░░░░"),
            (0.001, "▇░░░░"),
            (0.41, "▇▇░░░"),
            (0.82, "▇▇▇▇░"),
            (0.94, "▇▇▇▇░"),
            (0.97, "▇▇▇▇▇"),
            (1.0, "▇▇▇▇▇"),
            (3.0, "▇▇▇▇▇"),
            (-1.0, "░░░░░"),
            (f64::NAN, "░░░░░"),
        ] {
            assert_eq!(drawn(share, 5), expected, "{share}");
        }
        assert_eq!((drawn(0.5, 0).as_str(), drawn(0.1, 1).as_str()), ("", "▇"));
    }

    #[test]
    fn percent_is_whole() {
        let words = [0.0, 0.001, 0.41, 1.0, 1.52, f64::NAN].map(percent);
        assert_eq!(words, ["0 %", "<1 %", "41 %", "100 %", "152 %", "?"]);
        assert_eq!((share(1, 4), share(1, 0)), (Some(0.25), None));
    }
}
