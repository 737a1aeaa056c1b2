//! The cost of a frame and of taking in data, over worlds of 14 and of 5,000 DB instances.

#![allow(clippy::expect_used, reason = "a benchmark without its world has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Msg, State, update, view};
use quarterdeck::cli::{Source, World};
use quarterdeck::collect::metrics::{MetricQuery, MetricStore, calls};
use quarterdeck::domain::Metric;
use quarterdeck::keymap::Keymap;
use quarterdeck::runtime::connect::connect;
use quarterdeck::runtime::{Driver, Performer, headless};
use quarterdeck::theme::{ColorDepth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A console at 200×50 that has read all of its world.
fn console(databases: Option<usize>) -> State {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let at = Some("2026-11-22T03:12:44Z".parse().expect("a moment"));
        let source = Source { sandbox: true, world: World { databases, at, ..World::default() }, ..Source::default() };
        let connection = connect(&source).await.expect("the sandbox");
        let now = connection.clock.now();
        let mut state =
            State::new(connection.estate.clone(), now, Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        state.shell.size = (200, 50);
        let (driver, answers) = Driver::new(&connection.sessions, &connection.estate);
        let performer = Performer::new(driver, headless::NoTerminal);
        let heard = (answers, tokio::sync::mpsc::channel(1).1);
        let wait = std::time::Duration::from_secs(45);
        let mut console = headless::Unattended::new(&mut state, performer, heard, &connection.clock, wait);
        console.look().await.expect("nothing but reading");
        console.frame().await.expect("nothing but reading");
        state
    })
}

fn frames(criterion: &mut Criterion) {
    let area = Rect::new(0, 0, 200, 50);
    let mut buffer = Buffer::empty(area);
    let mut state = console(None);
    criterion.bench_function("frame 200x50, 14 databases", |b| b.iter(|| view::render(&state, area, &mut buffer)));
    update(&mut state, Msg::Key("enter".parse().expect("a key")));
    criterion.bench_function("frame 200x50, one database", |b| b.iter(|| view::render(&state, area, &mut buffer)));

    let mut large = console(Some(5000));
    criterion.bench_function("frame 200x50, 5000 databases", |b| b.iter(|| view::render(&large, area, &mut buffer)));
    criterion.bench_function("key to state, 5000 databases", |b| {
        b.iter(|| update(&mut large, Msg::Key("j".parse().expect("a key"))));
    });
    criterion.bench_function("open the palette and close it, 5000 databases", |b| {
        b.iter(|| [":", "esc"].map(|key| update(&mut large, Msg::Key(key.parse().expect("a key")))));
    });
    update(&mut large, Msg::Key(":".parse().expect("a key")));
    criterion.bench_function("a letter in the palette and back, 5000 databases", |b| {
        b.iter(|| ["4", "backspace"].map(|key| update(&mut large, Msg::Key(key.parse().expect("a key")))));
    });
    update(&mut large, Msg::Key("esc".parse().expect("a key")));
    criterion.bench_function("rebuild the rows of 5000 databases", |b| {
        b.iter(|| {
            large.shell.world.forget_checkups();
            settle(&mut large);
        });
    });
}

fn packing(criterion: &mut Criterion) {
    let wanted: Vec<MetricQuery> = (0..5000)
        .flat_map(|i| {
            let database: std::sync::Arc<str> = format!("load-{i:05}-db").into();
            Metric::CHARTED.into_iter().take(12).map(move |metric| MetricQuery { database: database.clone(), metric })
        })
        .collect();
    criterion.bench_function("plan 60000 metrics", |b| {
        b.iter(|| calls(&MetricStore::default(), wanted.iter().cloned(), 60, 0..3600, 3600));
    });
}

criterion_group!(benches, frames, packing);
criterion_main!(benches);
