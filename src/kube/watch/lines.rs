//! The lines of a watch, as they come.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::{Instant, timeout_at};

/// No object is longer: etcd refuses requests of more than 1.5 MiB.
const LONGEST_LINE: usize = 16 << 20;

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum LineTold {
    /// A whole line, without its end.
    Line(Bytes),
    /// The server has ended it, after a whole line.
    End,
    /// It is over in the middle of something, and why.
    Cut(String),
    TooLong,
    /// Nothing came for too long.
    Silent,
}

/// The body of an answer, line by line.
pub(super) struct WatchLines {
    body: Body,
    buffer: BytesMut,
    /// Up to here there is no end of a line in the buffer.
    searched: usize,
    heard: Instant,
    longest: Duration,
}

impl WatchLines {
    /// With how long a silence is borne.
    pub(super) fn new(body: Body, longest: Duration) -> Self {
        Self { body, buffer: BytesMut::new(), searched: 0, heard: Instant::now(), longest }
    }

    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// The next line that is not empty. Nothing is lost where it is dropped before it is there.
    pub(super) async fn next(&mut self) -> LineTold {
        loop {
            while let Some(line) = self.line() {
                if !line.iter().all(u8::is_ascii_whitespace) {
                    return LineTold::Line(line);
                }
            }
            if self.buffer.len() > LONGEST_LINE {
                return LineTold::TooLong;
            }
            let frame = match timeout_at(self.heard + self.longest, self.body.frame()).await {
                Err(_) => return LineTold::Silent,
                Ok(None) if self.buffer.iter().all(u8::is_ascii_whitespace) => return LineTold::End,
                Ok(None) => return LineTold::Cut("it ended in the middle of a line".into()),
                Ok(Some(Err(error))) => return LineTold::Cut(said(&error)),
                Ok(Some(Ok(frame))) => frame,
            };
            self.heard = Instant::now();
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
            }
        }
    }

    fn line(&mut self) -> Option<Bytes> {
        let Some(end) = self.buffer.iter().skip(self.searched).position(|byte| *byte == b'\n') else {
            self.searched = self.buffer.len();
            return None;
        };
        let line = self.buffer.split_to(self.searched + end).freeze();
        self.buffer.advance(1);
        self.searched = 0;
        Some(line)
    }
}

/// What the deepest cause says.
fn said(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
