//! Last-known files of configurations that no longer exist.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::last_known;

/// A file that no console has written for so long belongs to no configuration any more. Its content
/// is not shown after a week.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Removes them from a folder; gives how many went.
///
/// # Errors
/// When the folder cannot be read. A file that cannot be removed stays.
pub fn remove(folder: &Path, now: SystemTime) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let ours = last_known::is_one(&entry.file_name());
        let Ok(metadata) = entry.metadata() else { continue };
        let age = metadata.modified().ok().and_then(|written| now.duration_since(written).ok());
        if ours && metadata.is_file() && age.is_some_and(|age| age > KEPT) && fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_last_known_files_go() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["last-known-1.json", "last-known-2.msgpack", "qd.log", "last-known-3.txt"] {
            fs::write(folder.path().join(name), "{}").unwrap();
        }
        let now = SystemTime::now();
        let old = now - KEPT - Duration::from_secs(60);
        for name in ["last-known-1.json", "qd.log", "last-known-3.txt"] {
            let file = fs::File::options().write(true).open(folder.path().join(name)).unwrap();
            file.set_modified(old).unwrap();
        }
        assert_eq!(remove(folder.path(), now).unwrap(), 1);
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["last-known-2.msgpack", "last-known-3.txt", "qd.log"]);
        assert!(remove(&folder.path().join("nowhere"), now).is_err());
    }
}
