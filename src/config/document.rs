//! A TOML file as tables whose entries know their lines, even where a part of it is broken.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// A part of the file that was parsed by itself.
pub(super) struct Part<'t> {
    whole: &'t str,
    /// Where it begins in the file, in bytes.
    base: usize,
    text: &'t str,
    /// The name in the header that it begins with, whether that is TOML or not: `environment`, `guard`.
    pub header: Option<&'t str>,
    pub table: DeTable<'t>,
    /// Line and message of each syntax error.
    pub errors: Vec<(usize, String)>,
}

/// One `key = value`.
#[derive(Clone, Copy)]
pub(super) struct Entry<'p, 't> {
    pub key: &'p str,
    /// Of the key.
    pub line: usize,
    pub value: &'p DeValue<'t>,
}

impl<'t> Part<'t> {
    fn parse(whole: &'t str, base: usize, end: usize) -> Self {
        let text = whole.get(base..end).unwrap_or_default();
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut errors: Vec<(usize, String)> = errors
            .iter()
            .map(|error| {
                let offset = base + error.span().map_or(0, |span| span.start);
                (line_of(whole, offset), format!("this is not TOML: {}", error.message()))
            })
            .collect();
        // One slip makes the parser stumble several times; its first word is the useful one.
        errors.dedup_by_key(|(line, _)| *line);
        Self { whole, base, text, header: header(text), table: table.into_inner(), errors }
    }

    /// The line of something in it, from 1.
    pub fn line(&self, spanned: &Spanned<DeValue<'_>>) -> usize {
        line_of(self.whole, self.base + spanned.span().start)
    }

    /// What `read` finds in the first line that is sound by itself and has it: behind a broken header the
    /// entries are lost, because they are taken for parts of the header.
    pub fn line_by_line<T>(&self, read: impl Fn(&DeTable<'_>) -> Option<T>) -> Option<T> {
        self.text.lines().find_map(|line| {
            let (table, errors) = DeTable::parse_recoverable(line);
            if errors.is_empty() { read(table.get_ref()) } else { None }
        })
    }

    /// The entries of a table in the order of the file.
    pub fn entries<'p>(&self, table: &'p DeTable<'t>) -> Vec<Entry<'p, 't>> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| {
                let line = line_of(self.whole, self.base + key.span().start);
                Entry { key: key.get_ref(), line, value: value.get_ref() }
            })
            .collect()
    }
}

/// A file, parsed.
pub(super) struct Document<'t> {
    pub parts: Vec<Part<'t>>,
    /// Syntax errors of the file as a whole, of no part alone: a table that is written twice.
    pub errors: Vec<(usize, String)>,
}

/// Parses a file: in one part where it is sound. Otherwise each block of top level is a part, so that
/// a slip in one environment does not take the others away.
pub(super) fn parse(text: &str) -> Document<'_> {
    let whole = Part::parse(text, 0, text.len());
    if whole.errors.is_empty() {
        return Document { parts: vec![whole], errors: Vec::new() };
    }
    let mut cuts = vec![0];
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if offset > 0 && begins_block(line) {
            cuts.push(offset);
        }
        offset += line.len();
    }
    cuts.push(text.len());
    let parts: Vec<Part<'_>> = cuts.windows(2).map(|cut| Part::parse(text, cut[0], cut[1])).collect();
    let sound = parts.iter().all(|part| part.errors.is_empty());
    Document { parts, errors: if sound { whole.errors } else { Vec::new() } }
}

/// A header that is not that of a table within an environment.
fn begins_block(line: &str) -> bool {
    let line = line.trim_start();
    let name = line.trim_start_matches('[').trim_start();
    line.starts_with('[') && name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.starts_with("environment.")
}

/// The first word of the header in the first line.
fn header(text: &str) -> Option<&str> {
    let line = text.lines().next().filter(|line| begins_block(line))?;
    let name = line.trim_start().trim_start_matches('[').trim_start();
    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().get(..offset).map_or(1, |before| before.split(|byte| *byte == b'\n').count())
}

/// A value in the words of a message: `the string "x"`.
pub(super) fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let short: String = crate::domain::text::clean(text).chars().take(60).collect();
            format!("the string {short:?}")
        }
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => format!("the time {time}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A number, whole or not.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n as f64),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// The same table without its lines, for what is kept as it was written.
pub(super) fn raw(table: &DeTable<'_>) -> Table {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), raw_value(value.get_ref()))).collect()
}

fn raw_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        // TOML's whole numbers are of 64 bits; a larger one has been reported by the parser or is
        // kept as written.
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(array) => Value::Array(array.iter().map(|item| raw_value(item.get_ref())).collect()),
        DeValue::Table(table) => Value::Table(raw(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_file_is_one_part_with_lines() {
        let parts = parse("a = 1\n\n[b]\nc = 'x'\n").parts;
        assert_eq!(parts.len(), 1);
        let entries = parts[0].entries(&parts[0].table);
        let seen: Vec<_> = entries.iter().map(|entry| (entry.key, entry.line)).collect();
        assert_eq!(seen, [("a", 1), ("b", 3)]);
        assert_eq!(found(entries[0].value), "the number 1");
    }

    #[test]
    fn a_broken_block_stays_alone() {
        let text = "[[environment]]\nname = \"a\nx = 1\n[environment.thresholds]\n\n[[environment]]\nname = \"b\"\n";
        let document = parse(text);
        let parts = &document.parts;
        assert_eq!(parts.iter().map(|part| part.errors.is_empty()).collect::<Vec<_>>(), [false, true]);
        assert_eq!(parts[0].errors[0].0, 2);
        let entries = parts[1].entries(&parts[1].table);
        assert_eq!((entries[0].key, entries[0].line), ("environment", 6));
    }

    #[test]
    fn a_header_is_known_even_where_it_is_broken() {
        let text = "x = 1\n[[environment]\nname = \"a\"\n[ guard.levels\n[settings]\n";
        let headers: Vec<_> = parse(text).parts.iter().map(|part| part.header).collect();
        assert_eq!(headers, [None, Some("environment"), Some("guard"), Some("settings")]);
    }

    #[test]
    fn one_slip_is_told_once() {
        let document = parse("[[environment]]\nname = \"a\"\nrpo = = 3\n");
        assert_eq!(document.parts[0].errors.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn what_is_written_twice_is_an_error_of_the_whole() {
        let document = parse("[settings]\nmouse = true\n[settings]\nascii = true\n");
        assert_eq!(document.parts.len(), 2);
        assert_eq!(document.errors.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn what_is_kept_raw_is_the_same_table() {
        let text = "a = 0x10\nb = 1_000.5\nc = [1, { d = true }]\ne = 2026-11-22T03:12:44Z\nf = \"x\"\n";
        let document = parse(text);
        assert_eq!(Ok(raw(&document.parts[0].table)), text.parse::<Table>().map_err(|error| error.to_string()));
    }
}
