//! Kubernetes quantities: `250m`, `1536Mi`, `2`, `1e3`, as apimachinery's `resource.Amount` reads and writes them.

/// Nano-units in one unit: nothing finer is kept, finer input is rounded up, as upstream does.
const NANO: i128 = 1_000_000_000;

/// Binary suffixes, largest first, with their factor.
const BINARY: [(&str, i128); 6] =
    [("Ei", 1 << 60), ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];

/// Decimal suffixes of whole units, largest first, with their factor.
const DECIMAL: [(&str, i128); 6] = [
    ("E", 1_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
];

/// An amount of something: CPUs, bytes, pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount {
    nanos: i128,
}

impl Amount {
    /// Reads `text`; `None` when it is no quantity. An amount beyond what 2^63 units can say is capped there, as upstream
    /// caps it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let (factor, shift) = scale(suffix)?;
        let digits: String = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        if digits.len() > 30 {
            return Some(Self { nanos: sign * i128::from(i64::MAX) * NANO });
        }
        let mantissa: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        // mantissa × factor × 10^(9 + shift - places), rounded up (away from zero).
        let exponent = 9 + shift - i32::try_from(fraction.len()).ok()?;
        let scaled = mantissa.checked_mul(factor);
        let nanos = match (scaled, exponent) {
            (None, _) => None,
            (Some(0), _) => Some(0),
            (Some(value), 0..=30) => value.checked_mul(10_i128.pow(exponent.unsigned_abs())),
            (Some(value), -30..=-1) => {
                let by = 10_i128.pow(exponent.unsigned_abs());
                Some(value / by + i128::from(value % by != 0))
            }
            (Some(_), 31..) => None,
            (Some(_), _) => Some(1),
        };
        let most = i128::from(i64::MAX) * NANO;
        Some(Self { nanos: sign * nanos.unwrap_or(most).min(most) })
    }

    /// Thousandths, rounded up: milli-CPUs of a CPU quantity.
    #[must_use]
    pub fn milli(self) -> i64 {
        narrow(up(self.nanos, 1_000_000))
    }

    /// Whole units, rounded up: bytes of a memory quantity.
    #[must_use]
    pub fn value(self) -> i64 {
        narrow(up(self.nanos, NANO))
    }

    /// Billionths, as metrics.k8s.io counts CPU.
    #[must_use]
    pub fn nano(self) -> i64 {
        narrow(self.nanos)
    }
}

/// The factor of a suffix and the power of ten that comes on top; `None` when it is no suffix.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    if let Some((_, factor)) = BINARY.iter().find(|(name, _)| *name == suffix) {
        return Some((*factor, 0));
    }
    if let Some((_, factor)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Some((*factor, 0));
    }
    match suffix {
        "" => Some((1, 0)),
        "m" => Some((1, -3)),
        "u" => Some((1, -6)),
        "n" => Some((1, -9)),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            exponent.parse::<i32>().ok().filter(|exponent| (-60..=60).contains(exponent)).map(|exponent| (1, exponent))
        }
    }
}

/// `value / by`, rounded up as upstream's `ScaledValue` does (toward positive infinity for what is above zero).
fn up(value: i128, by: i128) -> i128 {
    value.div_euclid(by) + i128::from(value.rem_euclid(by) != 0)
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Milli-CPUs of a quantity's text; 0 when it is none.
#[must_use]
pub fn milli_cpu(text: &str) -> i64 {
    Amount::parse(text).map_or(0, Amount::milli)
}

/// Bytes (or any whole units) of a quantity's text; 0 when it is none.
#[must_use]
pub fn whole(text: &str) -> i64 {
    Amount::parse(text).map_or(0, Amount::value)
}

/// Milli-CPUs in canonical form: `250m`, `2`, `1k`.
#[must_use]
pub fn write_milli(milli: i64) -> String {
    if milli % 1000 == 0 { write_whole(milli / 1000) } else { format!("{milli}m") }
}

/// Whole units in canonical decimal form: `110`, `1k`.
#[must_use]
pub fn write_whole(units: i64) -> String {
    canonical(units, &DECIMAL)
}

/// Bytes in canonical binary form: `1Gi`, `1536Mi`, `1000`.
#[must_use]
pub fn write_bytes(bytes: i64) -> String {
    canonical(bytes, &BINARY)
}

/// The largest suffix with which no fraction remains.
fn canonical(units: i64, suffixes: &[(&str, i128)]) -> String {
    let units = i128::from(units);
    match suffixes.iter().find(|(_, factor)| units != 0 && units % factor == 0) {
        Some((suffix, factor)) => format!("{}{suffix}", units / factor),
        None => units.to_string(),
    }
}

/// CPU use as metrics-server writes it: nano-cores, `1234567n`.
#[must_use]
pub fn write_nano(nano: i64) -> String {
    if nano == 0 { "0".to_owned() } else { format!("{nano}n") }
}

/// Memory use as metrics-server writes it: `123456Ki`.
#[must_use]
pub fn write_kibi(bytes: i64) -> String {
    if bytes < 1024 { "0".to_owned() } else { format!("{}Ki", bytes / 1024) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Apimachinery's own table of examples.
    #[test]
    fn it_reads_what_apimachinery_reads() {
        for (text, value, milli) in [
            ("0", 0, 0),
            ("100m", 1, 100),
            ("0.1", 1, 100),
            (".5", 1, 500),
            ("1.", 1, 1000),
            ("2", 2, 2000),
            ("1e3", 1000, 1_000_000),
            ("1E3", 1000, 1_000_000),
            ("12e6", 12_000_000, 12_000_000_000),
            ("1Ki", 1024, 1_024_000),
            ("1.5Gi", 1_610_612_736, 1_610_612_736_000),
            ("1k", 1000, 1_000_000),
            ("5M", 5_000_000, 5_000_000_000),
            ("100001n", 1, 1),
            ("1u", 1, 1),
            ("-100m", 0, -100),
            ("+3", 3, 3000),
            ("15268868Ki", 15_635_320_832, 15_635_320_832_000),
        ] {
            let quantity = Amount::parse(text).unwrap();
            assert_eq!((quantity.value(), quantity.milli()), (value, milli), "{text}");
        }
        assert_eq!(Amount::parse("9E").unwrap().value(), 9_000_000_000_000_000_000);
        assert_eq!(Amount::parse("100E").unwrap().value(), i64::MAX);
        for text in ["", "m", "1 Gi", "1Kib", "1.1.1", "--1", "e3", "1e", "1mm", "Ki", ".", "1K"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_writes_the_canonical_form() {
        assert_eq!([write_milli(250), write_milli(2000), write_milli(1_000_000)], ["250m", "2", "1k"]);
        assert_eq!([write_bytes(1 << 30), write_bytes(1536 << 20), write_bytes(1000)], ["1Gi", "1536Mi", "1000"]);
        assert_eq!([write_whole(110), write_whole(0), write_bytes(0)], ["110", "0", "0"]);
        assert_eq!([write_nano(12), write_nano(0), write_kibi(4096), write_kibi(0)], ["12n", "0", "4Ki", "0"]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(units in 0..i64::MAX / 2000) {
            prop_assert_eq!(milli_cpu(&write_milli(units)), units);
            prop_assert_eq!(whole(&write_bytes(units)), units);
            prop_assert_eq!(whole(&write_whole(units)), units);
        }

        #[test]
        fn no_text_panics(text in ".{0,12}", number in "[-+]?[0-9.]{0,40}(e-?[0-9]{1,3}|[numkKMGTPEi]{0,2})") {
            let _ = (Amount::parse(&text), Amount::parse(&number));
        }
    }
}
