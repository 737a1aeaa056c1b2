//! Short messages that go away by themselves. Nothing that matters is only a toast.

use jiff::{SignedDuration, Timestamp};

/// How a toast should be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Bad,
}

/// The message at the foot of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub text: String,
    pub tone: Tone,
    pub until: Timestamp,
}

impl Toast {
    /// A toast that stays six seconds; bad news stays ten.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone, now: Timestamp) -> Self {
        let seconds = if tone == Tone::Bad { 10 } else { 6 };
        let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        Self { text: text.into(), tone, until }
    }
}
