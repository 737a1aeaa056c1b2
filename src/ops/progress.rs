//! What a look at the world says of a call that was sent.

/// Seconds by which AWS's clock and this machine's may differ.
pub const SKEW: i64 = 60;

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Under way: `creating 62 %`.
    Going(String),
    /// The end: `available`.
    Reached(String),
    /// AWS makes the change in this maintenance window: `sun:04:00-sun:05:00`, UTC.
    Scheduled { window: String },
    /// It will not come to a good end: why.
    Failed(String),
}

/// Whether a call whose answer was lost has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    Yes,
    /// There is no sign of it yet.
    NoSign,
}
