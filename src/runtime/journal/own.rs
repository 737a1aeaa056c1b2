//! Files of our own: plain files that belong to us, opened without ever waiting for anybody.
//!
//! A fifo in place of a file would hold up whoever opens it until somebody writes into it, and a device
//! may do anything when it is opened: the type is looked at first, and once more of what was opened.

use std::fs::{self, DirBuilder, File, FileType, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Makes a folder that only we can enter, or takes one that only we can write to.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| named(folder, &error))?;
    let found = fs::symlink_metadata(folder)?;
    if found.is_symlink() {
        return Err(refused(folder, "is a symbolic link: the journal's folder must be a real one"));
    }
    if found.mode() & 0o022 != 0 {
        return Err(refused(folder, "can be written to by others: take that away with chmod go-w"));
    }
    owned(folder, found.uid())
}

/// Opens a file of ours to read and append, 0600, never through a symbolic link.
pub fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    let file = open(path, &options)?;
    let found = file.metadata()?;
    owned(path, found.uid())?;
    if found.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Opens a file to read, if there is one.
pub fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match open(path, OpenOptions::new().read(true)) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The text of a small file, if there is one; of a longer one its beginning.
pub fn read_if_there(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open_if_there(path)? else { return Ok(None) };
    let mut text = Vec::new();
    file.take(most).read_to_end(&mut text).map_err(|error| named(path, &error))?;
    Ok(Some(text))
}

/// Whose a file is, when it is not ours.
pub fn stranger(file: &File) -> io::Result<Option<u32>> {
    let owner = file.metadata()?.uid();
    Ok((owner != us()).then_some(owner))
}

fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    if let Ok(found) = fs::symlink_metadata(path) {
        plain(path, found.file_type())?;
    }
    let mut options = options.clone();
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    let file = options.open(path).map_err(|error| named(path, &error))?;
    plain(path, file.metadata()?.file_type())?;
    Ok(file)
}

/// Refuses what is no plain file.
fn plain(path: &Path, kind: FileType) -> io::Result<()> {
    let what = if kind.is_file() {
        return Ok(());
    } else if kind.is_symlink() {
        "a symbolic link, which is not followed"
    } else if kind.is_fifo() {
        "a pipe (fifo)"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "not a file"
    };
    Err(refused(path, &format!("is {what}: move it away, and it is made anew")))
}

/// Refuses what belongs to somebody else: they can change it, whatever its mode is.
fn owned(path: &Path, owner: u32) -> io::Result<()> {
    match foreign(owner, us()) {
        Some(why) => Err(refused(path, &why)),
        None => Ok(()),
    }
}

fn foreign(owner: u32, us: u32) -> Option<String> {
    let advice = "set QD_STATE_DIR to a folder of your own, or give it to this user with chown";
    (owner != us).then(|| format!("belongs to uid {owner}, and this is uid {us}: {advice}"))
}

fn us() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}

/// An error that says which file it is about.
pub fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_somebody_else_is_refused_with_a_way_out() {
        assert_eq!(foreign(1000, 1000), None);
        let why = foreign(1000, 0).unwrap();
        assert!(why.starts_with("belongs to uid 1000, and this is uid 0") && why.contains("QD_STATE_DIR"), "{why}");
    }

    #[test]
    fn a_device_is_refused_before_it_is_opened() {
        for path in ["/dev/zero", "/dev/null"] {
            let error = open_own(Path::new(path)).unwrap_err().to_string();
            assert!(error.starts_with(path) && error.contains("is a device"), "{error}");
            assert!(read_if_there(Path::new(path), 10).is_err());
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(open_own(folder.path()).unwrap_err().to_string().contains("not a file"));
    }

    #[test]
    fn of_a_long_file_the_beginning_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        assert_eq!(read_if_there(&path, 3).unwrap(), None);
        fs::write(&path, "longer").unwrap();
        assert_eq!(read_if_there(&path, 3).unwrap().as_deref(), Some(b"lon".as_slice()));
    }
}
