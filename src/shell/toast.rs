//! Short messages that go away by themselves. Nothing that matters is only a toast.

use jiff::{SignedDuration, Timestamp};

/// How a toast should be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Bad,
}

/// What a toast is about, where it is over before its time: what is not so any more is not said any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// It was so, and stays so.
    News,
    /// The question before leaving: the next key answers it.
    Leaving,
    /// What is in the way of arming.
    Arming,
    /// A key that was not heard: one that is takes its place.
    Unheard,
}

/// The message at the foot of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub text: String,
    pub tone: Tone,
    pub topic: Topic,
    pub until: Timestamp,
    /// It answers a key: the next one is about something else.
    pub is_reply: bool,
}

impl Toast {
    /// A toast that stays six seconds; bad news stays ten.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone, topic: Topic, now: Timestamp) -> Self {
        let seconds = if tone == Tone::Bad { 10 } else { 6 };
        let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        Self { text: text.into(), tone, topic, until, is_reply: false }
    }
}
