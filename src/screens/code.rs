//! The question for the code of an MFA device.

/// Digits of a code (IAM user guide, "Using MFA devices with your IAM sign-in page").
const DIGITS: usize = 6;

/// The question, and what was typed so far. Never shown, never logged.
#[derive(Clone, Default)]
pub struct CodePrompt {
    /// The session that asks, in words.
    pub session: String,
    /// Serial of the device.
    pub serial: String,
    pub typed: String,
}

impl CodePrompt {
    /// Takes the digits of what is typed or pasted, as many as a code has.
    pub fn take(&mut self, text: &str) {
        let room = DIGITS.saturating_sub(self.typed.len());
        self.typed.extend(text.chars().filter(char::is_ascii_digit).take(room));
    }
}

impl std::fmt::Debug for CodePrompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodePrompt").field("session", &self.session).finish_non_exhaustive()
    }
}
