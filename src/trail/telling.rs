//! A journal as the audit screen tells it: whose it is, whether its chain holds, and its newest records.

use jiff::Timestamp;
use serde::Deserialize;

use super::rows::{Row, rows};
use super::story::{self, StoryLine};
use crate::domain::text::with_commas;
use crate::ops::journal::{self, Report};
use crate::slices::Entry;

/// Records that are told at most, the newest: a plan has ten thousand bytes, and all of them stay in memory.
pub const MOST: usize = 5_000;

/// Whose journal it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// The file.
    pub path: String,
    /// The user of this machine that it belongs to: `alice`, or `uid 1000` where that is not us.
    pub user: String,
    /// Somebody else than us owns the file.
    pub is_foreign: bool,
    /// It tells of the sandbox, not of AWS.
    pub is_sandbox: bool,
}

/// What was read of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    pub whose: Whose,
    /// What its verification found, all of it.
    pub report: Report,
    /// When it was read.
    pub at: Timestamp,
    /// The newest first; one for each thing that somebody did.
    pub rows: Vec<Row>,
    /// When its oldest record was written, told or not.
    pub since: Option<Timestamp>,
    /// Older lines that are not told.
    pub left_out: usize,
    /// Lines among those told that this version cannot read.
    pub unread: usize,
    /// The entries of the rows, oldest first.
    entries: Vec<Entry>,
}

/// When a line was written, whatever else is in it.
#[derive(Deserialize)]
struct Dated {
    at: Timestamp,
}

impl Telling {
    /// Tells the newest records of a journal's text, at most `most`, and verifies all of it with the text of its head.
    #[must_use]
    pub fn of(journal: &[u8], head: Option<&[u8]>, whose: Whose, at: Timestamp, most: usize) -> Self {
        let report = journal::verify(journal.split_inclusive(|byte| *byte == b'\n')).with_head(head);
        let (left_out, newest) = newest(journal, most);
        let (entries, unread) = journal::entries(newest);
        let mut rows = rows(&entries);
        rows.reverse();
        let mut lines = journal.split(|byte| *byte == b'\n');
        let since = lines.find_map(|line| serde_json::from_slice::<Dated>(line).ok()).map(|line| line.at);
        Self { whose, report, at, rows, since, left_out, unread, entries }
    }

    /// All that is known of a row: every record of its execution in order, or its own.
    #[must_use]
    pub fn story(&self, row: &Row) -> Vec<StoryLine> {
        if let Some(id) = &row.execution {
            let own: Vec<&Entry> = self.entries.iter().filter(|entry| entry.body.execution() == Some(id)).collect();
            return story::of(id, &own);
        }
        let own = self.entries.iter().find(|entry| entry.seq == row.record && entry.at == row.at);
        own.map(story::alone).unwrap_or_default()
    }

    /// Whether the chain holds, in words: `214 records, chain intact`.
    ///
    /// # Errors
    /// In words, where first it does not.
    pub fn verdict(&self) -> Result<String, String> {
        let Some(first) = self.report.breaks.first() else {
            let noun = if self.report.entries == 1 { "record" } else { "records" };
            return Ok(format!("{} {noun}, chain intact", with_commas(self.report.entries as u64)));
        };
        let place = first.line.map(|line| format!(" at line {line}")).unwrap_or_default();
        let more = match self.report.breaks.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        Err(format!("the journal was altered{place}: {}{more}", first.what))
    }
}

/// The end of a journal with at most so many lines, and how many stand before it.
fn newest(journal: &[u8], most: usize) -> (usize, &[u8]) {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
    // What is behind the last end is no line where there is nothing.
    starts.retain(|start| *start < journal.len());
    let left_out = starts.len().saturating_sub(most);
    let from = starts.get(left_out).copied().unwrap_or(journal.len());
    (left_out, journal.get(from..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::{Head, Who, seal};
    use crate::services::rds::testing::at;
    use crate::slices::Body;

    /// A journal of so many armings, and its head.
    fn written(count: i64) -> (Vec<u8>, Vec<u8>) {
        let (mut head, mut journal) = (None, String::new());
        for n in 0..count {
            let (seq, prev) = Head::next(head.as_ref());
            let when = Timestamp::from_second(at().as_second() + n).unwrap();
            let body = Body::Armed { reason: format!("INC-{n}"), until: when };
            let (entry, line) = seal(seq, when, Who::default(), "PROD".into(), body, prev).unwrap();
            head = Some(Head { seq, hash: entry.hash });
            journal.push_str(&format!("{line}\n"));
        }
        (journal.into_bytes(), serde_json::to_vec(&head.unwrap()).unwrap())
    }

    fn told(journal: &[u8], head: &[u8], most: usize) -> Telling {
        Telling::of(journal, Some(head), Whose::default(), at(), most)
    }

    #[test]
    fn the_newest_is_first_and_what_is_left_out_is_counted() {
        let (journal, head) = written(12);
        let all = told(&journal, &head, 100);
        let reasons: Vec<&str> = all.rows.iter().take(2).map(|row| row.reason.as_str()).collect();
        assert_eq!((all.rows.len(), all.left_out, all.since), (12, 0, Some(at())));
        assert_eq!(reasons, ["INC-11", "INC-10"]);
        let few = told(&journal, &head, 5);
        assert_eq!((few.rows.len(), few.left_out, few.since), (5, 7, Some(at())));
        // All of it is verified, whatever is told.
        assert_eq!((few.report.entries, few.verdict()), (12, Ok("12 records, chain intact".into())));
        assert_eq!(told(&[], b"", 5).rows, Vec::new());
    }

    #[test]
    fn where_it_was_altered_is_said() {
        let (journal, head) = written(4);
        let altered = String::from_utf8(journal.clone()).unwrap().replace("INC-2", "INC-9");
        let verdict = told(altered.as_bytes(), &head, 100).verdict();
        assert_eq!(
            verdict,
            Err("the journal was altered at line 3: entry 3 was changed: its hash does not fit".into())
        );
        let cut: Vec<u8> = journal.split_inclusive(|byte| *byte == b'\n').take(2).flatten().copied().collect();
        let verdict = told(&cut, &head, 100).verdict().unwrap_err();
        assert!(verdict.starts_with("the journal was altered: entry 4 was written"), "{verdict}");
    }

    #[test]
    fn a_record_that_stands_alone_has_its_story() {
        let (mut journal, head) = written(2);
        journal.extend_from_slice(b"{\"seq\":3,\"at");
        let telling = told(&journal, &head, 100);
        assert_eq!(telling.unread, 1);
        let story = story::printed(&telling.story(&telling.rows[0]));
        for wanted in
            ["Record       2\n", "Environment  PROD\n", "Armed        changes allowed until ", "Reason       INC-1\n"]
        {
            assert!(story.contains(wanted), "{wanted:?} is not in:\n{story}");
        }
    }
}
