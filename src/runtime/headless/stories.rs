//! What the journal tells of changes, for a console that makes none itself.

use std::io;
use std::path::Path;

use crate::app::Msg;
use crate::ops::journal::entries;
use crate::runtime::journal;
use crate::slices::Execution;

/// A message for each execution, as the journal in this folder has it.
///
/// # Errors
/// When it cannot be read.
pub fn stories(folder: &Path) -> io::Result<Vec<Msg>> {
    let stored = journal::read(folder)?;
    let (entries, _) = entries(&stored.journal);
    Ok(Execution::rebuild(&entries).into_iter().map(|execution| Msg::Execution(Box::new(execution))).collect())
}
