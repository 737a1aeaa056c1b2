//! The parameters of an operation as they are edited in a plan, and given by `--param`.

use jiff::Timestamp;

/// A value that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub value: String,
    /// Dim beside it: `2 vCPU 8 GiB  +$52.56/mo`.
    pub detail: String,
}

/// A moment worth knowing inside a restorable window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub at: Timestamp,
    /// `automated snapshot`, or the event's message.
    pub words: String,
}

/// How a field is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// A whole number of this unit (`GiB`, `days`).
    Whole {
        unit: &'static str,
    },
    /// Yes or no.
    Switch,
    /// One of these; other values may be typed when `open`.
    Choice {
        offers: Vec<Offer>,
        open: bool,
    },
    /// A moment between two, with what happened around it, oldest first.
    Moment {
        earliest: Timestamp,
        latest: Timestamp,
        marks: Vec<Mark>,
    },
}

/// One parameter with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// As in `--param name=value`; `snake_case`.
    pub name: &'static str,
    /// At most 14 columns.
    pub label: &'static str,
    /// As `set` would take it; `true` and `false` for a switch, RFC 3339 for a moment.
    pub value: String,
    pub kind: FieldKind,
    /// One line that helps; may be empty.
    pub hint: String,
}

impl Field {
    /// A field without a hint.
    #[must_use]
    pub fn new(name: &'static str, label: &'static str, value: impl Into<String>, kind: FieldKind) -> Self {
        Self { name, label, value: value.into(), kind, hint: String::new() }
    }

    /// With a line that helps.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// Reads a switch.
///
/// # Errors
/// What would have been right.
pub fn switch(value: &str) -> Result<bool, String> {
    match value.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err(format!("{value:?} is neither yes nor no")),
    }
}

/// Reads a whole number within limits.
///
/// # Errors
/// What would have been right.
pub fn whole(value: &str, least: i32, most: i32) -> Result<i32, String> {
    let number: i32 = value.trim().parse().map_err(|_| format!("{value:?} is not a whole number"))?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(format!("{number} is not within {least} and {most}"))
    }
}

/// The answer to a parameter that an operation does not have.
#[must_use]
pub fn unknown(name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        format!("there is no parameter {name:?}: this operation has none")
    } else {
        format!("there is no parameter {name:?}: there are {}", known.join(", "))
    }
}
