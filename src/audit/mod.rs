//! `qd audit`: what the journal tells, for people and for other programs.
//!
//! Each command reads the journal's file and gives text and an exit code. Whatever is in the file,
//! no character that could steer a terminal comes out: the file may have been tampered with.

pub mod export;
pub mod rows;
pub mod show;
pub mod words;

use std::io;
use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::config::forms;
use crate::domain::text::clean;
use crate::ops::journal;
use crate::runtime::journal::{FILE, Stored, read};
use crate::slices::Entry;
use rows::Row;

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
    /// Find changed, removed, moved and added lines; exit code 1 when there are any
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
    #[arg(long, value_name = "NAME")]
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

/// Runs a command on the journal in a folder.
///
/// # Errors
/// When there is a journal that cannot be read.
pub fn run(command: &AuditCommand, folder: &Path, now: Timestamp) -> io::Result<Output> {
    let stored = read(folder)?;
    Ok(match command {
        AuditCommand::List { filter, json } => list(&stored, &Filter::new(filter, now), *json),
        AuditCommand::Show { execution } => show(&stored, execution),
        AuditCommand::Verify => verified(&stored, &clean(&folder.join(FILE).to_string_lossy())),
        AuditCommand::Export { filter, format } => exported(&stored, &Filter::new(filter, now), *format),
    })
}

fn list(stored: &Stored, filter: &Filter, json: bool) -> Output {
    let (entries, unread) = journal::entries(&stored.journal);
    let rows: Vec<Row> = rows::rows(&entries).into_iter().filter(|row| row.is_wanted(filter)).collect();
    let text = if json { rows::json(&rows) } else { rows::table(&rows) };
    Output { text, note: note(stored, unread), code: 0 }
}

fn show(stored: &Stored, wanted: &str) -> Output {
    let (entries, unread) = journal::entries(&stored.journal);
    match show::find(&entries, wanted) {
        Ok(id) => {
            let own: Vec<&Entry> = entries.iter().filter(|e| e.body.execution() == Some(&id)).collect();
            Output { text: show::text(&id, &own), note: note(stored, unread), code: 0 }
        }
        Err(why) => Output { text: String::new(), note: format!("{}\n", clean(&why)), code: 1 },
    }
}

fn exported(stored: &Stored, filter: &Filter, format: ExportFormat) -> Output {
    match format {
        ExportFormat::Jsonl => Output { text: export::jsonl(&stored.journal, filter), ..Output::default() },
        ExportFormat::Markdown => {
            let (entries, unread) = journal::entries(&stored.journal);
            let text = export::markdown(&entries, &stored.report(), filter);
            Output { text, note: note(stored, unread), code: 0 }
        }
    }
}

fn verified(stored: &Stored, path: &str) -> Output {
    if stored.journal.is_empty() && stored.head.is_none() {
        return Output { text: format!("{path}: there is no journal yet\n"), ..Output::default() };
    }
    let report = stored.report();
    let mut text = format!("{path}: {}\n", words::verdict(&report));
    for found in &report.breaks {
        text.push_str(&format!("  {}\n", clean(&found.to_string())));
    }
    if report.torn_last_line {
        text.push_str(if report.is_sound() {
            "  the last write was cut short, as in a crash: nothing is lost, the next entry repairs it\n"
        } else {
            "  the last line is unfinished\n"
        });
    }
    Output { text, note: owner(stored), code: u8::from(!report.is_sound()) }
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
        let all = list(&stored(), &Filter::default(), false).text;
        assert!(all.contains("INC-0 ?[2J") && all.contains("INC-1"), "{all}");
        let qa = Filter { environment: Some("qa".into()), from: None };
        let text = list(&stored(), &qa, false).text;
        assert!(!text.contains("INC-0") && text.contains("INC-1"), "{text}");
        let now = "2026-11-22T04:42:44Z".parse().unwrap();
        let recent = Filter::new(&FilterArgs { env: None, since: Some(Duration::from_secs(3600)) }, now);
        let json = list(&stored(), &recent, true).text;
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
        assert_eq!(list(&stored, &Filter::default(), false).note, "");
        stored.journal.extend_from_slice(b"{\"a\":1}\n");
        let broken = verified(&stored, "j");
        assert_eq!(
            (broken.code, broken.text.as_str()),
            (1, "j: BROKEN in 1 place, 2 entries\n  line 3: it is not an entry\n")
        );
        let note = list(&stored, &Filter::default(), false).note;
        assert!(note.starts_with("warning: the journal was altered (line 3: "), "{note}");
    }

    #[test]
    fn a_journal_of_somebody_else_says_so() {
        let stored = Stored { stranger: Some(1000), ..stored() };
        let warning = "warning: the journal belongs to uid 1000, not to us\n";
        assert_eq!(verified(&stored, "j").note, warning);
        assert_eq!(list(&stored, &Filter::default(), false).note, warning);
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
