//! What is wrong with a configuration, in words that say how to mend it.

use std::fmt;

/// How much of the file a problem takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// What is written is used, or ignored without harm.
    Warning,
    /// What is written cannot be used; the message says what holds in its place.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// The file as it was named when it was read.
    pub file: String,
    /// From 1.
    pub line: Option<usize>,
    /// The environment that it is about.
    pub environment: Option<String>,
    /// What was found, what was expected, the nearest valid name.
    pub message: String,
}

impl fmt::Display for Problem {
    /// `config.toml:12: error: prod: region: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: ", self.severity)?;
        if let Some(environment) = &self.environment {
            write!(f, "{environment}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// All problems as lines, and a last line that counts them: the text of `qd config check`.
#[must_use]
pub fn report(problems: &[Problem], file: &str) -> String {
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut text: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    text += &match (errors, warnings) {
        (0, 0) => format!("{file}: no problem found\n"),
        _ => format!("{file}: {}, {}\n", counted(errors, "error"), counted(warnings, "warning")),
    };
    text
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Gathers problems while a file is read.
#[derive(Debug)]
pub(super) struct Problems<'t> {
    pub file: &'t str,
    /// The environment that is being read.
    pub environment: Option<String>,
    pub list: Vec<Problem>,
}

impl<'t> Problems<'t> {
    pub fn new(file: &'t str) -> Self {
        Self { file, environment: None, list: Vec::new() }
    }

    pub fn error(&mut self, line: usize, message: String) {
        self.add(Severity::Error, Some(line), message);
    }

    pub fn warning(&mut self, line: usize, message: String) {
        self.add(Severity::Warning, Some(line), message);
    }

    pub fn add(&mut self, severity: Severity, line: Option<usize>, message: String) {
        let (file, environment) = (self.file.to_owned(), self.environment.clone());
        self.list.push(Problem { severity, file, line, environment, message });
    }

    /// In the order of the file.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_a_compiler_says_it() {
        let mut problems = Problems::new("config.toml");
        problems.environment = Some("prod".into());
        problems.error(12, "region is missing".into());
        problems.environment = None;
        problems.add(Severity::Warning, None, "no environment".into());
        let text = report(&problems.into_sorted(), "config.toml");
        assert_eq!(
            text,
            "config.toml:12: error: prod: region is missing\nconfig.toml: warning: no environment\n\
             config.toml: 1 error, 1 warning\n"
        );
        assert_eq!(report(&[], "x"), "x: no problem found\n");
    }
}
