//! Waiting for the journal's lock, but not for ever: a process that was stopped while it holds it keeps
//! it, and nobody may hang because of that without a word.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long is waited for it. An entry is written in milliseconds, on a bad disk in seconds.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// Where Linux tells of locks and of who holds them.
const LOCKS: &str = "/proc/locks";

/// Which lock is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// To write.
    Exclusive,
    /// To read.
    Shared,
}

/// Takes a file's lock.
///
/// # Errors
/// When it is not to be had in time, with who holds it; or when it cannot be locked.
pub fn take(file: &File, path: &Path, lock: Lock, patience: Duration) -> io::Result<()> {
    let started = Instant::now();
    loop {
        let tried = match lock {
            Lock::Exclusive => file.try_lock(),
            Lock::Shared => file.try_lock_shared(),
        };
        match tried {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(super::own::named(path, &error)),
            Err(TryLockError::WouldBlock) if started.elapsed() < patience => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(LOCKS).ok().and_then(|locks| holder(&locks, file));
                return Err(io::Error::new(io::ErrorKind::TimedOut, held(path, holder, patience)));
            }
        }
    }
}

/// That somebody holds it, and what to do.
fn held(path: &Path, holder: Option<u32>, patience: Duration) -> String {
    let (path, seconds) = (path.display(), patience.as_secs());
    match holder {
        Some(pid) => format!(
            "{path} has been locked by process {pid} for {seconds} s: let it go on (fg, or kill -CONT {pid}) or end it"
        ),
        None => format!("{path} has been locked by another process for {seconds} s: let that go on, or end it"),
    }
}

/// The process that holds a file's lock.
fn holder(locks: &str, file: &File) -> Option<u32> {
    let found = file.metadata().ok()?;
    let (major, minor) = (rustix::fs::major(found.dev()), rustix::fs::minor(found.dev()));
    listed(locks, &format!("{major:02x}:{minor:02x}:{}", found.ino()))
}

/// The process of the first lock on a place: `1: FLOCK  ADVISORY  WRITE 4242 08:01:131090 0 EOF`; who only
/// waits for one has `->` behind the number (`proc_locks(5)`).
fn listed(locks: &str, place: &str) -> Option<u32> {
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let at = fields.iter().position(|field| *field == place)?;
        let holds = fields.get(1) == Some(&"FLOCK");
        let pid = fields.get(at.checked_sub(1)?)?.parse().ok()?;
        holds.then_some(pid)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "1: POSIX  ADVISORY  READ  11 08:01:77 128 128\n\
                          2: -> FLOCK  ADVISORY  WRITE 12 08:01:131090 0 EOF\n\
                          3: FLOCK  ADVISORY  WRITE 4242 08:01:131090 0 EOF\n";

    #[test]
    fn who_holds_a_lock_is_found_and_who_waits_for_it_is_not() {
        assert_eq!(listed(LISTED, "08:01:131090"), Some(4242));
        assert_eq!(listed(LISTED, "08:01:77"), None, "a lock of another kind");
        assert_eq!(listed(LISTED, "08:02:131090"), None);
        assert_eq!(listed("", "08:01:77"), None);
    }

    #[test]
    fn a_lock_that_is_held_is_not_waited_for_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let holding = File::create(&path).unwrap();
        holding.lock().unwrap();
        let waiting = File::open(&path).unwrap();
        for lock in [Lock::Exclusive, Lock::Shared] {
            let error = take(&waiting, &path, lock, Duration::ZERO).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(error.to_string().starts_with(&format!("{} has been locked by", path.display())), "{error}");
        }
        holding.unlock().unwrap();
        take(&waiting, &path, Lock::Shared, Duration::ZERO).unwrap();
    }

    #[test]
    fn the_error_says_who_and_what_to_do() {
        let path = Path::new("/x/journal.jsonl");
        let said = held(path, Some(4242), PATIENCE);
        assert_eq!(
            said,
            "/x/journal.jsonl has been locked by process 4242 for 10 s: let it go on (fg, or kill -CONT 4242) or end it"
        );
        assert!(held(path, None, PATIENCE).contains("by another process for 10 s"));
    }
}
