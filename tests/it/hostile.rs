//! Names, tags and messages that try to take over the terminal: nothing of them may reach it but
//! as text, and they may not push anything out of its column.

use quarterdeck::domain::text::is_hostile;
use quarterdeck::picture::{self, Format};
use quarterdeck::screens::databases;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::harness::{Desk, MOMENT, run};
use crate::pty::{Console, Start};

const SCENARIO: &str = "hostile";
const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 50)];

/// Nothing in a frame steers a terminal or hides text, in any form that it is written in.
fn harmless(frame: &Buffer, place: &str) {
    for y in frame.area.top()..frame.area.bottom() {
        for x in frame.area.left()..frame.area.right() {
            let symbol = frame[(x, y)].symbol();
            let bad = symbol.chars().find(|c| is_hostile(*c));
            assert_eq!(bad, None, "{place}: {symbol:?} in column {x}, row {y}");
            assert!(symbol.width() <= 2, "{place}: {symbol:?} is wider than two columns");
        }
    }
    for format in [Format::Text, Format::Svg] {
        let text = picture::render(frame, format);
        let bad = text.chars().find(|c| *c != '\n' && is_hostile(*c));
        assert_eq!(bad, None, "{place}: in the picture as {format:?}");
    }
    let ansi = without_colours(&picture::render(frame, Format::Ansi));
    let bad = ansi.chars().find(|c| *c != '\n' && is_hostile(*c));
    assert_eq!(bad, None, "{place}: in the picture with colours, beside the colours");
}

/// Removes sequences that choose colours and attributes (SGR), and only those.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        out.push_str(&rest[..at]);
        let parameters = rest[at + 2..].find(|c: char| !c.is_ascii_digit() && c != ';');
        if let Some(end) = parameters.map(|end| at + 2 + end).filter(|end| rest[*end..].starts_with('m')) {
            rest = &rest[end + 1..];
        } else {
            out.push('\x1b');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

#[test]
fn only_colours_are_removed() {
    assert_eq!(without_colours("a\x1b[0;38;5;1mb\x1b[0m"), "ab");
    assert!(without_colours("a\x1b[2Jb").contains('\x1b'));
}

async fn world() -> Desk {
    let mut desk = Desk::still(SCENARIO).await;
    desk.settle().await;
    desk
}

/// The names of the DB instances that the scenario adds, as the table has them.
fn strangers(desk: &Desk) -> Vec<String> {
    let rows = desk.state.databases.rows.iter();
    let names = rows.filter_map(|row| row.database(&desk.state.shell.world)).map(|database| database.id.clone());
    names.filter(|id| id.starts_with("rentaliq-lab-") && id != "rentaliq-lab-db").collect()
}

#[test]
fn every_screen_is_harmless() {
    run(|| async {
        let mut desk = world().await;
        let names = strangers(&desk);
        assert!(names.len() >= 6, "{names:?}");
        for (columns, rows) in SIZES {
            harmless(&desk.frame(columns, rows), "databases");
        }
        for keys in ["e", ":", "s", "c"] {
            desk.press(keys);
            harmless(&desk.frame(120, 40), keys);
            desk.press("esc");
        }
        for name in &names {
            desk.enter(name);
            desk.settle().await;
            for pane in ["charts", "replication", "events", "snapshots", "configuration"] {
                for (columns, rows) in SIZES {
                    harmless(&desk.frame(columns, rows), &format!("{pane} of {name}"));
                }
                desk.press("tab");
            }
            desk.press("y");
            for (columns, rows) in SIZES {
                harmless(&desk.frame(columns, rows), &format!("copying of {name}"));
            }
            desk.press("esc esc");
        }
    });
}

#[test]
fn every_column_is_harmless() {
    run(|| async {
        let mut desk = world().await;
        for column in databases::Column::ALL {
            if !desk.state.databases.columns.contains(&column) {
                desk.state.databases.columns.push(column);
            }
        }
        desk.state.databases.columns.sort_unstable();
        for columns in [120, 200, 300] {
            harmless(&desk.frame(columns, 50), "all columns");
        }
    });
}

#[test]
fn what_is_copied_is_harmless() {
    run(|| async {
        let mut desk = world().await;
        for name in strangers(&desk) {
            desk.enter(&name);
            desk.settle().await;
            desk.press("y");
            let Some(quarterdeck::screens::View::Menu(menu)) = desk.state.views.overlay() else { panic!("no menu") };
            for item in menu.visible() {
                let bad = item.detail.chars().find(|c| is_hostile(*c));
                assert_eq!(bad, None, "{} of {name}", item.label);
            }
            desk.press("esc esc");
        }
    });
}

/// The column of the frame at which a text stands in a row.
fn place(frame: &Buffer, y: u16, text: &str) -> Option<u16> {
    (frame.area.left()..frame.area.right()).find(|x| read(frame, *x, y).starts_with(text))
}

/// What a row says from a column on.
fn read(frame: &Buffer, from: u16, y: u16) -> String {
    let mut text = String::new();
    let mut x = from;
    while x < frame.area.right() {
        let symbol = frame[(x, y)].symbol();
        text.push_str(symbol);
        x += u16::try_from(symbol.width().max(1)).expect("two at most");
    }
    text
}

#[test]
fn names_of_any_width_leave_the_columns_where_they_are() {
    run(|| async {
        let mut desk = world().await;
        for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
            let frame = desk.frame(columns, rows);
            let heading = (0..rows).find(|y| place(&frame, *y, "DB INSTANCE").is_some()).expect("headings");
            let status = place(&frame, heading, "STATUS").expect("the heading of the status");
            let screen = &desk.state.databases;
            let visible = screen.rows.iter().skip(screen.offset).take(databases::page(desk.state.shell.size));
            for (y, row) in (heading + 1..).zip(visible) {
                let database = row.database(&desk.state.shell.world).expect("a DB instance");
                let shown = read(&frame, status, y);
                let wanted: String = database.status.chars().take(9).collect();
                assert!(shown.starts_with(&wanted), "{} at {columns}: {shown:?} is not {wanted:?}", database.id);
                assert_eq!(frame[(status - 1, y)].symbol(), " ", "{} touches the next column", database.id);
            }
        }
    });
}

/// What the scenario's names, tags and messages would send, and the console never sends itself.
const PAYLOADS: [&str; 10] = [
    "\x1b[31mred",
    "\x1b]",
    "\x1b[2J\x1b[H",
    "\x1b[1;31mDB",
    "\x1b[5m",
    "\x1bP",
    "\u{9b}",
    "\u{90}",
    "\u{202e}",
    "\u{7}",
];

#[test]
fn nothing_of_it_reaches_a_real_terminal() {
    let args = ["--sandbox", "--scenario", SCENARIO, "--at", MOMENT];
    let mut console = Console::start(&Start { args: &args, size: (160, 50), ..Start::default() });
    console.shows("checks pass");
    console.types("D");
    console.shows("Databases 20");
    console.shows("prod-orders-db-reporting");

    // In a terminal, too, every status stands in the same column.
    let straight = |console: &Console| {
        let lines = console.lines();
        let column = |name: &str| {
            let line = lines.iter().find(|line| line.contains(name) && line.contains("available"))?;
            line.find("available").map(|at| line[..at].width())
        };
        let expected = column("rentaliq-qa-db");
        let all = ["東京-db", "dorp-qilatner", "[0m-db", "lgo-db"].map(column);
        (expected.is_some() && all.iter().all(|found| *found == expected)).then_some(()).ok_or((expected, all, lines))
    };
    // A frame may be half written when it is read; it is whole soon after.
    let mut tries = 0;
    while let Err(crooked) = straight(&console) {
        tries += 1;
        assert!(tries < 1000, "{crooked:#?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }

    console.types("/");
    console.types("[31mred");
    console.shows("1 of 20");
    console.types("\r\r");
    console.shows("Replication");
    console.types("\t\t");
    console.shows("▸Events");
    console.shows("DB instance failed");
    console.types("\t");
    console.shows("▸Snapshots");
    console.types("\t");
    console.shows("▸Configuration");
    console.types("y");
    console.shows("psql");
    console.types("\x1b");
    console.hides("psql");
    console.types("\x1b");
    console.shows("1 of 20");
    console.types("q");
    assert!(console.ends().success());

    let raw = console.raw();
    let text = String::from_utf8(raw).expect("UTF-8");
    // The one sequence of this form is the console's own question for the background, asked first.
    let text = text.replacen(crate::pty::QUESTION, "", 1);
    for payload in PAYLOADS {
        assert!(!text.contains(payload), "{payload:?} came through");
    }
    let bad = text.chars().find(|c| !matches!(c, '\x1b' | '\r' | '\n') && is_hostile(*c));
    assert_eq!(bad, None);
    for sequence in sequences(&text) {
        let own = sequence.ends_with(['m', 'H', 'J', 'K', 'h', 'l', 'A', 'B', 'C', 'D', 'G']);
        assert!(own, "{sequence:?} is none of the console's own sequences");
    }
}

/// The escape sequences in a stream, each from after its escape to its end.
fn sequences(text: &str) -> impl Iterator<Item = &str> {
    text.split('\x1b').skip(1).map(|rest| match rest.strip_prefix('[') {
        Some(parameters) => {
            let end = parameters.find(|c: char| ('@'..='~').contains(&c)).map_or(rest.len(), |at| at + 2);
            &rest[..end]
        }
        None => rest,
    })
}
