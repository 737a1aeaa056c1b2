//! `qd audit`: what the journal tells, for people and for other programs.
//!
//! Each command reads the journal's file and gives text and an exit code. Whatever is in the file,
//! no character that could steer a terminal comes out: the file may have been tampered with.

pub mod csv;
pub mod export;
pub mod table;
mod verify;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::config::forms;
use crate::domain::text::clean;
use crate::ops::journal;
use crate::runtime::journal::{Stored, read, whose};
use crate::runtime::meant::Meant;
use crate::slices::Entry;
use crate::trail::{Row, rows, story};

/// Commands of `qd audit`.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// A line for each execution, refused or cancelled plan, and arming
    List {
        #[command(flatten)]
        filter: FilterArgs,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Everything about one execution: plan, approval, each state with its time
    Show {
        /// Its name, or the beginning of it
        execution: String,
    },
    /// Say whose journal it is, and find changed, removed, moved and added lines; exit code 0 when there are none (or
    /// no journal yet), 1 when there are, 2 when it cannot be read
    Verify,
    /// Write the trail to standard output
    Export {
        #[command(flatten)]
        filter: FilterArgs,
        #[arg(long, value_enum, default_value = "jsonl")]
        format: ExportFormat,
    },
}

/// What is left out.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Only this environment
    #[arg(long, value_name = "NAME", value_hint = clap::ValueHint::Other)]
    pub env: Option<String>,
    /// Only what happened within this time: 24h, 7d
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub since: Option<Duration>,
}

/// How the trail is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The lines of the journal as they are, with their hashes
    Jsonl,
    /// For a report
    Markdown,
    /// For a spreadsheet: a line for each row of the list, with the names of the columns first
    Csv,
}

/// What a command says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// For standard output, with the end of its last line.
    pub text: String,
    /// For standard error; empty when there is nothing to say.
    pub note: String,
    /// Exit code.
    pub code: u8,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub environment: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
}

impl Filter {
    /// As it was asked for at this moment.
    #[must_use]
    pub fn new(args: &FilterArgs, now: Timestamp) -> Self {
        let from = |age: Duration| {
            let second = now.as_second().saturating_sub(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
            Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
        };
        Self { environment: args.env.clone(), from: args.since.map(from) }
    }

    /// Whether something of this environment, at this time, is wanted.
    #[must_use]
    pub fn takes(&self, environment: &str, at: Timestamp) -> bool {
        self.environment.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(environment))
            && self.from.is_none_or(|from| at >= from)
    }
}

/// What a command is asked of.
#[derive(Debug, Clone)]
pub struct Inquiry<'a> {
    /// Where the journal lies.
    pub folder: &'a Path,
    /// What the command line is about.
    pub meant: Meant,
    pub now: Timestamp,
    /// Columns of the terminal; `None` where standard output is none.
    pub columns: Option<usize>,
}

/// Runs a command on the journal in a folder.
///
/// # Errors
/// When there is a journal that cannot be read.
pub fn run(command: &AuditCommand, asked: &Inquiry<'_>) -> io::Result<Output> {
    let stored = read(asked.folder)?;
    Ok(match command {
        AuditCommand::List { filter, json } => list(&stored, &Filter::new(filter, asked.now), *json, asked.columns),
        AuditCommand::Show { execution } => show(&stored, execution),
        AuditCommand::Verify => {
            let whose = whose(asked.folder, &stored, asked.meant.is_sandbox());
            let (text, code) = verify::told(&stored, &whose, &asked.meant);
            Output { text, note: owner(&stored), code }
        }
        AuditCommand::Export { filter, format } => exported(&stored, &Filter::new(filter, asked.now), *format),
    })
}

/// The rows that are wanted, oldest first.
fn wanted(entries: &[Entry], filter: &Filter) -> Vec<Row> {
    rows::rows(entries).into_iter().filter(|row| filter.takes(&row.environment, row.last)).collect()
}

fn list(stored: &Stored, filter: &Filter, json: bool, columns: Option<usize>) -> Output {
    let (entries, unread) = journal::entries(&stored.journal);
    let rows = wanted(&entries, filter);
    let text = if json { table::json(&rows) } else { table::table(&rows, columns) };
    let note = note(stored, unread) + &strange(&entries, filter);
    Output { text, note, code: 0 }
}

/// That an environment is asked for which the journal has not: a slip of the pen is no clean record.
fn strange(entries: &[Entry], filter: &Filter) -> String {
    let Some(wanted) = &filter.environment else { return String::new() };
    let known: BTreeSet<&str> = entries.iter().map(|entry| entry.environment.as_str()).collect();
    if known.iter().any(|known| known.eq_ignore_ascii_case(wanted)) {
        return String::new();
    }
    let known: Vec<String> = known.into_iter().filter(|name| !name.is_empty()).map(clean).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("nothing in the journal is of {}; it has: {known}\n", clean(wanted))
}

fn show(stored: &Stored, wanted: &str) -> Output {
    let (entries, unread) = journal::entries(&stored.journal);
    match story::find(&entries, wanted) {
        Ok(id) => {
            let own: Vec<&Entry> = entries.iter().filter(|e| e.body.execution() == Some(&id)).collect();
            Output { text: story::text(&id, &own), note: note(stored, unread), code: 0 }
        }
        Err(why) => Output { text: String::new(), note: format!("{}\n", clean(&why)), code: 1 },
    }
}

fn exported(stored: &Stored, filter: &Filter, format: ExportFormat) -> Output {
    match format {
        ExportFormat::Jsonl => {
            let (_, unread): (Vec<Entry>, usize) = journal::entries(&stored.journal);
            Output { text: export::jsonl(&stored.journal, filter), note: note(stored, unread), code: 0 }
        }
        ExportFormat::Markdown => {
            let (entries, unread) = journal::entries(&stored.journal);
            let text = export::markdown(&entries, &stored.report(), filter);
            Output { text, note: note(stored, unread), code: 0 }
        }
        ExportFormat::Csv => {
            let (entries, unread) = journal::entries(&stored.journal);
            Output { text: csv::csv(&wanted(&entries, filter)), note: note(stored, unread), code: 0 }
        }
    }
}

/// What whoever reads the trail must know about the file: that it is broken, or not read in full.
fn note(stored: &Stored, unread: usize) -> String {
    owner(stored) + &damage(stored, unread)
}

/// That somebody else owns the file, who can write to it whatever its mode is.
fn owner(stored: &Stored) -> String {
    stored.stranger.map_or_else(String::new, |uid| format!("warning: the journal belongs to uid {uid}, not to us\n"))
}

fn damage(stored: &Stored, unread: usize) -> String {
    if let Some(warning) = stored.report().warning() {
        return format!("warning: {}\n", clean(&warning));
    }
    match unread {
        0 => String::new(),
        1 => "1 line cannot be read: `qd audit verify` says whether it is damaged\n".to_owned(),
        n => format!("{n} lines cannot be read: `qd audit verify` says whether they are damaged\n"),
    }
}

fn age(text: &str) -> Result<Duration, String> {
    forms::duration(text).ok_or_else(|| "expected a time such as 90m, 24h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::{Head, Who, seal};
    use crate::slices::Body;
    use crate::trail::Whose;

    fn verified(stored: &Stored, path: &str) -> Output {
        let whose = Whose { path: path.into(), user: "alice".into(), ..Whose::default() };
        let (text, code) = verify::told(stored, &whose, &Meant::Direct);
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.contains("alice"), "{first}");
        Output { text: rest.into(), note: owner(stored), code }
    }

    fn stored() -> Stored {
        let at: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap();
        let mut head = None;
        let mut journal = String::new();
        for (n, environment) in ["PROD", "QA"].into_iter().enumerate() {
            let (seq, prev) = Head::next(head.as_ref());
            let until = Timestamp::from_second(at.as_second() + 900).unwrap();
            let body = Body::Armed { reason: format!("INC-{n} \u{1b}[2J"), until };
            let at = Timestamp::from_second(at.as_second() + 3600 * n as i64).unwrap();
            let (entry, line) = seal(seq, at, Who::default(), environment.into(), body, prev).unwrap();
            head = Some(Head { seq, hash: entry.hash });
            journal.push_str(&format!("{line}\n"));
        }
        Stored { journal: journal.into_bytes(), head: serde_json::to_vec(&head.unwrap()).ok(), stranger: None }
    }

    #[test]
    fn the_list_is_filtered_and_clean() {
        let all = list(&stored(), &Filter::default(), false, None).text;
        assert!(all.contains("INC-0 ?[2J") && all.contains("INC-1"), "{all}");
        let qa = Filter { environment: Some("qa".into()), from: None };
        let text = list(&stored(), &qa, false, None).text;
        assert!(!text.contains("INC-0") && text.contains("INC-1"), "{text}");
        let now = "2026-11-22T04:42:44Z".parse().unwrap();
        let recent = Filter::new(&FilterArgs { env: None, since: Some(Duration::from_secs(3600)) }, now);
        let json = list(&stored(), &recent, true, None).text;
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["reason"], "INC-1 \u{1b}[2J");
        assert!(!json.contains('\u{1b}'));
    }

    #[test]
    fn verification_has_an_exit_code() {
        let mut stored = stored();
        let sound = verified(&stored, "j");
        assert_eq!((sound.code, sound.text.as_str()), (0, "j: sound, 2 entries\n"));
        stored.journal.extend_from_slice(b"{\"seq\":3,");
        let torn = verified(&stored, "j");
        assert!(torn.code == 0 && torn.text.contains("cut short"), "{}", torn.text);
        stored.journal.insert(10, b'x');
        let broken = verified(&stored, "j");
        assert!(broken.code == 1 && broken.text.contains("line 1: "), "{}", broken.text);
        assert!(broken.text.contains("unfinished") && !broken.text.contains("nothing is lost"), "{}", broken.text);
        assert_eq!(verified(&Stored::default(), "j").code, 0);
    }

    #[test]
    fn a_line_of_somebody_else_is_a_break_and_the_list_says_so() {
        let mut stored = stored();
        assert_eq!(list(&stored, &Filter::default(), false, None).note, "");
        stored.journal.extend_from_slice(b"{\"a\":1}\n");
        let broken = verified(&stored, "j");
        assert_eq!(
            (broken.code, broken.text.as_str()),
            (1, "j: BROKEN in 1 place, 2 entries\n  line 3: it is not an entry\n")
        );
        let note = list(&stored, &Filter::default(), false, None).note;
        assert!(note.starts_with("warning: the journal was altered (line 3: "), "{note}");
    }

    #[test]
    fn a_journal_of_somebody_else_says_so() {
        let stored = Stored { stranger: Some(1000), ..stored() };
        let warning = "warning: the journal belongs to uid 1000, not to us\n";
        assert_eq!(verified(&stored, "j").note, warning);
        assert_eq!(list(&stored, &Filter::default(), false, None).note, warning);
    }

    #[test]
    fn a_last_entry_that_was_cut_short_later_is_not_nothing() {
        let mut stored = stored();
        stored.journal.truncate(stored.journal.len() - 20);
        let text = verified(&stored, "j").text;
        assert!(text.contains("newest lines are gone") && !text.contains("nothing is lost"), "{text}");
    }

    #[test]
    fn an_unknown_execution_is_an_error() {
        let output = show(&stored(), "20261122\u{1b}");
        assert_eq!((output.code, output.text.as_str()), (1, ""));
        assert!(!output.note.contains('\u{1b}'));
    }
}
