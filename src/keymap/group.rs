//! What actions are put together by in the help.

/// What an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionGroup {
    /// To another place, and back.
    Go,
    /// Within a place.
    Move,
    /// What of a place is seen.
    Look,
    /// The time that charts show.
    Time,
    /// Something in AWS, or what is allowed there.
    Change,
    /// For the clipboard.
    Copy,
    /// The console itself.
    Console,
}

impl ActionGroup {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 7] = [Self::Go, Self::Move, Self::Look, Self::Time, Self::Change, Self::Copy, Self::Console];

    /// As a heading says it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Go => "Go to",
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Time => "Time in charts",
            Self::Change => "Change",
            Self::Copy => "Copy",
            Self::Console => "Console",
        }
    }
}
