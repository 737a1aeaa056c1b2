//! Answers with moments and values that cannot be: nothing that is computed from them grows with them.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::domain::{Fault, Metric};
use quarterdeck::screens::{OpenScreen, View};
use quarterdeck::services::{alarms, rds};
use quarterdeck::slices::reads::{Answer, Request};

use crate::harness::{self, good};

/// The last second of year 9999, and long before there were clocks.
const FAR: [i64; 2] = [253_402_300_799, -1_000_000_000_000];

/// The good answers, with every moment in them moved to this one.
fn absurd(request: &Request, at: Timestamp) -> Vec<Result<Answer, Fault>> {
    let moved = |answer: Answer| match answer {
        Answer::Rds(rds::Answer::Databases(mut all)) => {
            for database in all.iter_mut().map(Arc::make_mut) {
                database.created = Some(at);
                database.latest_restorable = Some(at);
                database.certificate_valid_till = Some(at);
            }
            Answer::Rds(rds::Answer::Databases(all))
        }
        Answer::Rds(rds::Answer::Snapshots(mut all)) => {
            for snapshot in &mut all {
                snapshot.created = Some(at);
            }
            Answer::Rds(rds::Answer::Snapshots(all))
        }
        Answer::Rds(rds::Answer::Maintenance(mut all)) => {
            for action in &mut all {
                action.auto_applied_after = Some(at);
                action.forced_at = Some(at);
                action.current_apply = Some(at);
            }
            Answer::Rds(rds::Answer::Maintenance(all))
        }
        Answer::Alarms(alarms::Answer::All(mut all)) => {
            for alarm in all.iter_mut().map(Arc::make_mut) {
                alarm.since = Some(at);
            }
            Answer::Alarms(alarms::Answer::All(all))
        }
        Answer::Rds(rds::Answer::Events { mut events, window }) => {
            for event in &mut events {
                event.at = at;
            }
            Answer::Rds(rds::Answer::Events { events, window })
        }
        Answer::Rds(rds::Answer::MetricPart { call, mut answer }) => {
            answer.partial = true;
            for points in &mut answer.points {
                points.extend(FAR.map(|at| (at, 1e300)));
            }
            Answer::Rds(rds::Answer::MetricPart { call, answer })
        }
        other => other,
    };
    good(request).into_iter().map(|answer| answer.map(moved)).collect()
}

#[test]
fn moments_that_cannot_be_cost_no_more_than_others() {
    for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        let mut desk = harness::fresh();
        desk.answer(|request| Some(absurd(request, at)));
        assert!(desk.text_at(120, 40).contains(harness::OPENED), "{at}");
        desk.enter(harness::OPENED);
        desk.answer(|request| Some(absurd(request, at)));
        assert!(desk.text_at(120, 40).contains("CPU"), "{at}");
        for data in &desk.state.shell.world.sites {
            for metric in Metric::CHARTED {
                let series = data.rds.store.series(harness::OPENED, metric, 60);
                assert!(series.is_none_or(|series| series.covered().end < 4_000_000_000), "{metric:?}");
            }
        }
        desk.state.views.show(View::Screen(OpenScreen::Fleet));
        assert!(!desk.text_at(120, 40).trim().is_empty());
    }
}
