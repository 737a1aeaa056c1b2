//! A line of text that is typed.

use tui_input::{Input, InputRequest};

use crate::domain::text;
use crate::keymap::Key;

/// Inserts text where the cursor of the line is.
pub fn insert(input: &mut Input, text: &str) {
    for c in text.chars() {
        input.handle(InputRequest::InsertChar(c));
    }
}

/// Edits a line of text as shells do; false when the key is not for editing.
pub fn edit(input: &mut Input, key: Key) -> bool {
    let request = match (key.character(), key.to_string().as_str()) {
        (Some(character), _) if text::is_hostile(character) => return false,
        (Some(character), _) => InputRequest::InsertChar(character),
        (_, "space") => InputRequest::InsertChar(' '),
        (_, "backspace") => InputRequest::DeletePrevChar,
        (_, "delete") => InputRequest::DeleteNextChar,
        (_, "left") => InputRequest::GoToPrevChar,
        (_, "right") => InputRequest::GoToNextChar,
        (_, "home" | "ctrl-a") => InputRequest::GoToStart,
        (_, "end" | "ctrl-e") => InputRequest::GoToEnd,
        (_, "ctrl-w") => InputRequest::DeletePrevWord,
        (_, "ctrl-u") => InputRequest::DeleteLine,
        (_, "ctrl-k") => InputRequest::DeleteTillEnd,
        _ => return false,
    };
    input.handle(request);
    true
}
