//! The format of the shared files, as the AWS CLI reads it: Python's `configparser` in its strict mode
//! (`botocore/configloader.py`, `raw_config_parse`).
//!
//! What follows from that and surprises: a section's keys may be indented; a deeper line goes on with
//! the value above it; a title ends at the last `]` of its line, has the blanks that stand in it, and
//! whatever stands behind is ignored; `:` ends a name as `=` does; a section or a key that comes twice,
//! or a byte order mark, refuses the whole file. A comment has a line of its own: behind a value it is
//! a part of it. The AWS SDKs are more lenient there ("Format of the config file" in the "AWS SDKs and
//! Tools Reference Guide"), and would read another region or key than the AWS CLI does.

use std::fmt;

use thiserror::Error;

/// The section whose keys count for all others (`configparser.DEFAULTSECT`).
const FOR_ALL: &str = "DEFAULT";
/// What some editors put before the first line of a file in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// `[title]` and what stands below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub entries: Vec<Entry>,
}

/// `key = value`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// In small letters: keys are alike in either case.
    pub key: String,
    /// Lines that go on with a value are parted by `\n`; a value that begins with one has keys of its own.
    pub value: String,
    /// Where it begins.
    pub line: usize,
}

/// A value may be a key of an AWS account.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("key", &self.key).field("line", &self.line).finish_non_exhaustive()
    }
}

/// Why a file cannot be read, and where. Names of sections and keys are as they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct Refusal {
    pub line: usize,
    pub reason: String,
}

/// The sections of a file in their order; with a refusal those before it.
#[must_use]
pub fn read(text: &str) -> (Vec<Section>, Option<Refusal>) {
    if text.starts_with(BYTE_ORDER_MARK) {
        let reason = "a byte order mark stands before it: save the file as UTF-8 without one".to_owned();
        return (Vec::new(), Some(Refusal { line: 1, reason }));
    }
    let mut reader = Reader::default();
    let mut refusal = None;
    for (index, line) in text.lines().enumerate() {
        if let Err(reason) = reader.take(index + 1, line) {
            refusal = Some(Refusal { line: index + 1, reason });
            break;
        }
    }
    reader.end(refusal)
}

#[derive(Default)]
struct Reader {
    sections: Vec<(Section, usize)>,
    /// Deeper lines go on with the last key.
    is_open: bool,
    indent: usize,
}

impl Reader {
    fn take(&mut self, number: usize, line: &str) -> Result<(), String> {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            if let Some(entry) = self.open() {
                entry.value.push('\n');
            }
            return Ok(());
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent
            && let Some(entry) = self.open()
        {
            entry.value.push('\n');
            entry.value.push_str(text);
            return Ok(());
        }
        self.indent = indent;
        if let Some(title) = title(text) { self.begin(number, title) } else { self.entry(number, text) }
    }

    fn begin(&mut self, number: usize, title: &str) -> Result<(), String> {
        self.is_open = false;
        let twice = self.sections.iter().find(|(section, _)| section.title == title && title != FOR_ALL);
        if let Some((_, first)) = twice {
            return Err(format!("[{title}] stands here a second time, after line {first}"));
        }
        self.sections.push((Section { title: title.to_owned(), entries: Vec::new() }, number));
        Ok(())
    }

    fn entry(&mut self, number: usize, text: &str) -> Result<(), String> {
        let Some((section, _)) = self.sections.last_mut() else {
            return Err("a [section] must come first".to_owned());
        };
        let (name, value) = text.split_once(['=', ':']).ok_or("neither a [section] nor name = value")?;
        let key = name.trim().to_lowercase();
        if key.is_empty() {
            return Err("a name is missing before the =".to_owned());
        }
        if let Some(first) = section.entries.iter().find(|entry| entry.key == key) {
            return Err(format!("{key} stands in [{}] a second time, after line {}", section.title, first.line));
        }
        section.entries.push(Entry { key, value: value.trim().to_owned(), line: number });
        self.is_open = true;
        Ok(())
    }

    fn open(&mut self) -> Option<&mut Entry> {
        let section = self.sections.last_mut().filter(|_| self.is_open);
        section.and_then(|(section, _)| section.entries.last_mut())
    }

    fn end(self, refusal: Option<Refusal>) -> (Vec<Section>, Option<Refusal>) {
        let mut sections: Vec<Section> = self.sections.into_iter().map(|(section, _)| section).collect();
        for entry in sections.iter_mut().flat_map(|section| &mut section.entries) {
            entry.value.truncate(entry.value.trim_end().len());
        }
        let (for_all, mut sections): (Vec<Section>, Vec<Section>) =
            sections.into_iter().partition(|section| section.title == FOR_ALL);
        for entry in for_all.iter().flat_map(|section| &section.entries) {
            for section in &mut sections {
                if !section.entries.iter().any(|own| own.key == entry.key) {
                    section.entries.push(entry.clone());
                }
            }
        }
        let refusal = refusal.or_else(|| sections.iter().flat_map(|section| &section.entries).find_map(nested));
        (sections, refusal)
    }
}

/// What stands between the first `[` and the last `]`, blanks and all (`configparser`, `SECTCRE`).
fn title(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('[')?;
    rest.get(..rest.rfind(']')?).filter(|title| !title.is_empty())
}

/// Keys below a key are `name = value` too (`_parse_nested`).
fn nested(entry: &Entry) -> Option<Refusal> {
    let below = entry.value.strip_prefix('\n')?;
    let broken = below.lines().any(|line| !line.trim().is_empty() && !line.contains('='));
    broken.then(|| Refusal { line: entry.line, reason: format!("what stands below {} is no name = value", entry.key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `title.key = value`, and the refusal.
    fn flat(text: &str) -> (Vec<String>, Option<String>) {
        let (sections, refusal) = read(text);
        let line = |section: &Section, entry: &Entry| format!("{}.{} = {}", section.title, entry.key, entry.value);
        let lines = sections.iter().flat_map(|s| s.entries.iter().map(move |e| line(s, e)));
        (lines.collect(), refusal.map(|refusal| refusal.to_string()))
    }

    #[test]
    fn keys_may_be_indented_and_titles_commented() {
        let text = "[profile prod] /* the main one */\n  region = us-east-1\n  AWS_Access_Key_Id: AKIA\n[ default ] # why\nk=v=w\n";
        let expected =
            ["profile prod.region = us-east-1", "profile prod.aws_access_key_id = AKIA", " default .k = v=w"];
        assert_eq!(flat(text), (expected.map(str::to_owned).to_vec(), None));
    }

    #[test]
    fn a_deeper_line_goes_on_with_the_value_above() {
        let text = "[a]\ns3 =\n  region = x ; no\n\n  other = y\n# c\nregion = eu-west-1  # Ireland\r\n\n[b]\nk =\n";
        let expected = ["a.s3 = \nregion = x ; no\n\nother = y", "a.region = eu-west-1  # Ireland", "b.k = "];
        assert_eq!(flat(text), (expected.map(str::to_owned).to_vec(), None));
    }

    /// As the AWS CLI has it: another region than the one that is meant, and no region at all.
    #[test]
    fn a_comment_behind_a_value_is_a_part_of_it() {
        let text = "[a]\ncredential_process = sh -c \"x ; y\"\nregion = eu-west-1 # Ireland\n";
        let expected = ["a.credential_process = sh -c \"x ; y\"", "a.region = eu-west-1 # Ireland"];
        assert_eq!(flat(text), (expected.map(str::to_owned).to_vec(), None));
    }

    #[test]
    fn a_title_has_its_blanks() {
        let text = "[ a ]\nk = 1\n[a]\nk = 2\n";
        assert_eq!(flat(text), (vec![" a .k = 1".to_owned(), "a.k = 2".to_owned()], None));
    }

    #[test]
    fn what_counts_for_all_is_in_every_section() {
        let text = "[DEFAULT]\nregion = eu-west-1\n[a]\nk = v\n[b]\nregion = us-east-1\n";
        let expected = ["a.k = v", "a.region = eu-west-1", "b.region = us-east-1"];
        assert_eq!(flat(text), (expected.map(str::to_owned).to_vec(), None));
    }

    #[test]
    fn what_the_aws_cli_refuses_is_refused_with_its_line() {
        for (text, refusal) in [
            ("[a]\nk = 1\n\n[a]\n", "line 4: [a] stands here a second time, after line 1"),
            ("[a]\nk = 1\nK = 2\n", "line 3: k stands in [a] a second time, after line 2"),
            ("region = us-east-1\n", "line 1: a [section] must come first"),
            ("[a]\nregion\n", "line 2: neither a [section] nor name = value"),
            ("[a]\n= x\n", "line 2: a name is missing before the ="),
            ("[\n", "line 1: a [section] must come first"),
            ("[a]\ns3 =\n  region\n", "line 2: what stands below s3 is no name = value"),
        ] {
            assert_eq!(flat(text).1.as_deref(), Some(refusal), "{text:?}");
        }
        assert_eq!(flat("[a]\nk = 1\n[a]\n").0, ["a.k = 1"], "what stands before it is there");
        let marked = "line 1: a byte order mark stands before it: save the file as UTF-8 without one";
        assert_eq!(flat("\u{feff}[a]\nk = 1\n"), (Vec::new(), Some(marked.to_owned())));
    }

    #[test]
    fn no_value_is_shown_to_a_debugger() {
        let (sections, _) = read("[a]\naws_secret_access_key = hush\n");
        assert!(!format!("{sections:?}").contains("hush"));
    }
}
