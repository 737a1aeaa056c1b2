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
    let base = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/state")))?;
    Some(base.join("quarterdeck").join("qd.log"))
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
}
