//! The last known state: written when the console is left, shown at once by the next one.

use std::os::unix::fs::PermissionsExt;

use jiff::SignedDuration;
use quarterdeck::app::settle::settle;
use quarterdeck::app::{Msg, State, update};
use quarterdeck::domain::Remote;
use quarterdeck::runtime::last_known::{self, Ahead};

use crate::harness;

fn started_anew(state: &State, hours: i64) -> State {
    let mut fresh = harness::fresh().state;
    fresh.views = state.views.clone();
    fresh.shell.world.schedule = quarterdeck::slices::reads::Schedule::default();
    fresh.shell.world.now = state.shell.world.now + SignedDuration::from_hours(hours);
    fresh
}

#[test]
fn the_next_start_shows_the_last_state_with_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper/last-known.msgpack");
    let before = harness::fleet();
    last_known::write(&last_known::gather(&before), &path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let mut after = started_anew(&before, 3);
    last_known::recall(&mut after, &path, Ahead::default());
    settle(&mut after);
    assert_eq!(after.databases.rows.len(), before.databases.rows.len());
    for (old, new) in before.shell.world.sites.iter().zip(&after.shell.world.sites) {
        assert_eq!(old.rds.databases.value(), new.rds.databases.value());
        assert_eq!(old.rds.databases.at(), new.rds.databases.at(), "its age is that of the reading");
        assert_eq!(old.rds.store, new.rds.store);
    }
    let mut desk = harness::Desk::by_hand(after);
    assert!(desk.text_at(120, 40).contains("data 3h"));
}

#[test]
fn what_is_damaged_or_old_is_as_good_as_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last-known.msgpack");
    let before = harness::fleet();
    last_known::write(&last_known::gather(&before), &path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    // MessagePack writes a small number as one byte.
    let version = b"version".as_slice();
    let at = whole.windows(version.len()).position(|part| part == version).unwrap() + version.len();
    let mut earlier = whole.clone();
    assert_eq!(std::mem::replace(&mut earlier[at], 2), 3);
    for bytes in [b"", b"{}".as_slice(), &whole[..whole.len() / 2], &earlier] {
        std::fs::write(&path, bytes).unwrap();
        let mut after = started_anew(&before, 1);
        last_known::recall(&mut after, &path, Ahead::default());
        assert!(after.shell.world.sites.iter().all(|data| data.rds.databases.value().is_none()));
    }
    std::fs::write(&path, &whole).unwrap();
    let mut after = started_anew(&before, 24 * 8);
    last_known::recall(&mut after, &path, Ahead::default());
    assert!(after.shell.world.sites.iter().all(|data| data.rds.databases.value().is_none()));
}

/// The file may come from an account that the profile no longer leads to.
#[test]
fn what_was_read_from_another_account_goes_when_the_identity_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last-known.msgpack");
    let mut before = harness::fleet();
    for data in &mut before.shell.world.sites {
        if let Remote::Ready { value, .. } = &mut data.identity {
            value.account = "999999999999".into();
        }
    }
    last_known::write(&last_known::gather(&before), &path).unwrap();
    let mut after = started_anew(&before, 1);
    after.shell.world.estate.environments_mut().for_each(|environment| environment.expected_account = None);
    last_known::recall(&mut after, &path, Ahead::default());
    assert!(after.shell.world.sites.iter().all(|data| data.rds.databases.value().is_some()));
    let now = after.shell.world.now;
    let mut desk = harness::Desk::by_hand(after);
    desk.send(Msg::Tick(now));
    desk.answer(|request| match request.ask {
        quarterdeck::slices::reads::Ask::Identity => Some(harness::good(request)),
        _ => None,
    });
    update(&mut desk.state, Msg::Tick(now));
    assert!(desk.state.shell.world.sites.iter().all(|data| data.rds.databases.value().is_none()));
}

/// Whichever file was read ahead, what is shown is of the one that is wanted.
#[test]
fn a_file_that_is_read_ahead_is_used_only_where_it_is_the_one() {
    let folder = tempfile::tempdir().unwrap();
    let [mine, other] = ["last-known-1.msgpack", "last-known-2.msgpack"].map(|name| folder.path().join(name));
    let known = harness::fleet();
    last_known::write(&last_known::gather(&known), &mine).unwrap();
    let mut fewer = known.clone();
    fewer.shell.world.sites.iter_mut().for_each(|data| data.rds.databases = Remote::Idle);
    last_known::write(&last_known::gather(&fewer), &other).unwrap();
    let of = |path: &std::path::Path| std::fs::File::options().append(true).open(path).unwrap();
    let older = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    for (old, wanted) in [(&other, &mine), (&mine, &mine)] {
        of(old).set_modified(older).unwrap();
        let mut after = started_anew(&known, 1);
        last_known::recall(&mut after, wanted, Ahead::begin(folder.path()));
        assert!(after.shell.world.sites.iter().all(|data| data.rds.databases.value().is_some()));
        of(old).set_modified(std::time::SystemTime::now()).unwrap();
    }
    let mut after = started_anew(&known, 1);
    last_known::recall(&mut after, &other, Ahead::begin(folder.path()));
    assert!(after.shell.world.sites.iter().all(|data| data.rds.databases.value().is_none()));
}
