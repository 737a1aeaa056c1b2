//! What is on a page, before it is laid out.

use jiff::Timestamp;

use crate::screens::cluster_object::key::ThingKey;
use crate::services::kubernetes::logs::LogSource;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::ui::table::Column;

/// What Enter does on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageLink {
    Object(ThingKey),
    Log(LogSource),
    /// More lines of this are shown, or fewer.
    Unfold(&'static str),
    /// Nothing is opened: the cursor rests here.
    Here(String),
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum PageBody {
    /// The heading of a section.
    Section(Line),
    /// Words behind a lead, wrapped.
    Prose { lead: Line, words: String, role: Role },
    /// One line, cut at its end.
    Plain(Line),
    /// The headings of a table, by its index.
    Headings(usize),
    /// A row of a table: a cell for each of its columns.
    Row(usize, Vec<Line>),
}

/// A line of a page, before it is laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct PageItem {
    pub body: PageBody,
    /// Since when it is so, for an age at the right.
    pub since: Option<Timestamp>,
    pub opens: Option<PageLink>,
    /// It is about something that is wrong.
    pub is_wrong: bool,
}

impl PageItem {
    /// A line without more.
    #[must_use]
    pub fn of(body: PageBody) -> Self {
        Self { body, since: None, opens: None, is_wrong: false }
    }

    /// One line, cut at its end.
    #[must_use]
    pub fn plain(line: Line) -> Self {
        Self::of(PageBody::Plain(line))
    }

    /// A line of air.
    #[must_use]
    pub fn gap() -> Self {
        Self::plain(Line::new())
    }

    /// The heading of a section, and what stands dim behind it.
    #[must_use]
    pub fn section(title: impl Into<String>, beside: impl Into<String>) -> Self {
        let beside: String = beside.into();
        let mut line: Line = vec![(format!(" {}", title.into()), Role::Header)];
        if !beside.is_empty() {
            line.push((format!("  {beside}"), Role::Dim));
        }
        Self::of(PageBody::Section(line))
    }

    /// Words behind a mark, wrapped.
    #[must_use]
    pub fn marked((mark, role): (&str, Role), indent: usize, words: impl Into<String>, said: Role) -> Self {
        let lead = vec![(format!("{:indent$}{mark} ", ""), role)];
        Self::of(PageBody::Prose { lead, words: words.into(), role: said })
    }

    /// Words behind a label.
    #[must_use]
    pub fn fact(label: &str, words: impl Into<String>, role: Role) -> Self {
        let lead = vec![(format!("   {} ", crate::ui::text::fit(label, 13)), Role::Dim)];
        Self::of(PageBody::Prose { lead, words: words.into(), role })
    }

    /// What to do.
    #[must_use]
    pub fn advice(indent: usize, words: impl Into<String>) -> Self {
        Self::marked(("→", Role::Accent), indent, words, Role::Text)
    }

    /// The same since a moment.
    #[must_use]
    pub fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }

    /// The same that opens something.
    #[must_use]
    pub fn opening(self, opens: Option<PageLink>) -> Self {
        Self { opens, ..self }
    }

    /// The same that opens a thing.
    #[must_use]
    pub fn to(self, key: Option<ThingKey>) -> Self {
        self.opening(key.map(PageLink::Object))
    }

    /// The same where something is wrong with it.
    #[must_use]
    pub fn wrong(self, is_wrong: bool) -> Self {
        Self { is_wrong, ..self }
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterPage {
    pub items: Vec<PageItem>,
    /// The columns of its tables.
    pub tables: Vec<Vec<Column>>,
}

impl ClusterPage {
    /// One more line.
    pub fn push(&mut self, item: PageItem) {
        self.items.push(item);
    }

    /// One more section: air above it, but at the top.
    pub fn section(&mut self, title: impl Into<String>, beside: impl Into<String>) {
        if !self.items.is_empty() {
            self.items.push(PageItem::gap());
        }
        self.items.push(PageItem::section(title, beside));
    }

    /// One more table: its index, for its rows.
    pub fn table(&mut self, columns: Vec<Column>) -> usize {
        self.tables.push(columns);
        let table = self.tables.len() - 1;
        self.items.push(PageItem::of(PageBody::Headings(table)));
        table
    }

    /// All of another below.
    pub fn append(&mut self, other: Self) {
        let begins = matches!(other.items.first(), Some(PageItem { body: PageBody::Section(_), .. }));
        if begins && !self.items.is_empty() {
            self.items.push(PageItem::gap());
        }
        let first = self.tables.len();
        self.tables.extend(other.tables);
        self.items.extend(other.items.into_iter().map(|mut item| {
            match &mut item.body {
                PageBody::Headings(table) | PageBody::Row(table, _) => *table += first,
                PageBody::Section(_) | PageBody::Prose { .. } | PageBody::Plain(_) => {}
            }
            item
        }));
    }

    /// The items that the cursor goes to.
    pub fn stops(&self) -> impl Iterator<Item = usize> + '_ {
        self.items.iter().enumerate().filter(|(_, item)| item.opens.is_some()).map(|(at, _)| at)
    }

    /// What an item opens.
    #[must_use]
    pub fn link(&self, item: usize) -> Option<&PageLink> {
        self.items.get(item)?.opens.as_ref()
    }
}

/// A cell of one piece.
#[must_use]
pub fn cell(words: impl Into<String>, role: Role) -> Vec<Piece> {
    vec![(words.into(), role)]
}
