//! All keys of where one is, by what they are for, in as many columns as there is room for; and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{beyond, prompt, window};
use crate::keymap::{Action, ActionGroup, Keymap, Layer};
use crate::screens::help::OpenHelp;
use crate::screens::{Screen, State, View, executions};
use crate::theme::Role;
use crate::ui::pen::{self, Piece};
use crate::ui::{layout, prose, text};

/// The narrowest column of keys.
const NARROW: usize = 34;
/// The widest that one is of use.
const WIDE: usize = 52;
/// Columns between two of them.
const GAP: usize = 2;

/// What the marks mean.
const LEGEND: &[(&str, Role, &str)] = &[
    ("✖", Role::Critical, "critical"),
    ("▲", Role::Warning, "warning"),
    ("●", Role::Good, "as it should be"),
    ("○", Role::Unknown, "nothing known yet"),
    ("◌", Role::Stale, "the last good value, old"),
    ("–", Role::Text, "does not apply"),
    ("?", Role::Text, "not known"),
    ("▌", Role::Text, "belongs to production"),
    ("▁▄█", Role::ChartLine, "the last while, low to high"),
    ("┄", Role::ChartThreshold, "a limit"),
    ("◆", Role::Accent, "armed"),
];

/// Keys or a mark, and what is said of them.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    keys: Vec<String>,
    role: Role,
    says: String,
}

/// What stands under one heading.
#[derive(Debug, Clone, PartialEq)]
struct Section {
    title: &'static str,
    entries: Vec<Entry>,
}

/// Everything that there is to say of a view.
fn sections(keymap: &Keymap, view: &View, screen: Screen) -> Vec<Section> {
    let here = view.heard();
    let mut sections: Vec<Section> = ActionGroup::ALL
        .into_iter()
        .map(|group| Section { title: group.title(), entries: entries(keymap, here, |action| action.group() == group) })
        .collect();
    if matches!(view, View::Filter(_)) {
        let form = |(form, says): &(&str, &str)| Entry {
            keys: vec![(*form).to_owned()],
            role: Role::Key,
            says: (*says).to_owned(),
        };
        sections.push(Section { title: "Filter", entries: screen.filter_forms().iter().map(form).collect() });
    }
    // Where it differs from what stands above.
    for (layer, title) in [(Layer::Overlay, "In menus and lists"), (Layer::Prompt, "While typing")] {
        let is_other = |action: Action| {
            let known = keymap.keys_for(here, action);
            keymap.keys_for(&[layer], action).iter().any(|key| !known.contains(key))
        };
        if !here.contains(&layer) {
            sections.push(Section { title, entries: entries(keymap, &[layer], is_other) });
        }
    }
    let marks = LEGEND.iter().map(|(mark, role, says)| Entry {
        keys: vec![(*mark).to_owned()],
        role: *role,
        says: (*says).to_owned(),
    });
    sections.push(Section { title: "Marks", entries: marks.collect() });
    sections.retain(|section| !section.entries.is_empty());
    sections
}

/// The actions with keys in these layers, in their own order; nine that say the same are one line.
fn entries(keymap: &Keymap, layers: &[Layer], is_wanted: impl Fn(Action) -> bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    for action in Action::ALL.iter().copied().filter(|action| is_wanted(*action)) {
        let mut keys = keymap.keys_for(layers, action);
        if keys.is_empty() || action.environment().is_some_and(|place| place > 0) {
            continue;
        }
        let several = action.environment().is_some();
        if let Some(last) = keymap.key_for(layers, Action::Environment9).filter(|_| several) {
            keys = vec![format!("{} … {last}", keys.join(" "))];
        }
        let says = if several { "environment 1 … 9" } else { action.describe() };
        entries.push(Entry { keys, role: Role::Key, says: says.to_owned() });
    }
    entries
}

/// What has all the words that are looked for, in its keys, its words or its heading; headings without any go.
fn found(mut sections: Vec<Section>, sought: &str) -> Vec<Section> {
    let sought = sought.trim();
    let words: Vec<String> = sought.to_lowercase().split_whitespace().map(str::to_owned).collect();
    for section in &mut sections {
        let title = section.title;
        section.entries.retain(|entry| {
            let text = format!("{title} {} {}", entry.keys.join(" "), entry.says).to_lowercase();
            entry.keys.iter().any(|key| key == sought) || words.iter().all(|word| text.contains(word))
        });
    }
    sections.retain(|section| !section.entries.is_empty());
    sections
}

/// How wide the columns are, and how much of one is for the keys.
#[derive(Debug, Clone, Copy)]
struct Grid {
    columns: usize,
    width: usize,
    keys: usize,
}

impl Grid {
    fn of(room: usize) -> Self {
        let columns = ((room + GAP) / (NARROW + GAP)).max(1);
        let width = ((room + GAP) / columns).saturating_sub(GAP).clamp(1, WIDE);
        Self { columns, width, keys: if width >= 44 { 16 } else { 10 }.min(width / 2) }
    }

    /// The heading and the lines below it.
    fn lines(self, section: &Section) -> Vec<Vec<Piece>> {
        let mut lines = vec![vec![(section.title.to_owned(), Role::Header)]];
        for entry in &section.entries {
            let lead =
                vec![(text::fit(&self.keys_of(entry), self.keys).into_owned(), entry.role), ("  ".into(), Role::Text)];
            lines.extend(prose::hanging(lead, &entry.says, Role::Text, self.width));
        }
        lines
    }

    /// As many of its keys as there is room for, the first in any case.
    fn keys_of(self, entry: &Entry) -> String {
        let mut shown = String::new();
        for key in &entry.keys {
            let more = if shown.is_empty() { key.clone() } else { format!("{shown}  {key}") };
            if !shown.is_empty() && text::width(&more) > self.keys {
                break;
            }
            shown = more;
        }
        shown
    }

    /// The lines of each column: sections in their order, none of them broken, the columns as low as they can be.
    fn arrange(self, sections: &[Section]) -> Vec<Vec<Vec<Piece>>> {
        let blocks: Vec<Vec<Vec<Piece>>> = sections.iter().map(|section| self.lines(section)).collect();
        let whole: usize = blocks.iter().map(|block| block.len() + 1).sum();
        let tallest = blocks.iter().map(Vec::len).max().unwrap_or(0);
        let mut height = tallest.max(whole / self.columns);
        loop {
            let columns = filled(&blocks, height);
            if columns.len() <= self.columns || height >= whole {
                return columns;
            }
            height += 1;
        }
    }
}

/// Fills one column after another up to a height.
fn filled(blocks: &[Vec<Vec<Piece>>], height: usize) -> Vec<Vec<Vec<Piece>>> {
    let mut columns: Vec<Vec<Vec<Piece>>> = Vec::new();
    for block in blocks {
        match columns.last_mut() {
            Some(column) if column.len() + 1 + block.len() <= height => {
                column.push(Vec::new());
                column.extend(block.iter().cloned());
            }
            _ => columns.push(block.clone()),
        }
    }
    columns
}

fn tallest(columns: &[Vec<Vec<Piece>>]) -> usize {
    columns.iter().map(Vec::len).max().unwrap_or(0)
}

/// Room for what is looked for, above the keys.
fn searched(help: &OpenHelp) -> u16 {
    u16::from(help.is_typing || !help.sought.value().is_empty())
}

/// The same of what the help is asked for.
fn of(state: &State) -> Vec<Section> {
    sections(&state.shell.keymap, state.views.helped(), state.screen())
}

/// The place of the help: as large as all of it needs, whatever is left of it.
fn area(state: &State, body: Rect) -> Rect {
    let width = body.width.saturating_sub(2).max(body.width.min(24));
    let grid = Grid::of(usize::from(width.saturating_sub(4)));
    let used = u16::try_from(grid.columns * (grid.width + GAP) + 2).unwrap_or(width).min(width);
    let all = grid.arrange(&of(state));
    let rows = u16::try_from(tallest(&all)).unwrap_or(u16::MAX).saturating_add(3);
    layout::popup(body, used, rows.min(body.height))
}

/// How far the help that is open can be scrolled.
#[must_use]
pub fn help_scroll_limit(state: &State, help: &OpenHelp) -> usize {
    let area = area(state, executions::body(&state.shell));
    let grid = Grid::of(usize::from(area.width.saturating_sub(4)));
    let sections = found(of(state), help.sought.value());
    let page = area.height.saturating_sub(2 + searched(help));
    tallest(&grid.arrange(&sections)).saturating_sub(usize::from(page))
}

/// Draws the help.
pub fn help(state: &State, help: &OpenHelp, body: Rect, buf: &mut Buffer) {
    let area = area(state, body);
    let inside = window(state, area, &format!("Keys: {}", state.views.helped().title()), buf);
    let above = searched(help).min(inside.height);
    if above > 0 {
        let line = Rect { height: 1, ..inside };
        if help.is_typing {
            prompt(state, "/", &help.sought, line, buf);
        } else {
            let pieces = [("/".to_owned(), Role::Key), (help.sought.value().to_owned(), Role::Text)];
            pen::left(buf, line, &pieces, &state.shell.theme);
        }
    }
    let list = Rect { y: inside.y + above, height: inside.height - above, ..inside };
    let grid = Grid::of(usize::from(inside.width));
    let columns = grid.arrange(&found(of(state), help.sought.value()));
    if columns.is_empty() {
        pen::left(buf, list, &[("nothing matches".into(), Role::Dim)], &state.shell.theme);
        return;
    }
    let below = tallest(&columns).saturating_sub(help.scroll + usize::from(list.height));
    beyond(state, area, help.scroll, below, buf);
    let step = u16::try_from(grid.width + GAP).unwrap_or(u16::MAX);
    let mut x = list.x;
    for column in &columns {
        let room = u16::try_from(grid.width).unwrap_or(u16::MAX).min(list.right().saturating_sub(x));
        for (y, line) in (list.y..list.bottom()).zip(column.iter().skip(help.scroll)) {
            pen::left(buf, Rect { x, y, width: room, height: 1 }, line, &state.shell.theme);
        }
        x = x.saturating_add(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::OpenScreen;

    fn all() -> Vec<Section> {
        sections(&Keymap::default(), &View::Screen(OpenScreen::Fleet), Screen::Fleet)
    }

    fn says(sections: &[Section]) -> Vec<&str> {
        sections.iter().flat_map(|section| &section.entries).map(|entry| entry.says.as_str()).collect()
    }

    #[test]
    fn every_action_of_the_screen_stands_once_under_what_it_is_for() {
        let sections = all();
        for action in Action::ALL.iter().copied().filter(|action| action.environment().is_none()) {
            let keys = Keymap::default().keys_for(&[Layer::Fleet, Layer::Global], action);
            let of = sections.iter().find(|section| section.title == action.group().title());
            let count = of.map_or(0, |of| of.entries.iter().filter(|entry| entry.says == action.describe()).count());
            assert_eq!(count, usize::from(!keys.is_empty()), "{action:?}");
        }
    }

    #[test]
    fn a_filter_is_told_as_its_own_table_reads_it() {
        let forms = |screen| {
            let sections = sections(&Keymap::default(), &View::Filter(String::new().into()), screen);
            let filter = sections.into_iter().find(|section| section.title == "Filter").expect("the forms");
            filter.entries.into_iter().map(|entry| format!("{} {}", entry.keys[0], entry.says)).collect::<Vec<_>>()
        };
        let all = [Screen::Databases, Screen::Alarms, Screen::Audit].map(|screen| forms(screen).join("\n"));
        assert!(all[0].contains("tag:Key=v") && all[0].contains("cpu:>80"), "{}", all[0]);
        for (screen, told) in [(Screen::Alarms, &all[1]), (Screen::Audit, &all[2])] {
            assert!(!told.contains("tag:") && !told.contains('>'), "{screen:?}: {told}");
        }
    }

    #[test]
    fn it_is_narrowed_by_key_word_and_heading() {
        assert_eq!(says(&found(all(), "arm or")), ["arm or disarm"]);
        assert!(says(&found(all(), "?")).contains(&"help") && says(&found(all(), "?")).contains(&"not known"));
        assert!(says(&found(all(), "marks")).contains(&"critical"));
        assert!(found(all(), "xyzzy").is_empty());
        assert_eq!(found(all(), " "), all());
    }

    #[test]
    fn no_section_is_broken_and_none_is_lost() {
        for room in [16, 36, 74, 114, 194] {
            let grid = Grid::of(room);
            let columns = grid.arrange(&all());
            assert!(columns.len() <= grid.columns, "{room}");
            let lines: Vec<&Vec<Piece>> = columns.iter().flatten().filter(|line| !line.is_empty()).collect();
            let expected: usize = all().iter().map(|section| grid.lines(section).len()).sum();
            assert_eq!(lines.len(), expected, "{room}");
            if room > 30 {
                assert!(lines.iter().all(|line| pen::width(line) <= grid.width), "{room}");
            }
        }
        assert!(Grid::of(74).columns == 2 && Grid::of(114).columns == 3 && Grid::of(194).columns == 5);
    }
}
