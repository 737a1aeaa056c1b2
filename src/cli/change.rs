//! Options of `qd plan` and `qd apply`.

use std::path::PathBuf;

use clap::Args;

/// Options of `qd plan`. `--region` is that of the target; the environment's own when not given.
#[derive(Debug, Clone, Default, Args)]
pub struct PlanChange {
    /// Name of the operation; qd operations lists them
    pub operation: String,
    /// Environment of the target
    #[arg(long = "env", short = 'e', alias = "environment", value_name = "NAME", value_hint = clap::ValueHint::Other)]
    pub environment: Option<String>,
    /// DB instance or DB snapshot; of a cluster as qd operations writes it, node/NAME; for a whole environment nothing
    #[arg(long, short, value_name = "NAME")]
    pub target: Option<String>,
    /// A parameter of the operation; may be given several times
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Take a snapshot first and wait for it
    #[arg(long)]
    pub safety_snapshot: bool,
    /// Print the plan as JSON, for qd apply
    #[arg(long)]
    pub json: bool,
    /// Write the JSON to a file that only its owner can read
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Read the state once more, as right before sending, and say what would be sent
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `qd apply`.
#[derive(Debug, Clone, Default, Args)]
pub struct ApplyChange {
    /// The plan as JSON; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,
    /// The fingerprint of the plan, as qd plan prints it: what you approve
    #[arg(long, value_name = "FINGERPRINT")]
    pub approve: String,
    /// Why, for the journal and CloudTrail
    #[arg(long)]
    pub reason: String,
    /// Do all but send: nothing is recorded as approved
    #[arg(long)]
    pub dry_run: bool,
}

/// Reads `name=value`; a value may be empty and may have `=` in it.
fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_has_a_name_and_any_value() {
        assert_eq!(parameter("class=db.t3.large"), Ok(("class".into(), "db.t3.large".into())));
        assert_eq!(parameter(" tags=A=b"), Ok(("tags".into(), "A=b".into())));
        assert_eq!(parameter("name="), Ok(("name".into(), String::new())));
        assert!(parameter("class").is_err() && parameter("=x").is_err());
    }
}
