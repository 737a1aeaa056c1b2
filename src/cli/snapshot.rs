//! Options of `qd snapshot`.

use std::time::Duration;

use clap::Args;

use super::Motif;
use crate::picture::Format;

/// Options of `qd snapshot`.
#[derive(Debug, Args)]
#[command(
    after_help = "NAME is that of a DB instance (database, operations) or of an alarm (alarm); behind plan stand an \
                  operation and the name of its target: qd snapshot plan reboot orders-db.\n\
                  Exit code: 0 all of it was read, 1 something could not be read, and standard error says what."
)]
pub struct Snapshot {
    /// What to draw
    pub screen: Motif,
    /// What it is of; the first there is when not given
    #[arg(value_name = "NAME", num_args = 0..=2)]
    pub names: Vec<String>,
    /// Columns and rows
    #[arg(long, default_value = "120x40", value_parser = size)]
    pub size: (u16, u16),
    /// Characters only, with colours for a terminal, or a picture for a web page
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The environment to look at; all when not given
    #[arg(long, short, alias = "env", value_hint = clap::ValueHint::Other)]
    pub environment: Option<String>,
    /// The DB instance of the database screen, as NAME behind it
    #[arg(long, short, hide = true)]
    pub database: Option<String>,
    /// Keys to press before the picture is taken, separated by spaces
    #[arg(long, default_value = "", hide_default_value = true)]
    pub keys: String,
    /// How long AWS may take for all of it
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = wait)]
    pub wait: Duration,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match parsed {
        Some((w, h)) if (1..=500).contains(&w) && (1..=300).contains(&h) => Ok((w, h)),
        _ => Err("expected COLUMNSxROWS, for example 120x40, at most 500x300".into()),
    }
}

/// A second at least, an hour at most.
fn wait(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    seconds
        .filter(|seconds| (1..=3600).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a time such as 30s or 2m, at most 60m".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_of_seconds_or_minutes() {
        for (text, seconds) in [("30s", Some(30)), ("2m", Some(120)), ("5", Some(5)), ("60m", Some(3600))] {
            assert_eq!(wait(text).ok(), seconds.map(Duration::from_secs), "{text}");
        }
        for wrong in ["", "0s", "s", "m", "-1s", "61m", "1h", "18446744073709551615m"] {
            assert!(wait(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_of_columns_and_rows() {
        assert_eq!(size("80x24"), Ok((80, 24)));
        assert!(size("80").is_err() && size("0x24").is_err() && size("80x301").is_err());
    }
}
