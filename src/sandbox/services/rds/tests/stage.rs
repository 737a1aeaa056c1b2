use std::sync::RwLock;

use jiff::Timestamp;

use super::{ask, sandbox, texts};
use crate::sandbox::world::World;
use crate::sandbox::world::moment::after;

/// A quiet world with shortcuts for one region.
pub(super) struct Stage {
    pub(super) world: RwLock<World>,
    pub(super) epoch: Timestamp,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::playing("quiet")
    }

    pub(super) fn playing(scenario: &str) -> Self {
        let (world, epoch) = sandbox(scenario, None);
        Self { world, epoch }
    }

    pub(super) fn at(&self, seconds: i64, form: &str) -> (u16, String) {
        self.in_region("us-east-1", seconds, form)
    }

    pub(super) fn in_region(&self, region: &str, seconds: i64, form: &str) -> (u16, String) {
        ask(&self.world, after(self.epoch, seconds), region, form)
    }

    /// The call succeeds.
    pub(super) fn ok(&self, seconds: i64, form: &str) -> String {
        let (status, xml) = self.at(seconds, form);
        assert_eq!(status, 200, "{form}: {xml}");
        xml
    }

    /// The call is refused with this code.
    pub(super) fn refused(&self, seconds: i64, code: &str, form: &str) -> String {
        let (status, xml) = self.at(seconds, form);
        assert!(status >= 400, "{form}: {xml}");
        assert_eq!(texts(&xml, "Code"), [code], "{form}: {xml}");
        texts(&xml, "Message").first().map(|message| (*message).to_owned()).unwrap_or_default()
    }

    pub(super) fn look(&self, seconds: i64, id: &str) -> String {
        self.ok(seconds, &format!("Action=DescribeDBInstances&DBInstanceIdentifier={id}"))
    }

    pub(super) fn status(&self, seconds: i64, id: &str) -> String {
        one(&self.look(seconds, id), "DBInstanceStatus")
    }
}

pub(super) fn one(xml: &str, element: &str) -> String {
    texts(xml, element).first().map(|text| (*text).to_owned()).unwrap_or_default()
}
