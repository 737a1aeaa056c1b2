//! Commands that need more than a line.

pub mod init;
pub mod opening;
#[cfg(feature = "sandbox")]
pub mod serve;
pub mod snapshot;

use std::path::Path;

use quarterdeck::cli;
use quarterdeck::runtime::say;

/// `qd man`: the page of `qd`, or a page for each command into a folder.
pub fn manual(folder: Option<&Path>) -> Result<(), String> {
    let Some(folder) = folder else {
        return say::text(&cli::manual().map_err(|error| error.to_string())?);
    };
    let shown = folder.display();
    let count = cli::pages(folder).map_err(|error| format!("{shown}: {error}"))?;
    say::text(&format!("{count} pages in {shown}; with its parent in MANPATH: man qd\n"))
}
