//! The question, and what was answered so far.

use tui_input::Input;

use crate::domain::EnvironmentId;

/// The question, and what was answered so far.
#[derive(Debug, Clone)]
pub struct ArmQuestion {
    pub environment: EnvironmentId,
    pub reason: Input,
    pub minutes: Input,
    /// True when the minutes take the keys.
    pub on_minutes: bool,
    pub problem: Option<String>,
}

impl ArmQuestion {
    /// The line that takes the keys.
    pub fn line(&mut self) -> &mut Input {
        if self.on_minutes { &mut self.minutes } else { &mut self.reason }
    }
}
