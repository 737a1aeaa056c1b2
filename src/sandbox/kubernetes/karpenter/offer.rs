//! The instance types as Karpenter schedules with them: labels, room, and offerings of which some are avoided
//! because EC2 lately had none.

use super::demand::PodDemand;
use super::requirement::LabelRequirement;
use super::requirements::Requirements;
use crate::sandbox::kubernetes::cloud::{CapacityType, Cloud, Offering, offerings};
use crate::sandbox::kubernetes::instance_types::{INSTANCE_TYPES, InstanceType};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An offering that EC2 could not give is not asked for again for so long.
pub const AVOIDED_FOR: SignedDuration = SignedDuration::from_mins(3);

/// Offerings that are avoided, until when.
#[derive(Debug, Default)]
pub struct Unavailable {
    avoided: BTreeMap<(CapacityType, String, String), Timestamp>,
    /// It grows with every change.
    version: u64,
}

impl Unavailable {
    /// EC2 had none of a type in a zone.
    pub fn mark(&mut self, capacity_type: CapacityType, kind: &str, zone: &str, now: Timestamp) {
        let until = now.checked_add(AVOIDED_FOR).unwrap_or(now);
        self.version += 1;
        self.avoided.insert((capacity_type, kind.to_owned(), zone.to_owned()), until);
    }

    /// Whether the offering is avoided now.
    pub fn is_avoided(&self, offering: &Offering<'_>, now: Timestamp) -> bool {
        let key = (offering.capacity_type, offering.kind.name.to_owned(), offering.zone.to_owned());
        self.avoided.get(&key).is_some_and(|until| now < *until)
    }

    /// Forgets what is over; whether anything was.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.avoided.len();
        self.avoided.retain(|_, until| now < *until);
        let changed = before != self.avoided.len();
        self.version += u64::from(changed);
        changed
    }
}

/// One offering and whether it may be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    pub zone: String,
    pub capacity_type: CapacityType,
    pub price: f64,
    pub available: bool,
}

impl Sale {
    /// Whether requirements allow its zone and capacity type.
    pub fn pleases(&self, requirements: &Requirements) -> bool {
        requirements.allows("topology.kubernetes.io/zone", &self.zone)
            && requirements.allows("karpenter.sh/capacity-type", self.capacity_type.name())
    }
}

/// A type with what a node of it would be.
#[derive(Debug)]
pub struct InstanceOffer {
    pub kind: &'static InstanceType,
    pub requirements: Requirements,
    pub capacity: PodDemand,
    pub allocatable: PodDemand,
    pub sales: Vec<Sale>,
}

impl InstanceOffer {
    /// The cheapest price at which it could be had now.
    pub fn price(&self, requirements: &Requirements) -> Option<f64> {
        let usable = self.sales.iter().filter(|one| one.available && one.pleases(requirements));
        usable.map(|one| one.price).min_by(f64::total_cmp)
    }

    /// What it may cost at worst when launched: the dearest zone of the capacity type that will be asked for,
    /// which is spot where allowed.
    pub fn worst_price(&self, requirements: &Requirements) -> Option<f64> {
        CapacityType::ALL.into_iter().find_map(|capacity_type| {
            let usable = self
                .sales
                .iter()
                .filter(|one| one.available && one.capacity_type == capacity_type && one.pleases(requirements));
            usable.map(|one| one.price).max_by(f64::total_cmp)
        })
    }

    /// What a running node of it costs.
    pub fn price_of(&self, zone: &str, capacity_type: &str) -> Option<f64> {
        let one = self.sales.iter().find(|one| one.zone == zone && one.capacity_type.name() == capacity_type);
        one.map(|one| one.price)
    }
}

/// The types as they are offered, worked out anew only when something about them changed.
#[derive(Debug, Default)]
pub struct OfferList {
    known: Vec<(Vec<String>, u64, Vec<Arc<InstanceOffer>>)>,
}

impl OfferList {
    /// All types in the zones that a class has subnets in.
    pub fn offers(
        &mut self,
        cloud: &Cloud,
        unavailable: &Unavailable,
        zones: &[String],
        now: Timestamp,
    ) -> Vec<Arc<InstanceOffer>> {
        self.known.retain(|(_, version, _)| *version == unavailable.version);
        if let Some((_, _, offers)) = self.known.iter().find(|(known, ..)| known == zones) {
            return offers.clone();
        }
        let offers: Vec<_> =
            INSTANCE_TYPES.iter().map(|kind| Arc::new(offer(kind, cloud, unavailable, zones, now))).collect();
        self.known.push((zones.to_vec(), unavailable.version, offers.clone()));
        offers
    }
}

fn offer(
    kind: &'static InstanceType,
    cloud: &Cloud,
    unavailable: &Unavailable,
    zones: &[String],
    now: Timestamp,
) -> InstanceOffer {
    let mut requirements: Requirements =
        kind.labels().into_iter().map(|(key, value)| LabelRequirement::one_of(key, [value])).collect();
    requirements.add(LabelRequirement::one_of("topology.kubernetes.io/region", [cloud.region.clone()]));
    requirements.add(LabelRequirement::one_of("topology.kubernetes.io/zone", zones.iter().cloned()));
    let ids = zones.iter().filter_map(|zone| cloud.zone(zone)).map(|zone| zone.id.clone());
    requirements.add(LabelRequirement::one_of("topology.k8s.aws/zone-id", ids));
    requirements.add(LabelRequirement::one_of("karpenter.sh/capacity-type", ["on-demand", "spot"]));
    let mut sales = Vec::new();
    for zone in zones {
        for one in offerings(kind, zone) {
            sales.push(Sale {
                zone: zone.clone(),
                capacity_type: one.capacity_type,
                price: one.price,
                available: !unavailable.is_avoided(&one, now),
            });
        }
    }
    let capacity = kind.estimated_capacity();
    InstanceOffer {
        kind,
        requirements,
        capacity: PodDemand::of_amounts(capacity),
        allocatable: PodDemand::of_amounts(kind.allocatable(capacity)),
        sales,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offering_is_avoided_for_three_minutes() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let kind = InstanceType::named("m6i.large").unwrap();
        let [spot, owned] = offerings(kind, "eu-west-1a");
        let [elsewhere, _] = offerings(kind, "eu-west-1b");
        let mut unavailable = Unavailable::default();
        unavailable.mark(CapacityType::Spot, "m6i.large", "eu-west-1a", now);
        let at = |seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        assert!(unavailable.is_avoided(&spot, at(179)) && !unavailable.is_avoided(&spot, at(180)));
        assert!(!unavailable.is_avoided(&owned, now) && !unavailable.is_avoided(&elsewhere, now));
        assert!(!unavailable.expire(at(179)) && unavailable.expire(at(180)));
    }
}
