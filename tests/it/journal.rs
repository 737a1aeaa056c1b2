//! The journal on a disk: what a crash leaves, what two consoles write, what tampering shows.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use jiff::Timestamp;
use proptest::prelude::*;
use quarterdeck::audit::{self, AuditCommand, Inquiry, Output};
use quarterdeck::ops::journal::{ExecutionId, Head, Report, Who, entries, seal, verify};
use quarterdeck::runtime::journal::{FILE, HEAD, Journal, read};
use quarterdeck::runtime::meant::Meant;
use quarterdeck::slices::{Body, Entry};

fn at() -> Timestamp {
    "2026-11-22T03:12:44Z".parse().unwrap()
}

fn body(n: usize) -> Body {
    Body::Disarmed { why: format!("because {n}") }
}

fn append(journal: &Journal, n: usize) {
    journal.append(at(), "PROD", "arn:aws:iam::111122223333:user/alice", body(n)).unwrap();
}

/// A folder with a journal of so many entries.
fn written(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    for n in 0..count {
        append(&journal, n);
    }
    folder
}

fn report(folder: &Path) -> Report {
    let stored = read(folder).unwrap();
    verify(stored.journal.split_inclusive(|b| *b == b'\n')).with_head(stored.head.as_deref())
}

/// What `qd audit verify` says.
fn verified(folder: &Path) -> Output {
    audit::run(&AuditCommand::Verify, &Inquiry { folder, meant: Meant::Direct, now: at(), columns: None }).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_we_can_read_it() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("state/quarterdeck");
    let journal = Journal::open(&folder).unwrap();
    append(&journal, 1);
    let id: ExecutionId = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
    let _claim = journal.claim(&id).unwrap().unwrap();
    for (name, wanted) in [
        ("", 0o700),
        (FILE, 0o600),
        (HEAD, 0o600),
        ("executions", 0o700),
        ("executions/20261122-031244-7f3a91c2-0b5e.lock", 0o600),
    ] {
        assert_eq!(mode(&folder.join(name)), wanted, "{name:?}");
    }
    fs::set_permissions(folder.join(FILE), Permissions::from_mode(0o644)).unwrap();
    Journal::open(&folder).unwrap();
    assert_eq!(mode(&folder.join(FILE)), 0o600);
}

#[test]
fn it_is_led_nowhere_else() {
    let outer = tempfile::tempdir().unwrap();
    let target = outer.path().join("elsewhere");
    fs::write(&target, "").unwrap();
    let folder = outer.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    symlink(&target, folder.join(FILE)).unwrap();
    let error = Journal::open(&folder).unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");
    assert!(read(&folder).is_err());

    symlink(&folder, outer.path().join("link")).unwrap();
    let error = Journal::open(&outer.path().join("link")).unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");

    fs::remove_file(folder.join(FILE)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    let error = Journal::open(&folder).unwrap_err().to_string();
    assert!(error.contains("chmod go-w"), "{error}");
}

/// A pipe would hold up whoever opens it until somebody writes into it.
#[test]
fn a_pipe_in_its_place_holds_nobody_up() {
    for name in [FILE, HEAD, "executions/20261122-031244-7f3a91c2-0b5e.lock"] {
        let folder = written(2);
        let journal = Journal::open(folder.path()).unwrap();
        let id: ExecutionId = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
        drop(journal.claim(&id).unwrap());
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let errors = if name.contains(".lock") {
            vec![journal.claim(&id).unwrap_err()]
        } else {
            vec![read(folder.path()).unwrap_err(), journal.append(at(), "PROD", "", body(3)).unwrap_err()]
        };
        for error in errors {
            assert!(error.to_string().contains("is a pipe (fifo)"), "{name}: {error}");
        }
    }
}

#[test]
fn what_is_appended_is_there() {
    let folder = written(3);
    let journal = Journal::open(folder.path()).unwrap();
    let all = journal.read_all().unwrap();
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(all[2].body, body(2));
    assert_eq!(all[2].who.arn, "arn:aws:iam::111122223333:user/alice");
    assert_eq!(all[2].who.pid, std::process::id());
    assert!(!all[2].who.host.is_empty() && !all[2].who.os_user.is_empty());
    assert_eq!(all[2].who.uid, Some(rustix::process::getuid().as_raw()));
    assert!(report(folder.path()).is_sound());
}

/// A crash can leave any beginning of the line that was being written, and then the head is still
/// that of the line before.
#[test]
fn a_line_torn_at_any_byte_is_told_and_mended() {
    let folder = written(2);
    let head = fs::read(folder.path().join(HEAD)).unwrap();
    let whole = fs::read(folder.path().join(FILE)).unwrap();
    append(&Journal::open(folder.path()).unwrap(), 3);
    let text = fs::read(folder.path().join(FILE)).unwrap();
    for cut in whole.len() + 1..text.len() {
        let torn = &text[..cut];
        let report = verify(torn.split_inclusive(|b| *b == b'\n')).with_head(Some(&head));
        assert!(report.is_sound() && report.torn_last_line, "cut at {cut}: {report:?}");
        // A disk is slow: not all of them are mended, but the first and the last ones are.
        if cut % 16 != 0 && cut > whole.len() + 1 && cut + 2 < text.len() {
            continue;
        }
        fs::write(folder.path().join(FILE), torn).unwrap();
        fs::write(folder.path().join(HEAD), &head).unwrap();
        append(&Journal::open(folder.path()).unwrap(), 4);
        let mended = fs::read(folder.path().join(FILE)).unwrap();
        assert!(mended.starts_with(torn), "nothing is taken away");
        let report = self::report(folder.path());
        assert!(report.is_sound() && !report.torn_last_line, "cut at {cut}: {report:?}");
        let last: Entry = entries(&mended).0.pop().unwrap();
        assert_eq!((last.seq, last.body), (4, body(4)), "cut at {cut}");
    }
}

#[test]
fn a_torn_line_that_was_mended_cannot_be_changed_either() {
    let folder = written(2);
    OpenOptions::new().append(true).open(folder.path().join(FILE)).unwrap().write_all(b"{\"seq\":3,\"at").unwrap();
    append(&Journal::open(folder.path()).unwrap(), 3);
    assert!(report(folder.path()).is_sound());
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    for other in [text.replace("{\"seq\":3,\"at\n", "{\"seq\":9,\"at\n"), text.replace("{\"seq\":3,\"at\n", "")] {
        assert_ne!(other, text);
        fs::write(folder.path().join(FILE), other).unwrap();
        assert!(!report(folder.path()).is_sound());
    }
}

/// The entry after a line that somebody else wrote does not make it a crash's.
#[test]
fn a_line_of_somebody_else_is_a_break_for_ever() {
    let folder = written(2);
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(read(journal.folder()).unwrap().report().warning(), None);
    let mut file = OpenOptions::new().append(true).open(folder.path().join(FILE)).unwrap();
    file.write_all(b"{\"a\":1}\n").unwrap();
    let output = verified(folder.path());
    assert!(output.code == 1 && output.text.contains("line 3: it is not an entry"), "{}", output.text);
    append(&journal, 3);
    let found = report(folder.path());
    assert_eq!(found.breaks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["line 3: it is not an entry"]);
    assert_eq!(found.entries, 3);
    assert!(read(journal.folder()).unwrap().report().warning().is_some_and(|warning| warning.contains("line 3")));
}

#[test]
fn a_crash_between_a_line_and_its_head_is_no_break() {
    let folder = written(2);
    let before = fs::read(folder.path().join(HEAD)).unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    append(&journal, 3);
    fs::write(folder.path().join(HEAD), before).unwrap();
    assert!(report(folder.path()).is_sound());
    append(&journal, 4);
    let report = report(folder.path());
    assert!(report.is_sound() && report.entries == 4, "{report:?}");

    // The very first line has no head before it.
    let folder = written(1);
    fs::remove_file(folder.path().join(HEAD)).unwrap();
    assert!(self::report(folder.path()).is_sound());
}

#[test]
fn lines_cut_off_at_the_end_are_missed_for_ever() {
    let folder = written(4);
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    let shorter: String = text.split_inclusive('\n').take(2).collect();
    fs::write(folder.path().join(FILE), shorter).unwrap();
    assert!(!report(folder.path()).is_sound());
    append(&Journal::open(folder.path()).unwrap(), 5);
    let found: Vec<String> = report(folder.path()).breaks.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["line 3: entries 3 to 4 are missing before entry 5"]);

    let output = verified(folder.path());
    assert!(output.code == 1 && output.text.contains("line 3"), "{}", output.text);
}

/// Whoever cuts lines off and takes the head away with them must not find a sound journal after the next write.
#[test]
fn a_head_that_is_lost_is_missed_for_ever() {
    for spoil in [fs::remove_file as fn(std::path::PathBuf) -> _, |head| fs::write(head, "xx")] {
        let folder = written(4);
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        let shorter: String = text.split_inclusive('\n').take(2).collect();
        fs::write(folder.path().join(FILE), shorter).unwrap();
        spoil(folder.path().join(HEAD)).unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        append(&journal, 5);
        append(&journal, 6);
        let found: Vec<String> = report(folder.path()).breaks.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["line 3: the head was lost before it: whether lines before it are gone is not known"]);
        let output = verified(folder.path());
        assert!(output.code == 1 && output.text.contains("line 3"), "{}", output.text);
    }
}

#[test]
fn a_journal_that_is_moved_away_is_begun_anew_and_missed() {
    let folder = written(0);
    let journal = Journal::open(folder.path()).unwrap();
    append(&journal, 1);
    fs::rename(folder.path().join(FILE), folder.path().join("old")).unwrap();
    append(&journal, 2);
    let all = journal.read_all().unwrap();
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2]);
    assert!(!report(folder.path()).is_sound());
}

#[test]
fn two_consoles_write_one_chain() {
    const EACH: usize = 20;
    let folder = written(0);
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (start, path) = (&start, folder.path());
            scope.spawn(move || {
                let journal = Journal::open(path).unwrap();
                start.wait();
                for n in 0..EACH {
                    append(&journal, writer * 1000 + n);
                }
            });
        }
    });
    let report = report(folder.path());
    assert!(report.is_sound() && report.entries == 2 * EACH, "{report:?}");
    let (all, _): (Vec<Entry>, usize) = entries(&read(folder.path()).unwrap().journal);
    for writer in 0..2 {
        for n in 0..EACH {
            assert!(all.iter().any(|entry| entry.body == body(writer * 1000 + n)));
        }
    }
}

#[test]
fn an_entry_longer_than_the_end_that_is_read_first_is_gone_on_from() {
    let folder = written(1);
    let journal = Journal::open(folder.path()).unwrap();
    let long = Body::Disarmed { why: "long ".repeat(60_000) };
    journal.append(at(), "PROD", "", long).unwrap();
    append(&journal, 3);
    let report = report(folder.path());
    assert!(report.is_sound() && report.entries == 3, "{report:?}");
}

#[test]
fn one_console_follows_an_execution() {
    let folder = written(0);
    let (one, other) = (Journal::open(folder.path()).unwrap(), Journal::open(folder.path()).unwrap());
    let id: ExecutionId = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
    let second: ExecutionId = "20261122-031244-7f3a91c2-0b5f".parse().unwrap();
    let claim = one.claim(&id).unwrap();
    assert!(claim.is_some());
    assert!(other.claim(&id).unwrap().is_none());
    assert!(other.claim(&second).unwrap().is_some());
    drop(claim);
    assert!(other.claim(&id).unwrap().is_some());
}

#[test]
fn nothing_is_made_by_looking() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("none");
    let output = verified(&folder);
    assert_eq!(output.code, 0);
    assert!(!folder.exists());
}

/// A journal as lines with their ends, and its head.
fn chain(count: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut head = None;
    let lines = (0..count)
        .map(|n| {
            let (seq, prev) = Head::next(head.as_ref());
            let (entry, line) = seal(seq, at(), Who::default(), "QA".into(), body(n), prev).unwrap();
            head = Some(Head { seq, hash: entry.hash });
            format!("{line}\n").into_bytes()
        })
        .collect();
    (lines, serde_json::to_vec(&head.unwrap()).unwrap())
}

fn is_sound(lines: &[Vec<u8>], head: &[u8]) -> bool {
    let text = lines.concat();
    verify(text.split_inclusive(|b| *b == b'\n')).with_head(Some(head)).is_sound()
}

proptest! {
    #[test]
    fn any_single_change_is_found(
        count in 2..10_usize,
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let (mut lines, head) = chain(count);
        prop_assert!(is_sound(&lines, &head));
        let which = which.index(count);
        // Its end is not part of a line: without it the last one is only torn.
        let place = place.index(lines[which].len() - 1);
        prop_assume!(lines[which][place] != byte);
        lines[which][place] = byte;
        prop_assert!(!is_sound(&lines, &head), "line {which}, byte {place}");
    }

    #[test]
    fn any_line_removed_doubled_or_moved_is_found(
        count in 2..10_usize,
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let (lines, head) = chain(count);
        let (from, to) = (from.index(count), to.index(count));
        let mut removed = lines.clone();
        removed.remove(from);
        prop_assert!(!is_sound(&removed, &head), "without line {from}");
        let mut doubled = lines.clone();
        doubled.insert(to, lines[from].clone());
        prop_assert!(!is_sound(&doubled, &head), "line {from} again at {to}");
        if from != to {
            let mut swapped = lines.clone();
            swapped.swap(from, to);
            prop_assert!(!is_sound(&swapped, &head), "lines {from} and {to} swapped");
        }
    }
}
