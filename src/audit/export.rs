//! `qd audit export`: the trail for another program, or for a report.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::Filter;
use crate::domain::text::clean;
use crate::ops::journal::{ExecutionId, Report, escaped};
use crate::slices::Entry;
use crate::trail::words::{event, moment, verdict};
use crate::trail::{rows, story};

/// What is needed of a line to choose it, of whatever version it is.
#[derive(Deserialize)]
struct Header {
    at: Timestamp,
    environment: String,
}

/// The chosen lines byte by byte, so that their hashes can be checked. Lines that are no entries
/// (torn ones) are left out.
#[must_use]
pub fn jsonl(journal: &[u8], filter: &Filter) -> String {
    let mut text = String::new();
    for line in journal.split(|byte| *byte == b'\n') {
        let Ok(header) = serde_json::from_slice::<Header>(line) else { continue };
        if filter.takes(&header.environment, header.at) {
            // Nothing changes in a line that this program wrote.
            text.push_str(&escaped(&String::from_utf8_lossy(line)));
            text.push('\n');
        }
    }
    text
}

/// A report: each thing that somebody did, with all that is known of it.
#[must_use]
pub fn markdown(entries: &[Entry], report: &Report, filter: &Filter) -> String {
    let mut text = format!("# Changes to AWS\n\nJournal: {}.\n", verdict(report));
    for found in &report.breaks {
        text.push_str(&format!("\n- {}", plain(&found.to_string())));
    }
    if !report.is_sound() {
        text.push('\n');
    }
    let mut courses: HashMap<&ExecutionId, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        if let Some(id) = entry.body.execution() {
            courses.entry(id).or_default().push(entry);
        }
    }
    let mut nothing = true;
    for entry in entries {
        // An entry that begins a row gives exactly one.
        let Some(row) = rows::rows(std::slice::from_ref(entry)).pop() else { continue };
        let course = row.execution.as_ref().and_then(|id| courses.get(id));
        let last = course.and_then(|course| course.last()).map_or(row.last, |newest| newest.at);
        if !filter.takes(&row.environment, last) {
            continue;
        }
        nothing = false;
        let mut title = format!("{} UTC, {}: {}", moment(row.at), plain(&row.environment), row.what());
        if !row.target.is_empty() {
            title.push_str(&format!(" {}", plain(&row.target)));
        }
        text.push_str(&format!("\n## {title}\n\n"));
        if let (Some(id), Some(course)) = (&row.execution, course) {
            text.push_str(&block(&story::text(id, course)));
        } else {
            let who = format!("{} ({}@{})", row.who, row.os_user, row.host);
            text.push_str(&block(&format!("{}\n{}", clean(&who), clean(&event(&entry.body, None)))));
        }
    }
    if nothing {
        text.push_str("\nNothing was recorded.\n");
    }
    text
}

/// A block that is shown as it is: indented, which no text within it can end.
fn block(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

/// Text that means nothing to Markdown.
fn plain(text: &str) -> String {
    let mut safe = String::new();
    for c in clean(text).chars() {
        if "\\`*_{}[]<>#|~&!".contains(c) {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::{Who, entries, seal, verify};
    use crate::slices::Body;

    fn journal() -> Vec<u8> {
        let body = Body::Disarmed { why: "time \u{1b}[2J is up\n# no heading".into() };
        let at = "2026-11-22T03:12:44Z".parse().unwrap();
        let first = crate::ops::journal::chain::FIRST.to_owned();
        let (_, line) = seal(1, at, Who::default(), "PROD_<b>".into(), body, first).unwrap();
        format!("{line}\n{{\"seq\":2,\"at").into_bytes()
    }

    #[test]
    fn exported_lines_keep_their_hashes() {
        let text = jsonl(&journal(), &Filter::default());
        assert_eq!(text.lines().count(), 1);
        let report = verify(text.as_bytes().split_inclusive(|b| *b == b'\n'));
        assert_eq!((report.entries, report.breaks.len()), (1, 0));
        let other = Filter { environment: Some("QA".into()), from: None };
        assert_eq!(jsonl(&journal(), &other), "");
    }

    #[test]
    fn a_report_is_not_led_astray_by_its_text() {
        let journal = journal();
        let report = verify(journal.split_inclusive(|b| *b == b'\n'));
        let text = markdown(&entries(&journal).0, &report, &Filter::default());
        assert!(text.contains("## 2026-11-22 03:12:44 UTC, PROD\\_\\<b\\>: disarmed\n"), "{text}");
        assert!(text.contains("\n    changes no longer allowed: time ?[2J is up?# no heading\n"), "{text}");
        assert!(text.contains("Journal: sound, 1 entry."), "{text}");
    }
}
