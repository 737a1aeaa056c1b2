//! The columns of a table.

use serde_json::{Value, json};

/// What heads a column, and whether it is shown unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PrinterColumn {
    pub(super) name: &'static str,
    /// An OpenAPI type.
    pub(super) kind: &'static str,
    pub(super) format: &'static str,
    pub(super) description: &'static str,
    /// 0 is always shown; anything else with `-o wide` only.
    pub(super) priority: u8,
}

pub(super) const NAME: PrinterColumn = PrinterColumn { format: "name", ..text("Name", "The object's name.") };
pub(super) const AGE: PrinterColumn = text("Age", "The time since the object was created.");
pub(super) const CONTAINERS: PrinterColumn = text("Containers", "The template's containers.").wide();
pub(super) const IMAGES: PrinterColumn = text("Images", "The images of the template's containers.").wide();
pub(super) const SELECTOR: PrinterColumn = text("Selector", "Which pods belong to it.").wide();

/// A column of text.
pub(super) const fn text(name: &'static str, description: &'static str) -> PrinterColumn {
    PrinterColumn { name, kind: "string", format: "", description, priority: 0 }
}

/// A column of whole numbers.
pub(super) const fn number(name: &'static str, description: &'static str) -> PrinterColumn {
    PrinterColumn { name, kind: "integer", format: "", description, priority: 0 }
}

impl PrinterColumn {
    /// Shown with `-o wide` only.
    pub(super) const fn wide(mut self) -> Self {
        self.priority = 1;
        self
    }

    /// As `columnDefinitions` hold it.
    pub(super) fn definition(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        })
    }
}
