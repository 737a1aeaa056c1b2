//! The lines in what comes of a log: stamped, clean, and no longer than what is kept.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::super::interned::own;
use crate::services::kubernetes::logs::{LONGEST, LogLine};

/// Bytes of a line that are looked at: a stamp stands before what is kept.
const MOST: usize = LONGEST + 64;

/// What came, and the line that has not ended yet.
#[derive(Debug, Default)]
pub(super) struct LogParts {
    lines: VecDeque<LogLine>,
    open: Vec<u8>,
    /// The open line is longer than what is kept of it.
    is_cut: bool,
}

impl LogParts {
    pub(super) fn take(&mut self, mut data: &[u8]) {
        while let Some(end) = data.iter().position(|byte| *byte == b'\n') {
            let (line, after) = data.split_at(end);
            self.extend(line);
            let line = self.end();
            self.lines.push_back(line);
            data = after.get(1..).unwrap_or_default();
        }
        self.extend(data);
    }

    /// The next line that has ended.
    pub(super) fn next(&mut self) -> Option<LogLine> {
        self.lines.pop_front()
    }

    /// The last line, which has no end.
    pub(super) fn rest(&mut self) -> Option<LogLine> {
        (!self.open.is_empty()).then(|| self.end())
    }

    fn extend(&mut self, more: &[u8]) {
        let room = MOST - self.open.len();
        self.is_cut |= more.len() > room;
        self.open.extend_from_slice(more.get(..room).unwrap_or(more));
    }

    fn end(&mut self) -> LogLine {
        let raw = String::from_utf8_lossy(&self.open);
        let raw = raw.strip_suffix('\r').unwrap_or(&raw);
        let (at, text) = match raw.split_once(' ') {
            Some((stamp, text)) => match stamp.parse::<Timestamp>() {
                Ok(at) => (Some(at), text),
                Err(_) => (None, raw),
            },
            // A stamp with nothing after it is an empty line.
            None => match raw.parse::<Timestamp>() {
                Ok(at) => (Some(at), ""),
                Err(_) => (None, raw),
            },
        };
        let kept = text.floor_char_boundary(LONGEST);
        let is_cut = self.is_cut || kept < text.len();
        // What is coloured comes as a terminal would show it, without the colours.
        let line = LogLine { at, text: own(text.get(..kept).unwrap_or(text)), is_cut };
        self.open.clear();
        self.is_cut = false;
        line
    }
}
