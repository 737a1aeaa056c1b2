//! The log file: 0600, never on the terminal, no secrets (the SDK's own spans stay below `warn`).

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Mutex;

use tracing_subscriber::filter::EnvFilter;

use super::journal::own::open_own;

/// `$XDG_STATE_HOME/quarterdeck/qd.log`, or below `~/.local/state`.
#[must_use]
pub fn path() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    Some(state_home(named, std::env::home_dir())?.join("quarterdeck").join("qd.log"))
}

/// The folder of what programs keep. A relative path is none: what is kept must not depend on where
/// somebody stands (XDG base directory specification: "All paths … must be absolute").
fn state_home(named: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    named.filter(absolute).or_else(|| Some(home.filter(absolute)?.join(".local/state")))
}

/// Starts logging to [`path`]. Without a place to log to the console works all the same.
pub fn start() -> io::Result<Option<PathBuf>> {
    let Some(path) = path() else { return Ok(None) };
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let file = open_own(&path)?;
    tracing_subscriber::fmt()
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .with_env_filter(EnvFilter::new(crate::aws::LOG_FILTER))
        .try_init()
        .map_err(io::Error::other)?;
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_is_understood() {
        assert!(EnvFilter::builder().parse(crate::aws::LOG_FILTER).is_ok());
    }

    #[test]
    fn a_relative_home_is_none() {
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(state_home(path("/s"), path("/h")), path("/s"));
        assert_eq!(state_home(path("s"), path("/h")), path("/h/.local/state"));
        for home in [None, path(""), path("h"), path("../h")] {
            assert_eq!(state_home(None, home.clone()), None, "{home:?}");
        }
    }
}
