//! Spans of time as Go writes them.

/// Seconds of a Go duration (`720h`, `1h30m`, `1.5h`, `300ms`; Go, `time.ParseDuration`); none for `Never` (Karpenter's
/// `NillableDuration`) and for what is no duration.
#[must_use]
pub fn go_seconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    Some((sign * seconds) as i64)
}

#[cfg(test)]
mod tests {
    use super::go_seconds;

    #[test]
    fn it_reads_what_go_writes() {
        for (text, seconds) in [
            ("720h", Some(2_592_000)),
            ("5m0s", Some(300)),
            ("1h30m", Some(5_400)),
            ("1.5h", Some(5_400)),
            ("300ms", Some(0)),
            ("0", Some(0)),
            ("0s", Some(0)),
            ("-1m", Some(-60)),
            ("Never", None),
            ("", None),
            ("5", None),
            ("5d", None),
            ("h", None),
            ("90s", Some(90)),
            ("2000000µs", Some(2)),
            ("3000000us1000000000ns", Some(4)),
            ("1d", None),
        ] {
            assert_eq!(go_seconds(text), seconds, "{text}");
        }
    }
}
