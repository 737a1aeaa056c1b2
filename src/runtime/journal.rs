//! The journal's file: `journal.jsonl`, 0600, a line an entry, only ever appended to.
//!
//! An entry counts once [`Journal::append`] has returned: it is on the disk then. Several consoles
//! may write at once; each append holds the file's lock and goes on from the newest entry, whoever
//! wrote it. Beside the file lies `journal.head`, which tells its verification where it must end.

mod lock;
pub(super) mod own;
mod user;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use self::lock::{Lock, PATIENCE};
use self::own::{open_if_there, open_own, private_folder, read_if_there, stranger};
use crate::domain::text::clean;
use crate::ops::journal::{self, ExecutionId, Head, Link, Report, Who, chain};
use crate::slices::{Body, Entry};
use crate::trail::{MOST as MOST_TOLD, Telling, Whose};

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
/// Bytes of a journal that are read: some hundred thousand changes.
const MOST: u64 = 1024 * 1024 * 1024;
/// Bytes of a head that are read; it has some hundred.
const MOST_OF_HEAD: u64 = 4096;

/// Where the journal lies: `QD_STATE_DIR`, or the folder of the log. Always an absolute path.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    match std::env::var_os("QD_STATE_DIR").filter(|named| !named.is_empty()) {
        Some(named) => std::path::absolute(named).ok(),
        None => Some(super::logging::path()?.parent()?.to_owned()),
    }
}

/// The console's own journal. The sandbox has one apart: rehearsals must not lie among the changes
/// of real environments.
///
/// # Errors
/// Why there is none, for a person; nothing may be changed then.
pub fn of_console(is_sandbox: bool) -> Result<Arc<Journal>, String> {
    let folder =
        folder().ok_or("HOME is no absolute path: set it, or QD_STATE_DIR, to have a folder for the journal")?;
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
    /// The uid of who it belongs to, when that is not us.
    pub stranger: Option<u32>,
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
    /// When the folder or the file is a symbolic link or somebody else's, when others may write to the
    /// folder, or when the file is none or cannot be opened.
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
            lock::take(&file, &path, Lock::Exclusive, PATIENCE)?;
            let own = file.metadata()?;
            let named = fs::symlink_metadata(&path);
            if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
                return Ok(file);
            }
            // Whatever comes of it: the one that was moved away is nobody's to wait for.
            let _ = file.unlock();
            *file = open_own(&path)?;
        }
        Err(io::Error::other(format!("{} is replaced again and again", path.display())))
    }

    fn append_to(&self, file: &File, at: Timestamp, environment: &str, arn: &str, body: Body) -> io::Result<Entry> {
        let end = End::read(file, &self.folder.join(FILE))?;
        let kept = read_if_there(&self.folder.join(HEAD), MOST_OF_HEAD)?.as_deref().and_then(Head::read);
        let mut head = Head::newest(end.last.as_ref(), kept.as_ref());
        // After the very first line a crash can leave no head at all; later somebody took it away, and maybe lines with it.
        let is_lost = kept.is_none() && end.last.as_ref().is_some_and(|last| last.seq > 1);
        // After a crash between a line and its head. Done first, so that it is never two behind.
        if let Some(head) = head.as_ref().filter(|head| kept.as_ref() != Some(*head) && !is_lost) {
            self.keep(head)?;
        }
        let mut line_end = if end.ended { "" } else { "\n" };
        // Before there is a head again, so that it is told whatever happens here.
        if is_lost {
            let lost = self.write(file, head.as_ref(), line_end, (at, environment, arn), Body::HeadLost)?;
            head = Some(Head { seq: lost.seq, hash: lost.hash });
            line_end = "";
        }
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
    let Some(file) = open_if_there(&path)? else {
        return Ok(Stored { head: read_if_there(&head, MOST_OF_HEAD)?, ..Stored::default() });
    };
    // Between a line and its head the writer holds the lock.
    lock::take(&file, &path, Lock::Shared, PATIENCE)?;
    let mut journal = vec![0; length(&file, &path)? as usize];
    file.read_exact_at(&mut journal, 0)?;
    Ok(Stored { journal, head: read_if_there(&head, MOST_OF_HEAD)?, stranger: stranger(&file)? })
}

/// Whose a journal is that was read in this folder.
#[must_use]
pub fn whose(folder: &Path, stored: &Stored, is_sandbox: bool) -> Whose {
    Whose {
        path: clean(&folder.join(FILE).to_string_lossy()),
        user: stored.stranger.map_or_else(|| user::name(user::number()), |uid| format!("uid {uid}")),
        is_foreign: stored.stranger.is_some(),
        is_sandbox,
    }
}

/// Reads and tells the journal in a folder; blocks as long as the disk takes.
///
/// # Errors
/// When there is one that cannot be read, with its name and what to do.
pub fn tell(folder: &Path, is_sandbox: bool, at: Timestamp) -> Result<Telling, String> {
    let stored = read(folder).map_err(|error| error.to_string())?;
    let whose = whose(folder, &stored, is_sandbox);
    Ok(Telling::of(&stored.journal, stored.head.as_deref(), whose, at, MOST_TOLD))
}

/// The length of a journal that is one.
fn length(file: &File, path: &Path) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if length <= MOST {
        return Ok(length);
    }
    Err(io::Error::other(format!("{} has {length} bytes, which no journal has: move it away", path.display())))
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
    fn read(file: &File, path: &Path) -> io::Result<Self> {
        let length = length(file, path)?;
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

/// This process, before it is known who AWS takes it for.
fn this_process() -> Who {
    let uid = user::number();
    Who {
        arn: String::new(),
        os_user: user::name(uid),
        host: clean(&rustix::system::uname().nodename().to_string_lossy()),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uid: Some(uid),
    }
}
