//! The end of events.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::Value;

use super::super::feed::Feed;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// How long an event lives after its last change (`--event-ttl`), seconds.
const LIFE: i64 = 3600;

/// Takes events away an hour after their last change, as etcd's leases do.
#[derive(Debug)]
pub struct Expiry {
    feed: Feed,
    /// The minute of each event's end.
    ends: HashMap<ObjectKey, i64>,
    order: BTreeSet<(i64, ObjectKey)>,
}

impl Default for Expiry {
    fn default() -> Self {
        Self { feed: Feed::new(Resource::Events), ends: HashMap::new(), order: BTreeSet::new() }
    }
}

impl Expiry {
    fn forget(&mut self, key: &ObjectKey) {
        if let Some(minute) = self.ends.remove(key) {
            self.order.remove(&(minute, key.clone()));
        }
    }
}

/// When an event was changed last, as far as it says.
fn touched(event: &Value, now: Timestamp) -> Timestamp {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let said = [&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["eventTime"]];
    let at: Option<Timestamp> = said.into_iter().filter_map(time).max();
    at.or_else(|| metadata::creation_timestamp(event)).map_or(now, |at| at.min(now))
}

impl Controller for Expiry {
    fn name(&self) -> &'static str {
        "event-expiry"
    }

    /// Ends are rounded up to whole minutes, so that expiry costs one look a minute.
    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let news = self.feed.news(store);
        if news.anew {
            self.ends.clear();
            self.order.clear();
        }
        for heard in news.heard {
            self.forget(&heard.key);
            if let Some(event) = heard.after {
                let since = if news.anew { touched(&event, now) } else { now };
                let minute = (since.as_second() + LIFE).div_euclid(60) + 1;
                self.order.insert((minute, heard.key.clone()));
                self.ends.insert(heard.key, minute);
            }
        }
        while let Some((minute, key)) = self.order.first().cloned() {
            if minute * 60 > now.as_second() {
                return Timestamp::from_second(minute * 60).ok();
            }
            self.forget(&key);
            let _ = store.delete(&key, now, &DeleteOptions::now());
        }
        None
    }
}
