//! The cursor of a page: it goes from one line that opens something to the next, and no line is passed unseen.

use super::laid::LaidPage;
use super::{ClusterPage, PageBody, PageLink};
use crate::keymap::Action;

/// Where the cursor is, and how far the page is scrolled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageCursor {
    /// The item that it is on.
    pub item: usize,
    /// What that opens, so that the cursor stays on it when the page is made anew.
    link: Option<PageLink>,
    /// Lines that are scrolled past.
    pub scroll: usize,
    /// It was moved: before, it stays on what stands first.
    is_moved: bool,
}

impl PageCursor {
    /// What is under it.
    #[must_use]
    pub fn current<'a>(&self, page: &'a ClusterPage) -> Option<&'a PageLink> {
        page.link(self.item)
    }

    /// Puts it on an item, with as little scrolling as is needed to see it.
    pub fn put(&mut self, page: &ClusterPage, laid: &LaidPage<'_>, rows: usize, item: usize) {
        (self.item, self.link, self.is_moved) = (item, page.link(item).cloned(), true);
        let Some(line) = laid.line_of(item) else { return };
        let seen = laid.page(rows).max(1);
        // What stands above a first line is its heading.
        let above = if page.stops().next() == Some(item) { 0 } else { line };
        let end = laid.end_of(item).min(line + seen);
        self.scroll = self.scroll.max(end.saturating_sub(seen)).min(line);
        if end <= seen {
            self.scroll = self.scroll.min(above);
        }
        self.scroll = self.scroll.min(laid.most(rows));
    }

    /// After the page was made anew: it goes where what it was on went, and stays where it was where that is gone.
    pub fn keep(&mut self, page: &ClusterPage) {
        let stops: Vec<usize> = page.stops().collect();
        let same = self.link.as_ref().filter(|_| self.is_moved);
        let same = same.and_then(|link| {
            let all = stops.iter().copied().filter(|at| page.link(*at) == Some(link));
            all.min_by_key(|at| at.abs_diff(self.item))
        });
        let near = || {
            let all = stops.iter().copied();
            if self.is_moved { all.min_by_key(|at| at.abs_diff(self.item)) } else { stops.first().copied() }
        };
        self.item = same.or_else(near).unwrap_or(0);
        self.link = page.link(self.item).cloned();
    }

    /// Performs what moves it; false where the action does not.
    pub fn act(&mut self, page: &ClusterPage, laid: &LaidPage<'_>, rows: usize, action: Action) -> bool {
        let (seen, most) = (laid.page(rows).max(1), laid.most(rows));
        self.scroll = self.scroll.min(most);
        let line = |item: usize| laid.line_of(item).unwrap_or(0);
        match action {
            Action::Down => {
                let from = if self.is_seen(laid, seen) { line(self.item) + 1 } else { self.scroll };
                let next = page.stops().find(|item| line(*item) >= from);
                match next.filter(|item| line(*item) <= self.scroll + seen && *item != self.item) {
                    Some(next) => self.put(page, laid, rows, next),
                    None => self.scroll = (self.scroll + 1).min(most),
                }
            }
            Action::Up => {
                let from = if self.is_seen(laid, seen) { line(self.item) } else { self.scroll + seen };
                let next = page.stops().filter(|item| line(*item) < from).last();
                match next.filter(|item| line(*item) + 1 >= self.scroll) {
                    Some(next) => self.put(page, laid, rows, next),
                    None => self.scroll = self.scroll.saturating_sub(1),
                }
            }
            Action::HalfPageDown | Action::PageDown => {
                let by = if action == Action::PageDown { seen } else { (seen / 2).max(1) };
                self.by(page, laid, (self.scroll + by).min(most), by, true);
            }
            Action::HalfPageUp | Action::PageUp => {
                let by = if action == Action::PageUp { seen } else { (seen / 2).max(1) };
                self.by(page, laid, self.scroll.saturating_sub(by), by, false);
            }
            Action::Top => {
                self.scroll = 0;
                if let Some(first) = page.stops().next() {
                    self.put(page, laid, rows, first);
                }
                self.scroll = 0;
            }
            Action::Bottom => {
                if let Some(last) = page.stops().last() {
                    self.put(page, laid, rows, last);
                }
                self.scroll = most;
            }
            Action::NextPane => self.section(page, laid, rows, true),
            Action::PreviousPane => self.section(page, laid, rows, false),
            Action::NextFinding | Action::PreviousFinding => return self.wrong(page, laid, rows, action),
            _ => return false,
        }
        true
    }

    /// Whether its line is on the screen.
    fn is_seen(&self, laid: &LaidPage<'_>, seen: usize) -> bool {
        laid.line_of(self.item).is_some_and(|line| (self.scroll..self.scroll + seen).contains(&line))
    }

    /// Scrolls, and takes the cursor along by as much.
    fn by(&mut self, page: &ClusterPage, laid: &LaidPage<'_>, scroll: usize, by: usize, is_down: bool) {
        let line = |item: usize| laid.line_of(item).unwrap_or(0);
        let at = line(self.item);
        self.scroll = scroll;
        let to = if is_down { at + by } else { at.saturating_sub(by) };
        let next = if is_down {
            page.stops().find(|item| line(*item) >= to).or_else(|| page.stops().last())
        } else {
            page.stops().filter(|item| line(*item) <= to).last().or_else(|| page.stops().next())
        };
        if let Some(next) = next {
            (self.item, self.link, self.is_moved) = (next, page.link(next).cloned(), true);
        }
    }

    /// Goes to the next section, or the one before; around the ends.
    fn section(&mut self, page: &ClusterPage, laid: &LaidPage<'_>, rows: usize, is_next: bool) {
        let is_section = |item: &usize| matches!(page.items[*item].body, PageBody::Section(_));
        let all: Vec<usize> = (0..page.items.len()).filter(is_section).collect();
        let Some(first) = all.first() else { return };
        let line = |item: usize| laid.line_of(item).unwrap_or(0);
        let here = if self.is_seen(laid, laid.page(rows).max(1)) { line(self.item) } else { self.scroll };
        // The section that the cursor is in; the page may begin with lines of none.
        let at = all.iter().rposition(|item| line(*item) <= here);
        let to = match (at, is_next) {
            (Some(at), true) => all[(at + 1) % all.len()],
            (Some(at), false) => all[(at + all.len() - 1) % all.len()],
            (None, true) => *first,
            (None, false) => all[all.len() - 1],
        };
        self.scroll = line(to).min(laid.most(rows));
        let end = all.iter().find(|item| **item > to).copied().unwrap_or(usize::MAX);
        if let Some(stop) = page.stops().find(|item| (to..end).contains(item)) {
            (self.item, self.link, self.is_moved) = (stop, page.link(stop).cloned(), true);
            if !self.is_seen(laid, laid.page(rows).max(1)) {
                self.put(page, laid, rows, stop);
            }
        } else {
            (self.item, self.link, self.is_moved) = (to, None, true);
        }
    }

    /// Goes to the next line that is about something wrong, or the one before.
    fn wrong(&mut self, page: &ClusterPage, laid: &LaidPage<'_>, rows: usize, action: Action) -> bool {
        let mut all = page.stops().filter(|item| page.items[*item].is_wrong);
        let next = if action == Action::NextFinding {
            let first = page.stops().find(|item| page.items[*item].is_wrong);
            all.find(|item| *item > self.item).or(first)
        } else {
            let before: Vec<usize> = all.collect();
            before.iter().rev().find(|item| **item < self.item).or(before.last()).copied()
        };
        let Some(next) = next else { return false };
        self.put(page, laid, rows, next);
        true
    }
}
