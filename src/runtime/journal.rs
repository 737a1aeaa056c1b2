//! The journal's file: `journal.jsonl`, 0600, a line an entry, only ever appended to.
//!
//! An entry counts once [`Journal::append`] has returned: it is on the disk then. Several consoles
//! may write at once; each append holds the file's lock and goes on from the newest entry, whoever
//! wrote it. Beside the file lies `journal.head`, which tells its verification where it must end.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rustix::fs::OFlags;

use crate::domain::text::clean;
use crate::ops::journal::{self, Body, Entry, ExecutionId, Head, Link, Report, Who, chain};

/// Name of the journal in its folder.
pub const FILE: &str = "journal.jsonl";
/// Name of the file that knows the newest entry.
pub const HEAD: &str = "journal.head";
/// Folder of the files that say who follows an execution.
const CLAIMS: &str = "executions";
/// Below the folder: where the sandbox's journal lies.
pub const SANDBOX: &str = "sandbox";
/// Bytes of the journal's end that are read first. A plan has some ten thousand.
const END: u64 = 64 * 1024;

/// Where the journal lies: `QD_STATE_DIR`, or the folder of the log.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    match std::env::var_os("QD_STATE_DIR").map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(path) => Some(path),
        None => Some(super::logging::path()?.parent()?.to_owned()),
    }
}

/// The console's own journal. The sandbox has one apart: rehearsals must not lie among the changes
/// of real environments.
///
/// # Errors
/// Why there is none, for a person; nothing may be changed then.
pub fn of_console(is_sandbox: bool) -> Result<Arc<Journal>, String> {
    let folder = folder().ok_or("no home directory: set QD_STATE_DIR to the folder for the journal")?;
    let folder = if is_sandbox { folder.join(SANDBOX) } else { folder };
    Journal::open(&folder).map(Arc::new).map_err(|error| format!("{}: {error}", folder.display()))
}

/// A journal that can be written. Share it with `Arc`; each call blocks until the disk has it.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    file: Mutex<File>,
    who: Who,
}

/// The right to follow an execution; it ends with the value, or with the process.
#[derive(Debug)]
pub struct Claim {
    _file: File,
}

/// A journal as it lies on the disk, for reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// The text of the journal; empty when there is none.
    pub journal: Vec<u8>,
    /// The text of the head, if there is one.
    pub head: Option<Vec<u8>>,
}

impl Stored {
    /// Verifies it.
    #[must_use]
    pub fn report(&self) -> Report {
        journal::verify(self.journal.split_inclusive(|byte| *byte == b'\n')).with_head(self.head.as_deref())
    }
}

impl Journal {
    /// Opens the journal in a folder; both are made when they are not there.
    ///
    /// # Errors
    /// When the folder or the file is a symbolic link, when others may write to the folder, or when
    /// the file cannot be opened.
    pub fn open(folder: &Path) -> io::Result<Self> {
        private_folder(folder)?;
        let file = open_own(&folder.join(FILE))?;
        Ok(Self { folder: folder.to_owned(), file: Mutex::new(file), who: this_process() })
    }

    /// The folder that it lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an entry; when this returns, it is on the disk. `arn` is who AWS takes us for, empty
    /// when that is not known.
    ///
    /// # Errors
    /// When it could not be written for certain: whatever it was to record must not be done then.
    pub fn append(&self, at: Timestamp, environment: &str, arn: &str, body: Body) -> io::Result<Entry> {
        let file = self.locked()?;
        let written = self.append_to(&file, at, environment, arn, body);
        // It ends with the file at the latest; an error here takes nothing back.
        let _ = file.unlock();
        written
    }

    /// All entries that this version can read, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_all(&self) -> io::Result<Vec<Entry>> {
        Ok(journal::entries(&read(&self.folder)?.journal).0)
    }

    /// Takes the right to follow an execution; `None` while another console has it.
    ///
    /// # Errors
    /// When the file that says so cannot be made.
    pub fn claim(&self, execution: &ExecutionId) -> io::Result<Option<Claim>> {
        let folder = self.folder.join(CLAIMS);
        private_folder(&folder)?;
        let file = open_own(&folder.join(format!("{execution}.lock")))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The file with its lock held, and still the one that has the name.
    fn locked(&self) -> io::Result<MutexGuard<'_, File>> {
        let path = self.folder.join(FILE);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody may move the file away while this waits for the lock, but not for ever.
        for _ in 0..8 {
            file.lock()?;
            let own = file.metadata()?;
            let named = fs::symlink_metadata(&path);
            if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
                return Ok(file);
            }
            *file = open_own(&path)?;
        }
        Err(io::Error::other(format!("{} is replaced again and again", path.display())))
    }

    fn append_to(&self, file: &File, at: Timestamp, environment: &str, arn: &str, body: Body) -> io::Result<Entry> {
        let end = End::read(file)?;
        let kept = read_if_there(&self.folder.join(HEAD))?.as_deref().and_then(Head::read);
        let mut head = Head::newest(end.last.as_ref(), kept.as_ref());
        // After a crash between a line and its head. Done first, so that it is never two behind.
        if let Some(head) = head.as_ref().filter(|head| kept.as_ref() != Some(*head)) {
            self.keep(head)?;
        }
        let mut line_end = if end.ended { "" } else { "\n" };
        // A line that somebody else put there gets no entry of its own: it stays a break for ever.
        if end.is_torn {
            let body = Body::Torn { bytes: end.rest.len(), digest: chain::digest(&end.rest) };
            let torn = self.write(file, head.as_ref(), line_end, (at, environment, arn), body)?;
            head = Some(Head { seq: torn.seq, hash: torn.hash });
            line_end = "";
        }
        self.write(file, head.as_ref(), line_end, (at, environment, arn), body)
    }

    /// Writes one line, after the end that the line before it lacks, and then the head.
    fn write(
        &self,
        mut file: &File,
        head: Option<&Head>,
        line_end: &str,
        (at, environment, arn): (Timestamp, &str, &str),
        body: Body,
    ) -> io::Result<Entry> {
        let (seq, prev) = Head::next(head);
        let who = Who { arn: arn.to_owned(), ..self.who.clone() };
        let (entry, line) = journal::seal(seq, at, who, environment.to_owned(), body, prev)?;
        // In one piece: what a crash leaves of it is one torn line at most.
        file.write_all(format!("{line_end}{line}\n").as_bytes())?;
        file.sync_data()?;
        self.keep(&Head { seq, hash: entry.hash.clone() })?;
        Ok(entry)
    }

    /// Puts the head in place, whole or not at all.
    fn keep(&self, head: &Head) -> io::Result<()> {
        // A new temporary file is 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(file.as_file_mut(), head)?;
        file.as_file_mut().write_all(b"\n")?;
        file.as_file().sync_data()?;
        file.persist(self.folder.join(HEAD)).map_err(|error| error.error)?;
        // The names of both files are on the disk with their folder.
        File::open(&self.folder)?.sync_all()
    }
}

/// Reads the journal in a folder with its head, both of one moment. Nothing is made.
///
/// # Errors
/// When there is one that cannot be read.
pub fn read(folder: &Path) -> io::Result<Stored> {
    let path = folder.join(FILE);
    let head = folder.join(HEAD);
    let file = match OpenOptions::new().read(true).custom_flags(no_link()).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Stored { journal: Vec::new(), head: read_if_there(&head)? });
        }
        Err(error) => return Err(named(&path, &error)),
    };
    // Between a line and its head the writer holds the lock.
    file.lock_shared()?;
    let length = file.metadata()?.len();
    let mut journal = vec![0; length as usize];
    file.read_exact_at(&mut journal, 0)?;
    Ok(Stored { journal, head: read_if_there(&head)? })
}

/// What the end of the file is.
struct End {
    last: Option<Link>,
    rest: Vec<u8>,
    ended: bool,
    /// The rest is what a crash left.
    is_torn: bool,
}

impl End {
    fn read(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut span = END;
        loop {
            let from = length.saturating_sub(span);
            let mut bytes = vec![0; (length - from) as usize];
            file.read_exact_at(&mut bytes, from)?;
            // Not at the file's beginning the first line may be half a line.
            let start =
                if from == 0 { 0 } else { bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| n + 1) };
            let tail = chain::tail(&bytes[start..]);
            if tail.last.is_some() || from == 0 {
                let (rest, is_torn) = (tail.rest.to_vec(), tail.is_torn());
                return Ok(Self { last: tail.last, rest, ended: tail.ended, is_torn });
            }
            span = span.saturating_mul(4);
        }
    }
}

/// Makes a folder that only we can enter, or takes one that only we can write to.
fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| named(folder, &error))?;
    let found = fs::symlink_metadata(folder)?;
    let refused = if found.is_symlink() {
        "is a symbolic link: the journal's folder must be a real one"
    } else if found.mode() & 0o022 != 0 {
        "can be written to by others: take that away with chmod go-w"
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {refused}", folder.display())))
}

/// Opens a file of ours to read and append, 0600, never through a symbolic link.
fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600).custom_flags(no_link());
    let file = options.open(path).map_err(|error| named(path, &error))?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other(format!("{} is not a file", path.display())));
    }
    if found.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn no_link() -> i32 {
    OFlags::NOFOLLOW.bits() as i32
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(path, &error)),
    }
}

/// An error that says which file it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let why = if is_link { "is a symbolic link, which is not followed".to_owned() } else { error.to_string() };
    io::Error::new(error.kind(), format!("{}: {why}", path.display()))
}

/// This process, before it is known who AWS takes it for.
fn this_process() -> Who {
    let named = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()));
    let user = named.unwrap_or_else(|| match rustix::process::getuid().as_raw() {
        0 => "root".to_owned(),
        other => format!("uid {other}"),
    });
    Who {
        arn: String::new(),
        os_user: clean(&user),
        host: clean(&rustix::system::uname().nodename().to_string_lossy()),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
