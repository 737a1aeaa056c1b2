//! The help that is open: how far it is scrolled, and what is looked for in it.

use tui_input::Input;

/// The help that is open.
#[derive(Debug, Clone, Default)]
pub struct OpenHelp {
    /// Rows that are scrolled away.
    pub scroll: usize,
    /// What is looked for; empty shows all.
    pub sought: Input,
    /// Keys are text: what is looked for is being typed.
    pub is_typing: bool,
}
