//! Explanations as lines.

use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::why::{WhyLine, WhyTone};
use crate::theme::Role;

/// The mark of a line of an explanation, and the role of its words.
pub fn tone(tone: WhyTone) -> ((&'static str, Role), Role) {
    match tone {
        WhyTone::Good => (("●", Role::Good), Role::Text),
        WhyTone::Note => (("·", Role::Dim), Role::Text),
        WhyTone::Waits => (("▲", Role::Warning), Role::Text),
        WhyTone::Blocks => (("✖", Role::Critical), Role::Text),
        WhyTone::Unknown => (("○", Role::Unknown), Role::Dim),
    }
}

/// Its lines, and below them what to do.
pub fn put(page: &mut ClusterPage, lines: &[WhyLine], advice: &[String], indent: usize) {
    for line in lines {
        let (mark, role) = tone(line.tone);
        page.push(PageItem::marked(mark, indent, line.words.clone(), role).since(line.since));
    }
    for advice in advice {
        page.push(PageItem::advice(indent, advice.clone()));
    }
}
