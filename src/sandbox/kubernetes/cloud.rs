//! EC2 as a cluster meets it: instances that are launched, join and end; offerings with their prices and the
//! capacity that lacks; spot interruptions.

mod fleet;
mod machines;
mod node;
mod offering;
mod user_data;

pub use fleet::{FleetError, Launch, LaunchError};
pub use machines::Machines;
pub use node::{KUBELET, ready_node};
pub use offering::{CapacityType, Offering, Shortage, offerings, spot_price};
pub use user_data::UserData;

use crate::sandbox::kubernetes::instance_types::InstanceType;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A cloud that controllers share, and that scenarios and tests change while they run.
pub type SharedCloud = Arc<Mutex<Cloud>>;

/// An availability zone with the private subnet in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub name: String,
    /// `euw1-az1`: the same for every account.
    pub id: String,
    pub subnet: String,
    /// The second and third number of its addresses: `10.0.32.0/19` begins at (0, 32).
    pub network: (u8, u8),
}

/// What becomes of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Running,
    /// Terminated on request or by EC2; gone from DescribeInstances at the moment.
    ShuttingDown {
        until: Timestamp,
    },
}

/// An instance.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudInstance {
    pub id: String,
    pub kind: &'static InstanceType,
    pub zone: String,
    pub capacity_type: CapacityType,
    pub image: String,
    /// What it tells its kubelet.
    pub user_data: UserData,
    pub launched: Timestamp,
    /// `ip-10-0-32-17.eu-west-1.compute.internal`: what the node will be called.
    pub host_name: String,
    pub address: String,
    /// When its kubelet registers; never, for what cannot reach the cluster.
    pub joins: Option<Timestamp>,
    pub state: State,
    /// EC2 has given two minutes' notice and takes it then.
    pub reclaimed: Option<Timestamp>,
}

impl CloudInstance {
    /// `aws:///eu-west-1a/i-…`, as nodes and claims name it.
    pub fn provider_id(&self) -> String {
        format!("aws:///{}/{}", self.zone, self.id)
    }
}

/// A message on Karpenter's interruption queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: Timestamp,
    pub instance: String,
    pub kind: MessageKind,
}

/// What EventBridge announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Two minutes before EC2 takes a spot instance.
    SpotInterruption,
    RebalanceRecommendation,
    /// Health says that the host is to be retired.
    ScheduledChange,
    InstanceStopping,
    InstanceTerminating,
}

/// What keeps instances from joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinFailure {
    /// Only claims of this pool, or the node group of this name; all of them otherwise.
    pub pool: Option<String>,
    pub from: Timestamp,
    /// Open-ended otherwise.
    pub until: Option<Timestamp>,
}

/// The EC2 of one cluster's account and region.
#[derive(Debug)]
pub struct Cloud {
    pub region: String,
    pub account: String,
    pub zones: Vec<Zone>,
    pub shortages: Vec<Shortage>,
    pub join_failures: Vec<JoinFailure>,
    instances: BTreeMap<String, CloudInstance>,
    queue: Vec<Message>,
    seed: u64,
    counter: u64,
}

impl Cloud {
    /// Without instances and with capacity of everything.
    pub fn new(region: &str, account: &str, zones: Vec<Zone>, seed: u64) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            zones,
            shortages: Vec::new(),
            join_failures: Vec::new(),
            instances: BTreeMap::new(),
            queue: Vec::new(),
            seed,
            counter: 0,
        }
    }

    /// The zone of that name.
    pub fn zone(&self, name: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.name == name)
    }

    /// The instance of a provider id, as long as DescribeInstances knows it.
    pub fn describe(&self, provider_id: &str, now: Timestamp) -> Option<&CloudInstance> {
        let one = self.instances.get(provider_id.rsplit('/').next()?)?;
        match one.state {
            State::ShuttingDown { until } if until <= now => None,
            _ => Some(one),
        }
    }

    /// All instances that are not terminated.
    pub fn instances(&self) -> impl Iterator<Item = &CloudInstance> {
        self.instances.values()
    }

    /// What an instance was launched with.
    pub fn set_user_data(&mut self, id: &str, user_data: &UserData) {
        if let Some(one) = self.instances.get_mut(id) {
            user_data.clone_into(&mut one.user_data);
        }
    }

    /// Every type in the request has an image of its own: that of the type that was given.
    pub fn set_image(&mut self, id: &str, image: &str) {
        if let Some(one) = self.instances.get_mut(id) {
            image.clone_into(&mut one.image);
        }
    }

    /// TerminateInstances: it shuts down within half a minute or so. False when there is none.
    pub fn terminate(&mut self, provider_id: &str, now: Timestamp) -> bool {
        if self.describe(provider_id, now).is_none() {
            return false;
        }
        let pause = 20 + (self.number(provider_id) % 25) as i64;
        let until = later(now, pause);
        let id = provider_id.rsplit('/').next().unwrap_or(provider_id);
        if let Some(one) = self.instances.get_mut(id)
            && one.state == State::Running
        {
            one.state = State::ShuttingDown { until };
        }
        true
    }

    /// EC2 announces that it takes a spot instance in two minutes.
    pub fn interrupt(&mut self, provider_id: &str, now: Timestamp) {
        let id = provider_id.rsplit('/').next().unwrap_or(provider_id);
        if let Some(one) = self.instances.get_mut(id)
            && one.capacity_type == CapacityType::Spot
        {
            one.reclaimed = Some(later(now, 120));
            self.announce(now, id.to_owned().as_str(), MessageKind::SpotInterruption);
        }
    }

    /// Puts a message on the interruption queue.
    pub fn announce(&mut self, at: Timestamp, instance: &str, kind: MessageKind) {
        let instance = instance.rsplit('/').next().unwrap_or(instance).to_owned();
        self.queue.push(Message { at, instance, kind });
    }

    /// Whether anything is on the queue.
    pub fn has_messages(&self, now: Timestamp) -> bool {
        self.queue.iter().any(|one| one.at <= now)
    }

    /// Takes what is on the queue, oldest first.
    pub fn receive(&mut self, now: Timestamp) -> Vec<Message> {
        self.queue.sort_by(|one, other| (one.at, &one.instance).cmp(&(other.at, &other.instance)));
        let due = self.queue.partition_point(|one| one.at <= now);
        self.queue.drain(..due).collect()
    }

    /// Lets time pass: reclaimed instances shut down, terminated ones are forgotten.
    pub fn advance(&mut self, now: Timestamp) {
        for one in self.instances.values_mut() {
            if one.state == State::Running && one.reclaimed.is_some_and(|at| at <= now) {
                one.state = State::ShuttingDown { until: later(now, 30) };
            }
        }
        // DescribeInstances knows a terminated instance for an hour; nobody here asks for one.
        self.instances.retain(|_, one| !matches!(one.state, State::ShuttingDown { until } if later(until, 600) <= now));
    }

    /// Lets an instance have been launched earlier.
    pub fn age(&mut self, provider_id: &str, by: SignedDuration) {
        let id = provider_id.rsplit('/').next().unwrap_or(provider_id);
        if let Some(one) = self.instances.get_mut(id) {
            one.launched = one.launched.checked_sub(by).unwrap_or(one.launched);
            one.joins = one.joins.map(|joins| joins.checked_sub(by).unwrap_or(joins));
        }
    }

    /// An instance that has been there for a time, as a node group's or a warm estate's.
    pub fn adopt(
        &mut self,
        kind: &'static InstanceType,
        zone: &Zone,
        capacity_type: CapacityType,
        image: &str,
        launched: Timestamp,
    ) -> CloudInstance {
        self.make((kind, zone, capacity_type), (image, &UserData::default()), launched, Some(later(launched, 40)))
    }

    fn make(
        &mut self,
        (kind, zone, capacity_type): (&'static InstanceType, &Zone, CapacityType),
        (image, user_data): (&str, &UserData),
        launched: Timestamp,
        joins: Option<Timestamp>,
    ) -> CloudInstance {
        self.counter += 1;
        // 17 digits, as those of EC2 since 2016.
        let id = format!("i-0{:016x}", self.number("instance"));
        let address = self.free_address(zone);
        let host_name = format!("ip-{}.{}.compute.internal", address.replace('.', "-"), self.region);
        let one = CloudInstance {
            id: id.clone(),
            kind,
            zone: zone.name.clone(),
            capacity_type,
            image: image.to_owned(),
            user_data: user_data.clone(),
            launched,
            host_name,
            address,
            joins,
            state: State::Running,
            reclaimed: None,
        };
        self.instances.insert(id, one.clone());
        one
    }

    /// An address of the zone's /19 that no instance has.
    fn free_address(&self, zone: &Zone) -> String {
        let mut at = self.number(&zone.name) % 8000;
        loop {
            let (third, fourth) = (at / 250, 4 + at % 250);
            let address = format!("10.{}.{}.{fourth}", zone.network.0, u64::from(zone.network.1) + third);
            if !self.instances.values().any(|one| one.address == address) {
                return address;
            }
            at = (at + 1) % 8000;
        }
    }

    /// A number that is the same whenever all before was the same.
    fn number(&self, salt: &str) -> u64 {
        let mut state = self.seed ^ self.counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in salt.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state ^= state >> 31;
        state = state.wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 29)
    }
}

/// Seconds later.
fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_spot_instance_is_gone_after_two_minutes() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let zone =
            Zone { name: "eu-west-1a".into(), id: "euw1-az1".into(), subnet: "subnet-1".into(), network: (0, 32) };
        let mut cloud = Cloud::new("eu-west-1", "444455556666", vec![zone.clone()], 3);
        let kind = InstanceType::named("m6i.large").unwrap();
        let spot = cloud.adopt(kind, &zone, CapacityType::Spot, "ami-1", now).provider_id();
        let owned = cloud.adopt(kind, &zone, CapacityType::OnDemand, "ami-1", now).provider_id();
        cloud.interrupt(&spot, now);
        cloud.interrupt(&owned, now);
        assert_eq!(cloud.receive(now).len(), 1, "nobody interrupts what is bought on demand");
        cloud.advance(later(now, 119));
        assert_eq!(cloud.describe(&spot, later(now, 119)).unwrap().state, State::Running);
        cloud.advance(later(now, 120));
        assert!(cloud.describe(&spot, later(now, 151)).is_none());
        assert!(cloud.describe(&owned, later(now, 151)).is_some());
    }
}
