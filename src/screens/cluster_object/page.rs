//! A page of a cluster: sections of words and small tables, some lines of which open something. What is on it is made when
//! something is heard; only how it is laid out depends on the size of the screen.

mod columns;
mod content;
mod cursor;
mod laid;

pub use content::{ClusterPage, PageBody, PageItem, PageLink, cell};
pub use cursor::PageCursor;
pub use laid::{LaidLine, LaidPage};

#[cfg(test)]
mod tests;
