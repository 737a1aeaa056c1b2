//! The log of a container: what is asked, and its tail, bounded in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use super::address::ServerAddress;
use crate::domain::Fault;

/// Lines that are kept at most.
pub const MOST_LINES: usize = 5_000;
/// Bytes that are kept at most, of all lines together.
pub const MOST_BYTES: usize = 4 << 20;
/// Bytes of one line that are kept.
pub const LONGEST: usize = 16 << 10;
/// Lines of the past that are asked for.
pub const TAIL: u32 = 1_000;

/// Which log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    pub namespace: Arc<str>,
    pub pod: Arc<str>,
    pub container: Arc<str>,
    /// Of the container that ran before this one.
    pub previous: bool,
}

/// What is asked: the tail of a log, which is followed while its container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogAsk {
    pub address: Arc<ServerAddress>,
    pub source: LogSource,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// As the kubelet stamps it; none where the server gave none.
    pub at: Option<Timestamp>,
    /// Without control characters.
    pub text: Arc<str>,
    /// It was longer than what is kept.
    pub is_cut: bool,
}

/// What a log tells.
#[derive(Debug, Clone, PartialEq)]
pub enum LogTold {
    /// Lines that came next.
    Lines(Vec<LogLine>),
    /// There is no more: the container has ended, or the log of the one before it was read.
    Ended,
    /// It cannot be read, or no further.
    Lost(Fault),
}

/// The tail of a log: of more than is kept the oldest go.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogTail {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Lines that went because there were too many.
    pub forgotten: u64,
    /// How it ended; none while it goes on.
    pub end: Option<Result<(), Fault>>,
    /// Something was told.
    pub is_read: bool,
}

impl LogTail {
    /// The lines that are kept, the oldest first.
    #[must_use]
    pub fn lines(&self) -> &VecDeque<LogLine> {
        &self.lines
    }

    /// Takes in what was told.
    pub fn take(&mut self, told: LogTold) {
        self.is_read = true;
        match told {
            LogTold::Lines(lines) => {
                for line in lines {
                    self.bytes += line.text.len();
                    self.lines.push_back(line);
                }
                while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
                    let Some(line) = self.lines.pop_front() else { break };
                    self.bytes -= line.text.len();
                    self.forgotten += 1;
                }
            }
            LogTold::Ended => self.end = Some(Ok(())),
            LogTold::Lost(fault) => self.end = Some(Err(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(length: usize) -> LogLine {
        LogLine { at: None, text: "x".repeat(length).into(), is_cut: false }
    }

    #[test]
    fn of_many_lines_the_last_are_kept() {
        let mut tail = LogTail::default();
        tail.take(LogTold::Lines((0..MOST_LINES + 10).map(|_| line(1)).collect()));
        assert_eq!((tail.lines().len(), tail.forgotten), (MOST_LINES, 10));
    }

    #[test]
    fn long_lines_are_bounded_together() {
        let mut tail = LogTail::default();
        tail.take(LogTold::Lines((0..1_000).map(|_| line(LONGEST)).collect()));
        assert!(tail.lines().len() * LONGEST <= MOST_BYTES);
        assert_eq!(tail.lines().len() as u64 + tail.forgotten, 1_000);
        assert_eq!(tail.end, None);
        tail.take(LogTold::Ended);
        assert_eq!(tail.end, Some(Ok(())));
    }
}
