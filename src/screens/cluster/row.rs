//! One line of the list: a node, a claim that is no node yet, or claims that came to nothing.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::finding::Severity;
use crate::screens::cluster_object::ObjectKey;
use crate::services::kubernetes::Used;
use crate::services::kubernetes::model::Resources;
use crate::services::kubernetes::price::HourlyPrice;
use crate::services::kubernetes::why::ClaimStory;

/// Where a line is in a machine's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineStage {
    Ready,
    NotReady,
    /// A claim that is no node yet.
    Coming,
    /// A claim that came to nothing.
    Lost,
}

/// One line: a machine from the moment at which one is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineRow {
    pub key: ObjectKey,
    /// How findings name it.
    pub thing: String,
    /// As it stands in the list: a claim in brackets.
    pub shown: String,
    pub stage: MachineStage,
    /// It is going, or held back from going.
    pub is_going: bool,
    /// Who brought it: a pool, a managed group, Fargate.
    pub owner: String,
    /// The pool that it is of, where Karpenter brought it.
    pub pool: Option<Arc<str>>,
    /// Of a claim of which nothing was launched what was asked for, with a question mark.
    pub instance_type: String,
    pub zone: String,
    /// `spot`, `od`, `rsv`.
    pub capacity: &'static str,
    /// What its pods ask for; none where pods are not known, or there is no node.
    pub requested: Option<Resources>,
    pub allocatable: Resources,
    /// None where no metrics server tells.
    pub used: Option<Used>,
    /// Pods that hold resources; none where they are not known.
    pub pods: Option<usize>,
    /// None where nothing runs.
    pub price: Option<HourlyPrice>,
    /// Since when it is there; of what came to nothing when that was.
    pub since: Option<Timestamp>,
    /// What is to be said of its state; empty where nothing is.
    pub state: String,
    /// Of a claim that is no node yet: where it is.
    pub story: Option<ClaimStory>,
    /// The worst finding of it.
    pub worst: Option<Severity>,
    /// When all this was so.
    pub made: Timestamp,
}

impl MachineRow {
    /// Its state in words, as it is by now: a claim that waits goes on waiting though nothing is told of it.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> String {
        let Some(story) = &self.story else { return self.state.clone() };
        let later = now.duration_since(self.made).as_secs().max(0);
        let waits = story.waits.map(|waits| waits + later);
        let state = ClaimStory { waits, ..story.clone() }.state();
        match story.tries {
            Some(tries) => format!("{state}, {}", tries.words()),
            None => state,
        }
    }

    /// A claim that waits for longer than a healthy start takes.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.story.as_ref().is_some_and(ClaimStory::is_late)
    }

    /// The worst first, for the order: what is wrong, what comes, what came to nothing, what goes, and the rest.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match (self.worst, self.stage) {
            (Some(Severity::Critical), _) | (_, MachineStage::NotReady) => 0,
            (Some(Severity::Warning), _) => 1,
            _ if self.is_late() => 1,
            (_, MachineStage::Coming) => 2,
            (_, MachineStage::Lost) => 3,
            _ if self.is_going => 4,
            _ if !self.state.is_empty() => 5,
            _ => 6,
        }
    }
}

/// What several lines are together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MachineSum {
    pub nodes: usize,
    pub ready: usize,
    pub coming: usize,
    pub going: usize,
    pub lost: usize,
    pub on_demand: usize,
    pub spot: usize,
    pub reserved: usize,
    /// None where pods are not known.
    pub requested: Option<Resources>,
    pub allocatable: Resources,
    /// Of the nodes of which the metrics server tells, and what these have.
    pub used: Option<(Used, Resources)>,
    pub pods: Option<usize>,
    /// Of those whose price is known.
    pub price: HourlyPrice,
    /// Machines whose price is not known.
    pub unpriced: usize,
}

impl MachineSum {
    /// All of these together.
    #[must_use]
    pub fn of<'r>(rows: impl Iterator<Item = &'r MachineRow>) -> Self {
        let mut sum = Self { requested: Some(Resources::default()), pods: Some(0), ..Self::default() };
        for row in rows {
            sum.take(row);
        }
        sum
    }

    fn take(&mut self, row: &MachineRow) {
        match row.price {
            Some(HourlyPrice::Unknown) => self.unpriced += 1,
            Some(price) => self.price = self.price.with(price),
            None => {}
        }
        self.going += usize::from(row.is_going);
        match row.stage {
            MachineStage::Coming => {
                self.coming += 1;
                return;
            }
            MachineStage::Lost => {
                self.lost += 1;
                return;
            }
            MachineStage::Ready => self.ready += 1,
            MachineStage::NotReady => {}
        }
        self.nodes += 1;
        match row.capacity {
            "spot" => self.spot += 1,
            "od" => self.on_demand += 1,
            "rsv" => self.reserved += 1,
            _ => {}
        }
        self.allocatable += &row.allocatable;
        match (&mut self.requested, &row.requested) {
            (Some(all), Some(requested)) => *all += requested,
            _ => self.requested = None,
        }
        self.pods = self.pods.zip(row.pods).map(|(all, pods)| all + pods);
        if let Some(used) = row.used {
            let (all, of) = self.used.get_or_insert_default();
            all.cpu += used.cpu;
            all.memory += used.memory;
            *of += &row.allocatable;
        }
    }

    /// What they cost together; not known where no price of them is.
    #[must_use]
    pub fn price(&self) -> HourlyPrice {
        if self.price == HourlyPrice::Nothing && self.unpriced > 0 { HourlyPrice::Unknown } else { self.price }
    }
}
