//! The chain of the journal's lines, and what its verification finds.
//!
//! A line is a JSON object whose last member is `hash`. The hash is SHA-256, in hex, over the hash
//! of the line before (`prev`) and the line's own bytes without that last member. Bytes are hashed,
//! not values: every change of a line is found, whoever wrote it and whatever version reads it.
//!
//! A chain alone cannot tell that its newest lines were cut off. That is what the head is for: the
//! number and hash of the newest entry, in a file of its own, written after each line. It may be one
//! behind, since a crash can come in between; it is never ahead.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the first line has in place of the hash of the line before.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// How the last member begins and ends.
const OPEN: &[u8] = br#","hash":""#;
const CLOSE: &[u8] = br#""}"#;
/// How every entry begins.
const BEGIN: &[u8] = br#"{"seq":"#;
/// What is said of a line that this program did not write.
const NO_ENTRY: &str = "it is not an entry";
/// Characters of a SHA-256 in hex.
const DIGITS: usize = 64;

/// The hash of a line: over the hash of the line before, and its own JSON without `hash`.
#[must_use]
pub fn hash(prev: &str, canonical: &[u8]) -> String {
    hex::encode(Sha256::new().chain_update(prev.as_bytes()).chain_update(canonical).finalize())
}

/// SHA-256 of some bytes, in hex.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The line with its hash as the last member.
#[must_use]
pub fn sealed(canonical: &str, hash: &str) -> String {
    let open = canonical.strip_suffix('}').unwrap_or(canonical);
    format!("{open},\"hash\":\"{hash}\"}}")
}

/// What a line says about its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub seq: u64,
    pub prev: String,
    pub hash: String,
    /// Whether the hash fits the line's bytes.
    pub intact: bool,
    /// Bytes and digest of what an entry of kind `torn` stands behind.
    torn: Option<(usize, String)>,
    /// It is an entry of kind `head_lost`.
    lost_head: bool,
}

#[derive(Deserialize)]
struct Header {
    seq: u64,
    prev: String,
    body: HeaderBody,
}

#[derive(Deserialize)]
struct HeaderBody {
    event: String,
    bytes: Option<usize>,
    digest: Option<String>,
}

impl Link {
    /// Reads a line without its end; `None` when it is no whole entry.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let (open, seal) = line.split_at_checked(line.len().checked_sub(OPEN.len() + DIGITS + CLOSE.len())?)?;
        let hash = std::str::from_utf8(seal.strip_prefix(OPEN)?.strip_suffix(CLOSE)?).ok()?;
        if !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return None;
        }
        let Header { seq, prev, body } = serde_json::from_slice(line).ok()?;
        let own = Sha256::new().chain_update(prev.as_bytes()).chain_update(open).chain_update(b"}").finalize();
        let lost_head = body.event == "head_lost";
        let torn = (body.event == "torn").then(|| (body.bytes.unwrap_or(0), body.digest.unwrap_or_default()));
        Some(Self { seq, prev, intact: hex::encode(own) == hash, hash: hash.to_owned(), torn, lost_head })
    }
}

/// The newest entry, as the file beside the journal says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub seq: u64,
    pub hash: String,
}

impl Head {
    /// Reads it; `None` when it is not one.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// The head from which the next entry goes on: the newer of the journal's last line and of the
    /// head that was kept. When the journal is behind, or its last line is another one, lines are
    /// gone or changed, and to go on from the head lets that be seen forever.
    #[must_use]
    pub fn newest(last: Option<&Link>, kept: Option<&Self>) -> Option<Self> {
        let of_line = |link: &Link| Self { seq: link.seq, hash: link.hash.clone() };
        match (last, kept) {
            (Some(link), Some(head)) if link.seq > head.seq => Some(of_line(link)),
            (_, Some(head)) => Some(head.clone()),
            (Some(link), None) => Some(of_line(link)),
            (None, None) => None,
        }
    }

    /// The number and `prev` of the entry after it.
    #[must_use]
    pub fn next(head: Option<&Self>) -> (u64, String) {
        head.map_or_else(|| (1, FIRST.to_owned()), |head| (head.seq.saturating_add(1), head.hash.clone()))
    }
}

/// The end of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail<'a> {
    /// The last whole entry.
    pub last: Option<Link>,
    /// What is behind it and no entry, without the last line's end.
    pub rest: &'a [u8],
    /// Whether the last line has its end.
    pub ended: bool,
}

impl Tail<'_> {
    /// Whether behind the last entry is what a write that was cut short leaves, and nothing that
    /// somebody else put there.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        !self.rest.is_empty() && !self.ended && is_left_by_crashes(self.rest)
    }
}

/// Bytes that a crash can leave: an entry is written in one piece, and has fewer.
const MOST_LEFT: usize = 1024 * 1024;

/// Whether these lines, of which the last one has no end, can be what crashes left. A crash leaves
/// one unfinished line: the beginning of an entry, with zeroes where its blocks were not written yet.
/// Only when the entry that was to tell of it was cut short as well there are two.
fn is_left_by_crashes(rest: &[u8]) -> bool {
    rest.len() <= MOST_LEFT && (rest.is_empty() || rest.split(|byte| *byte == b'\n').all(is_remnant))
}

/// Whether a line can be what is on the disk of an entry that was being written.
fn is_remnant(line: &[u8]) -> bool {
    let written = line.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let begun = &line[..written];
    if begun.is_empty() { !line.is_empty() } else { is_beginning(begun) }
}

/// Whether a line can be the beginning of an entry, and not a whole one.
fn is_beginning(line: &[u8]) -> bool {
    let begins = if line.len() < BEGIN.len() { BEGIN.starts_with(line) } else { line.starts_with(BEGIN) };
    begins && !line.is_empty() && serde_json::from_slice::<IgnoredAny>(line).is_err()
}

/// The end of a journal, from its last lines; the first of them must be whole.
#[must_use]
pub fn tail(lines: &[u8]) -> Tail<'_> {
    let ended = lines.is_empty() || lines.ends_with(b"\n");
    let mut end = lines.len();
    while end > 0 {
        let text = &lines[..end];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let start = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if let Some(link) = Link::read(&text[start..]) {
            return Tail { last: Some(link), rest: without_end(&lines[end..]), ended };
        }
        end = start;
    }
    Tail { last: None, rest: without_end(lines), ended }
}

fn without_end(lines: &[u8]) -> &[u8] {
    lines.strip_suffix(b"\n").unwrap_or(lines)
}

/// A place where the journal was altered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Counted from 1; `None` when it is the head that says so.
    pub line: Option<usize>,
    /// What is wrong, in words.
    pub what: String,
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => write!(f, "head: {}", self.what),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Whole entries.
    pub entries: usize,
    /// The last line is unfinished. By itself that is a crash's mark, not a break: the next entry
    /// mends it.
    pub torn_last_line: bool,
    pub breaks: Vec<Break>,
    last: Option<Link>,
}

impl Report {
    /// True when nothing was changed, removed, put in or moved.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.breaks.is_empty()
    }

    /// For whoever looks at the journal for another reason: that it is broken, and where first.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let first = self.breaks.first()?;
        let more = match self.breaks.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        Some(format!("the journal was altered ({first}{more}): see qd audit verify"))
    }

    /// The same, with what the head says: whether the newest lines are still there.
    #[must_use]
    pub fn with_head(mut self, head: Option<&[u8]>) -> Self {
        let Some(text) = head else {
            // After the very first line a crash can leave no head at all.
            if self.entries > 1 {
                self.head_says("it is missing, so nothing tells whether the newest lines are still there");
            }
            return self;
        };
        let Some(head) = Head::read(text) else {
            self.head_says("it cannot be read, so nothing tells whether the newest lines are still there");
            return self;
        };
        let (seq, hash, prev) = match &self.last {
            Some(last) => (last.seq, last.hash.as_str(), last.prev.as_str()),
            None => (0, FIRST, FIRST),
        };
        let what = if head.seq > seq {
            Some(format!("entry {} was written, the journal ends at {seq}: its newest lines are gone", head.seq))
        } else if head.seq == seq {
            (head.hash != hash).then(|| format!("entry {seq} is not the one that was written"))
        } else if head.seq + 1 == seq {
            (head.hash != prev).then(|| format!("the last line does not follow from entry {}", head.seq))
        } else {
            Some(format!("it knows of {} entries, the journal ends at {seq}", head.seq))
        };
        if let Some(what) = what {
            self.head_says(&what);
        }
        self
    }

    fn head_says(&mut self, what: &str) {
        self.breaks.push(Break { line: None, what: what.to_owned() });
    }

    fn say(&mut self, line: usize, what: impl Into<String>) {
        self.breaks.push(Break { line: Some(line), what: what.into() });
    }
}

/// Verifies a journal from its first line on. The lines still have their ends, as `split_inclusive`
/// gives them.
#[must_use]
pub fn verify<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Report {
    let mut report = Report::default();
    // Lines since the last entry that are none, and the number of the first of them.
    let mut rest: Vec<u8> = Vec::new();
    let mut rest_from = 0;
    for (number, line) in (1..).zip(lines) {
        let Some(link) = Link::read(without_end(line)) else {
            if rest.is_empty() {
                rest_from = number;
            }
            rest.extend_from_slice(line);
            continue;
        };
        let left = without_end(&rest);
        match &link.torn {
            Some((bytes, digest)) if *bytes == left.len() && *digest == self::digest(left) => {
                if !is_left_by_crashes(left) {
                    report.say(rest_from, NO_ENTRY);
                }
            }
            Some(_) => report.say(number, "the torn line that it tells of is not the one before it"),
            None if rest.is_empty() => {}
            None => report.say(rest_from, NO_ENTRY),
        }
        rest.clear();
        if link.lost_head {
            report.say(number, "the head was lost before it: whether lines before it are gone is not known");
        }
        if !link.intact {
            report.say(number, format!("entry {} was changed: its hash does not fit", link.seq));
        }
        let before = report.last.as_ref().map(|last| Head { seq: last.seq, hash: last.hash.clone() });
        let (seq, prev) = Head::next(before.as_ref());
        if link.seq > seq {
            let gone = if link.seq == seq + 1 {
                format!("entry {seq} is")
            } else {
                format!("entries {seq} to {} are", link.seq - 1)
            };
            report.say(number, format!("{gone} missing before entry {}", link.seq));
        } else if link.seq < seq {
            report.say(number, format!("entry {} stands where entry {seq} should be", link.seq));
        } else if link.prev != prev {
            report.say(number, format!("entry {seq} does not follow from the one before it"));
        }
        report.entries += 1;
        report.torn_last_line = !line.ends_with(b"\n");
        report.last = Some(link);
    }
    let is_ended = rest.ends_with(b"\n");
    report.torn_last_line |= !rest.is_empty() && !is_ended;
    if is_ended || !is_left_by_crashes(&rest) {
        report.say(rest_from, NO_ENTRY);
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::{Who, seal};
    use crate::slices::Body;

    /// Lines with their ends, and the head.
    fn journal(bodies: usize) -> (Vec<Vec<u8>>, Head) {
        let mut lines = Vec::new();
        let mut head = None;
        for n in 0..bodies {
            let (seq, prev) = Head::next(head.as_ref());
            let body = Body::Disarmed { why: format!("because {n}") };
            let at = jiff::Timestamp::UNIX_EPOCH;
            let (entry, line) = seal(seq, at, Who::default(), "QA".into(), body, prev).unwrap();
            head = Some(Head { seq, hash: entry.hash });
            lines.push(format!("{line}\n").into_bytes());
        }
        (lines, head.unwrap())
    }

    fn report(lines: &[Vec<u8>], head: &Head) -> Report {
        verify(lines.iter().map(Vec::as_slice)).with_head(Some(&serde_json::to_vec(head).unwrap()))
    }

    fn said(lines: &[Vec<u8>], head: &Head) -> Vec<String> {
        report(lines, head).breaks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_was_written_is_sound() {
        let (lines, head) = journal(4);
        let report = report(&lines, &head);
        assert!(report.is_sound() && !report.torn_last_line);
        assert_eq!(report.entries, 4);
    }

    #[test]
    fn each_kind_of_break_is_named() {
        let (lines, head) = journal(4);
        let mut changed = lines.clone();
        let text = String::from_utf8(changed[1].clone()).unwrap().replace("because 1", "because 9");
        changed[1] = text.into_bytes();
        assert_eq!(said(&changed, &head), ["line 2: entry 2 was changed: its hash does not fit"]);

        let mut removed = lines.clone();
        removed.remove(1);
        assert_eq!(said(&removed, &head), ["line 2: entry 2 is missing before entry 3"]);

        let mut doubled = lines.clone();
        doubled.insert(2, lines[1].clone());
        assert_eq!(said(&doubled, &head), ["line 3: entry 2 stands where entry 3 should be"]);

        let mut put_in = lines.clone();
        put_in.insert(2, b"hello\n".to_vec());
        assert_eq!(said(&put_in, &head), ["line 3: it is not an entry"]);

        assert_eq!(
            said(&lines[..2], &head),
            ["head: entry 4 was written, the journal ends at 2: its newest lines are gone"]
        );
    }

    #[test]
    fn only_an_unfinished_last_line_is_a_crash() {
        let (lines, head) = journal(2);
        let with = |more: &[&str]| [lines.clone(), more.iter().map(|line| line.as_bytes().to_vec()).collect()].concat();
        for (more, line) in [
            (vec!["{\"a\":1}\n"], 3),
            (vec!["{\"seq\":3,\n"], 3),
            (vec!["\n"], 3),
            (vec!["{\"a\":1}\n", "{\"seq\":3"], 3),
        ] {
            let report = report(&with(&more), &head);
            let said: Vec<String> = report.breaks.iter().map(ToString::to_string).collect();
            assert_eq!(said, [format!("line {line}: it is not an entry")], "{more:?}");
            assert_eq!(
                report.warning(),
                Some("the journal was altered (line 3: it is not an entry): see qd audit verify".into())
            );
            assert!(!tail(&with(&more).concat()).is_torn(), "{more:?}");
        }
        for torn in [
            vec!["{\"seq\":3,\"at"],
            vec!["{\"se"],
            vec!["{\"seq\":3\n", "{\"se"],
            vec!["\0\0\0\0"],
            vec!["{\"seq\":3,\"at\0\0"],
        ] {
            let report = report(&with(&torn), &head);
            assert!(report.is_sound() && report.torn_last_line && report.warning().is_none(), "{torn:?}: {report:?}");
            assert!(tail(&with(&torn).concat()).is_torn(), "{torn:?}");
        }
    }

    #[test]
    fn what_no_write_leaves_is_no_crash() {
        let (lines, head) = journal(2);
        let large = |start: &[u8], fill: u8| {
            let mut text = start.to_vec();
            text.resize(MOST_LEFT + 1, fill);
            text
        };
        for strange in [
            b"hello".to_vec(),
            b"{\"a\":1".to_vec(),
            b"\0\0{\"seq\":3".to_vec(),
            b"{\"seq\":3,\"hash\":\"none\"}".to_vec(),
            large(b"", b'x'),
            large(b"", 0),
            large(b"{\"seq\":3,\"at\":\"", b'x'),
        ] {
            let text = [lines.concat(), strange].concat();
            let report =
                verify(text.split_inclusive(|b| *b == b'\n')).with_head(Some(&serde_json::to_vec(&head).unwrap()));
            assert_eq!(
                report.breaks.iter().map(ToString::to_string).collect::<Vec<_>>(),
                ["line 3: it is not an entry"]
            );
            assert!(!tail(&text).is_torn());
        }
    }

    #[test]
    fn a_head_may_be_one_behind_and_no_more() {
        let (lines, _) = journal(4);
        let head = |seq: usize| {
            let link = Link::read(without_end(&lines[seq - 1])).unwrap();
            Head { seq: link.seq, hash: link.hash }
        };
        assert!(report(&lines, &head(3)).is_sound());
        assert_eq!(said(&lines, &head(2)), ["head: it knows of 2 entries, the journal ends at 4"]);
        let other = Head { hash: FIRST.to_owned(), ..head(4) };
        assert_eq!(said(&lines, &other), ["head: entry 4 is not the one that was written"]);
        assert!(!verify(lines.iter().map(Vec::as_slice)).with_head(None).is_sound());
    }

    #[test]
    fn a_line_written_anew_with_a_hash_that_fits_is_found() {
        let (mut lines, head) = journal(3);
        let body = Body::Disarmed { why: "nothing to see".into() };
        let first = Link::read(without_end(&lines[0])).unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        let (_, line) = seal(2, at, Who::default(), "QA".into(), body, first.hash).unwrap();
        lines[1] = format!("{line}\n").into_bytes();
        assert_eq!(said(&lines, &head), ["line 3: entry 3 does not follow from the one before it"]);
    }

    #[test]
    fn the_tail_is_the_last_entry_and_what_is_behind_it() {
        let (lines, _) = journal(2);
        let mut text = lines.concat();
        assert_eq!((tail(&text).last.unwrap().seq, tail(&text).ended), (2, true));
        text.extend_from_slice(b"{\"seq\":3\n{\"se");
        let torn = tail(&text);
        assert_eq!(
            (torn.last.map(|l| l.seq), torn.rest, torn.ended),
            (Some(2), b"{\"seq\":3\n{\"se".as_slice(), false)
        );
        let whole = &lines[0][..lines[0].len() - 1];
        assert_eq!((tail(whole).last.map(|l| l.seq), tail(whole).ended), (Some(1), false));
        assert_eq!(tail(b"").last, None);
    }
}
