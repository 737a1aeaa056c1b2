//! The AWS CLI is the judge of who signs in, and where: for every row of a table `aws sts
//! get-caller-identity` and `qd` are asked on the same files, variables and options. They agree on
//! region, account, key and roles, or both refuse. What is expected is not written down anywhere: it
//! is what the CLI does.
//!
//! A row is a part of a file in `table/`. The rows whose names have some words in common, with
//! everything that was asked and said:
//!
//! ```sh
//! QD_TEST_ROW='a chain of' cargo test --test it aws_cli
//! ```

mod endpoint;
mod outcome;
mod row;
mod service;
mod signature;
mod tools;

use std::collections::BTreeSet;
use std::env;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use self::outcome::{Outcome, Run};
use self::row::Row;

/// Rows at the same time. Starting the CLI is work, the rest is waiting.
const AT_ONCE: usize = 4;
/// So many rows are the least, and in so many the CLI signs in: where it refuses, anything would agree.
const LEAST: (usize, usize) = (45, 30);

#[test]
fn the_aws_cli_and_the_console_sign_in_alike() {
    let wanted = env::var("QD_TEST_ROW").ok();
    let mut rows = row::table();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "two rows have one name");
    if let Some(words) = &wanted {
        rows.retain(|row| row.name.contains(words));
        assert!(!rows.is_empty(), "no row is called {words:?}");
    }
    let judged = judge(&rows);
    if wanted.is_some() {
        let whole: String = judged.iter().map(|(row, aws, qd)| told(row, aws, qd, true)).collect();
        // Past the test's own output, which is shown of a failure only.
        io::stderr().lock().write_all(whole.as_bytes()).unwrap();
    } else {
        let signed_in = judged.iter().filter(|(_, aws, _)| matches!(aws.outcome, Outcome::SignedIn { .. })).count();
        assert!(rows.len() >= LEAST.0 && signed_in >= LEAST.1, "{signed_in} of {} rows sign in", rows.len());
    }
    let differing: Vec<_> = judged.iter().filter(|(_, aws, qd)| aws.outcome != qd.outcome).collect();
    let list: String = differing.iter().map(|(row, aws, qd)| told(row, aws, qd, false)).collect();
    assert!(differing.is_empty(), "{} of {} rows differ\n{list}", differing.len(), rows.len());
}

/// Asks both of every row; in the order of the table.
fn judge(rows: &[Row]) -> Vec<(&Row, Run, Run)> {
    let next = AtomicUsize::new(0);
    let judged = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(row) = rows.get(number) else { return };
                    let (aws, qd) = (tools::aws(row), tools::qd(row));
                    judged.lock().unwrap_or_else(PoisonError::into_inner).push((number, (row, aws, qd)));
                }
            });
        }
    });
    let mut judged = judged.into_inner().unwrap();
    judged.sort_by_key(|(number, _)| *number);
    judged.into_iter().map(|(_, judged)| judged).collect()
}

/// What came of a row.
fn told(row: &Row, aws: &Run, qd: &Run, whole: bool) -> String {
    format!("\n{}\n  aws: {}\n  qd:  {}\n", row.name, aws.told(whole), qd.told(whole))
}
