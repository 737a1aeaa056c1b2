//! Offerings: a type in a zone, on demand or spot, with its price, and the capacity that lacks.

use crate::sandbox::kubernetes::instance_types::InstanceType;
use jiff::Timestamp;

/// How capacity is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapacityType {
    Spot,
    OnDemand,
}

impl CapacityType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Spot, Self::OnDemand];

    /// As `karpenter.sh/capacity-type` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::OnDemand => "on-demand",
        }
    }
}

/// A type in a zone, bought in one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offering<'a> {
    pub kind: &'static InstanceType,
    pub zone: &'a str,
    pub capacity_type: CapacityType,
    /// USD an hour.
    pub price: f64,
}

/// Capacity that EC2 does not have. What is not said applies to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The beginning of the type's name: `m7g.`, `c6i.2xlarge`, or nothing for every type.
    pub types: String,
    pub zone: Option<String>,
    pub capacity_type: Option<CapacityType>,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

impl Shortage {
    /// Whether it is in force and means the offering.
    pub fn hits(&self, offering: &Offering<'_>, now: Timestamp) -> bool {
        self.from <= now
            && self.until.is_none_or(|until| now < until)
            && offering.kind.name.starts_with(&self.types)
            && self.zone.as_deref().is_none_or(|zone| zone == offering.zone)
            && self.capacity_type.is_none_or(|one| one == offering.capacity_type)
    }
}

/// A spot price, USD an hour: between 30 % and 45 % of the on-demand price, another for every type and zone,
/// and the same whenever it is asked for.
pub fn spot_price(kind: &InstanceType, zone: &str) -> f64 {
    let mut state: u32 = 0x811c_9dc5;
    for byte in kind.name.bytes().chain(zone.bytes()) {
        state = (state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let share = 0.30 + f64::from(state >> 8 & 0xfff) / 4096.0 * 0.15;
    (kind.on_demand * share * 10_000.0).round() / 10_000.0
}

/// All offerings of a type in the zones.
pub fn offerings<'a>(kind: &'static InstanceType, zone: &'a str) -> [Offering<'a>; 2] {
    CapacityType::ALL.map(|capacity_type| {
        let price = match capacity_type {
            CapacityType::Spot => spot_price(kind, zone),
            CapacityType::OnDemand => kind.on_demand,
        };
        Offering { kind, zone, capacity_type, price }
    })
}
