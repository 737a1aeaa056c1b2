//! What something costs an hour, in words. Spot is in no price book: "at most".

use crate::services::kubernetes::price::{HourlyPrice, MONTH};
use crate::theme::Role;
use crate::ui::format::{MISSING, UNKNOWN};
use crate::ui::pen::Piece;

/// For a cell under `$/h`: `0.403`, `≤0.214`, `?`.
#[must_use]
pub fn cell(price: HourlyPrice) -> Piece {
    match price {
        HourlyPrice::Nothing => (MISSING.into(), Role::Faint),
        HourlyPrice::Known(usd) => (figure(usd), Role::Text),
        HourlyPrice::AtMost(usd) => (format!("≤{}", figure(usd)), Role::Text),
        HourlyPrice::Unknown => (UNKNOWN.into(), Role::Faint),
    }
}

/// In a line of text: `$3.12/h`, `≤$3.12/h`, `? $/h`.
#[must_use]
pub fn hour(price: HourlyPrice) -> String {
    match price {
        HourlyPrice::Nothing => "$0/h".into(),
        HourlyPrice::Known(usd) => format!("${}/h", figure(usd)),
        HourlyPrice::AtMost(usd) => format!("≤${}/h", figure(usd)),
        HourlyPrice::Unknown => "price not known".into(),
    }
}

/// The same a month of 730 hours: `$2,278/mo`; none where it is not known.
#[must_use]
pub fn month(price: HourlyPrice) -> Option<String> {
    match price {
        HourlyPrice::Known(usd) => Some(format!("${}/mo", grouped(usd * MONTH))),
        HourlyPrice::AtMost(usd) => Some(format!("≤${}/mo", grouped(usd * MONTH))),
        HourlyPrice::Nothing | HourlyPrice::Unknown => None,
    }
}

/// Three digits behind the point below a dollar, where it matters.
fn figure(usd: f64) -> String {
    match usd {
        usd if usd < 0.9995 => format!("{usd:.3}"),
        usd if usd < 99.95 => format!("{usd:.2}"),
        usd => grouped(usd),
    }
}

/// Whole dollars, by thousands.
#[must_use]
pub fn grouped(usd: f64) -> String {
    let digits = format!("{:.0}", usd.max(0.0));
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_no_number() {
        let prices =
            [HourlyPrice::Nothing, HourlyPrice::Known(0.4032), HourlyPrice::AtMost(0.2136), HourlyPrice::Unknown];
        assert_eq!(prices.map(|price| cell(price).0), ["–", "0.403", "≤0.214", "?"]);
        assert_eq!(prices.map(hour), ["$0/h", "$0.403/h", "≤$0.214/h", "price not known"]);
        assert_eq!(month(HourlyPrice::Known(3.12)).as_deref(), Some("$2,278/mo"));
        assert_eq!(month(HourlyPrice::AtMost(3.12)).as_deref(), Some("≤$2,278/mo"));
        assert_eq!(month(HourlyPrice::Unknown), None);
        assert_eq!([0.0, 999.4, 1_234_567.0].map(grouped), ["0", "999", "1,234,567"]);
    }
}
