//! Which lines of a log a filter lets through: each line is looked at once.

use std::collections::VecDeque;

use crate::services::kubernetes::logs::{LogLine, LogTail};

/// The lines that a filter lets through, by their numbers since the log was begun.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatchedLines {
    filter: String,
    numbers: VecDeque<u64>,
    /// The number of the next line that was not looked at.
    next: u64,
}

impl MatchedLines {
    /// Takes another filter, or lines that came and went.
    pub fn renew(&mut self, filter: &str, tail: &LogTail) {
        if self.filter != filter || self.next > tail.forgotten + tail.lines().len() as u64 {
            *self = Self { filter: filter.to_owned(), numbers: VecDeque::new(), next: 0 };
        }
        if self.filter.trim().is_empty() {
            self.next = tail.forgotten + tail.lines().len() as u64;
            return;
        }
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let first = tail.forgotten;
        while self.numbers.front().is_some_and(|number| *number < first) {
            self.numbers.pop_front();
        }
        let from = self.next.max(first);
        let new = tail.lines().iter().skip(usize::try_from(from - first).unwrap_or(usize::MAX));
        for (number, line) in (from..).zip(new) {
            if has(line, &words) {
                self.numbers.push_back(number);
            }
            self.next = number + 1;
        }
    }

    /// How many lines are shown.
    #[must_use]
    pub fn len(&self, tail: &LogTail) -> usize {
        if self.is_all() { tail.lines().len() } else { self.numbers.len() }
    }

    /// Every line is shown.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.filter.trim().is_empty()
    }

    /// The number of the line at a place among those that are shown.
    #[must_use]
    pub fn number(&self, tail: &LogTail, at: usize) -> Option<u64> {
        if self.is_all() {
            (at < tail.lines().len()).then(|| tail.forgotten + at as u64)
        } else {
            self.numbers.get(at).copied()
        }
    }

    /// The line at a place among those that are shown.
    #[must_use]
    pub fn line<'t>(&self, tail: &'t LogTail, at: usize) -> Option<&'t LogLine> {
        let number = self.number(tail, at)?;
        tail.lines().get(usize::try_from(number.checked_sub(tail.forgotten)?).ok()?)
    }

    /// Where the first of those that are shown stands that is no older than this number.
    #[must_use]
    pub fn place(&self, tail: &LogTail, number: u64) -> usize {
        if self.is_all() {
            usize::try_from(number.saturating_sub(tail.forgotten)).unwrap_or(usize::MAX).min(tail.lines().len())
        } else {
            self.numbers.partition_point(|shown| *shown < number)
        }
    }
}

/// Whether all words are in a line, case ignored.
fn has(line: &LogLine, words: &[String]) -> bool {
    let text = line.text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::logs::{LogTold, MOST_LINES};

    fn told(texts: &[&str]) -> LogTold {
        let line = |text: &&str| LogLine { at: None, text: (*text).into(), is_cut: false };
        LogTold::Lines(texts.iter().map(line).collect())
    }

    fn shown(matched: &MatchedLines, tail: &LogTail) -> Vec<String> {
        (0..matched.len(tail)).filter_map(|at| matched.line(tail, at)).map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn a_filter_is_of_words_that_must_all_be_there() {
        let (mut tail, mut matched) = (LogTail::default(), MatchedLines::default());
        tail.take(told(&["GET /health 200", "POST /orders 500", "get /orders 200"]));
        matched.renew("", &tail);
        assert_eq!(matched.len(&tail), 3);
        matched.renew("get orders", &tail);
        assert_eq!(shown(&matched, &tail), ["get /orders 200"]);
        tail.take(told(&["GET /orders 404", "nothing"]));
        matched.renew("get orders", &tail);
        assert_eq!(shown(&matched, &tail), ["get /orders 200", "GET /orders 404"]);
        assert_eq!(matched.place(&tail, 3), 1, "the first that is no older");
    }

    #[test]
    fn what_is_forgotten_is_shown_no_more() {
        let (mut tail, mut matched) = (LogTail::default(), MatchedLines::default());
        tail.take(told(&["old match"]));
        matched.renew("match", &tail);
        let many = vec!["other"; MOST_LINES - 1];
        tail.take(told(&many));
        tail.take(told(&["new match"]));
        matched.renew("match", &tail);
        assert_eq!(tail.forgotten, 1);
        assert_eq!(shown(&matched, &tail), ["new match"]);
        matched.renew("", &tail);
        assert_eq!((matched.number(&tail, 0), matched.len(&tail)), (Some(1), MOST_LINES));
    }

    #[test]
    fn a_log_that_is_begun_anew_is_looked_at_anew() {
        let (mut tail, mut matched) = (LogTail::default(), MatchedLines::default());
        tail.take(told(&["a match", "b match"]));
        matched.renew("match", &tail);
        tail = LogTail::default();
        tail.take(told(&["c match"]));
        matched.renew("match", &tail);
        assert_eq!(shown(&matched, &tail), ["c match"]);
    }
}
