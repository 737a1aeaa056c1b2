//! Lines that belong together, and go together when they are filtered or sorted.

use crate::screens::cluster_object::page::{ClusterPage, PageItem};

/// A row with what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadBlock {
    pub items: Vec<PageItem>,
    /// What a filter looks into, in small letters.
    pub hay: String,
}

impl WorkloadBlock {
    /// Lines that are found by these words.
    #[must_use]
    pub fn new(items: Vec<PageItem>, words: &[&str]) -> Self {
        Self { items, hay: words.join(" ").to_lowercase() }
    }
}

/// The words of a filter: all must be there, case ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFilter(Vec<String>);

impl BlockFilter {
    /// Reads what was typed.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    /// Whether it lets lines through.
    #[must_use]
    pub fn lets(&self, block: &WorkloadBlock) -> bool {
        self.0.iter().all(|word| block.hay.contains(word.as_str()))
    }

    /// Puts those of them on a page that it lets through; how many it does not.
    pub fn put(&self, page: &mut ClusterPage, blocks: Vec<WorkloadBlock>) -> usize {
        let (shown, hidden): (Vec<WorkloadBlock>, Vec<WorkloadBlock>) =
            blocks.into_iter().partition(|block| self.lets(block));
        page.items.extend(shown.into_iter().flat_map(|block| block.items));
        hidden.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_be_there() {
        let block = WorkloadBlock::new(Vec::new(), &["orders/API", "CrashLoopBackOff"]);
        assert!(BlockFilter::of("api crash").lets(&block));
        assert!(!BlockFilter::of("api image").lets(&block));
        assert!(BlockFilter::of(" ").lets(&block), "no words let all through");
    }
}
