//! CreateFleet of one instance: what EC2 takes from a list of offerings, and what it says when it has none.

use super::{CapacityType, Cloud, CloudInstance, Offering, UserData, later};
use jiff::Timestamp;

/// What is wanted: any one of the offerings, for a claim of this pool or for this node group.
#[derive(Debug)]
pub struct Launch<'a> {
    pub pool: &'a str,
    pub image: &'a str,
    pub user_data: UserData,
    pub offerings: Vec<Offering<'a>>,
}

/// An offering that EC2 tried and could not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetError {
    pub instance_type: String,
    pub zone: String,
    pub capacity_type: CapacityType,
    /// `InsufficientInstanceCapacity`
    pub code: &'static str,
    pub message: String,
}

/// None could be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchError {
    pub errors: Vec<FleetError>,
    pub request_id: String,
}

impl Cloud {
    /// Launches the cheapest offering that has capacity (lowest price on demand; for spot EC2 weighs price and
    /// depth, and depth is the same for all here). The errors are of those that it tried before.
    ///
    /// # Errors
    /// When none has capacity.
    pub fn create_fleet(
        &mut self,
        launch: &Launch<'_>,
        now: Timestamp,
    ) -> Result<(CloudInstance, Vec<FleetError>), LaunchError> {
        let mut wanted = launch.offerings.clone();
        wanted.sort_by(|one, other| {
            one.price
                .total_cmp(&other.price)
                .then_with(|| (one.kind.name, one.zone).cmp(&(other.kind.name, other.zone)))
        });
        let mut errors = Vec::new();
        for offering in &wanted {
            if self.shortages.iter().any(|one| one.hits(offering, now)) {
                errors.push(self.refusal(offering));
                continue;
            }
            let Some(zone) = self.zone(offering.zone).cloned() else { continue };
            let joins = self.joins_at(launch.pool, offering.kind.name, now);
            let what = (offering.kind, &zone, offering.capacity_type);
            let made = self.make(what, (launch.image, &launch.user_data), now, joins);
            return Ok((made, errors));
        }
        self.counter += 1;
        let (one, other) = (self.number("request"), self.number("id"));
        let request_id = format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            one >> 32,
            one >> 16 & 0xffff,
            one & 0xfff,
            other >> 48 & 0xfff,
            other & 0xffff_ffff_ffff
        );
        Err(LaunchError { errors, request_id })
    }

    /// A kubelet registers 25 to 45 s after the launch.
    fn joins_at(&self, pool: &str, kind: &str, now: Timestamp) -> Option<Timestamp> {
        let fails = self.join_failures.iter().any(|one| {
            one.from <= now
                && one.until.is_none_or(|until| now < until)
                && one.pool.as_deref().is_none_or(|only| only == pool)
        });
        (!fails).then(|| later(now, 25 + (self.number(kind) % 21) as i64))
    }

    fn refusal(&self, offering: &Offering<'_>) -> FleetError {
        let name = offering.kind.name;
        let message = match offering.capacity_type {
            CapacityType::Spot => "There is no Spot capacity available that matches your request.".to_owned(),
            CapacityType::OnDemand => {
                let others: Vec<&str> =
                    self.zones.iter().map(|zone| zone.name.as_str()).filter(|zone| *zone != offering.zone).collect();
                format!(
                    "We currently do not have sufficient {name} capacity in the Availability Zone you requested ({}). \
                     Our system will be working on provisioning additional capacity. You can currently get {name} \
                     capacity by not specifying an Availability Zone in your request or choosing {}.",
                    offering.zone,
                    others.join(", ")
                )
            }
        };
        FleetError {
            instance_type: name.to_owned(),
            zone: offering.zone.to_owned(),
            capacity_type: offering.capacity_type,
            code: "InsufficientInstanceCapacity",
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Shortage, Zone, offering::offerings};
    use super::*;
    use crate::sandbox::kubernetes::instance_types::InstanceType;

    fn cloud() -> Cloud {
        let zone = |letter: &str, third| Zone {
            name: format!("eu-west-1{letter}"),
            id: String::new(),
            subnet: String::new(),
            network: (0, third),
        };
        Cloud::new("eu-west-1", "444455556666", vec![zone("a", 32), zone("b", 64)], 7)
    }

    fn all(names: &[&str]) -> Vec<Offering<'static>> {
        let types = names.iter().filter_map(|name| InstanceType::named(name));
        types.flat_map(|kind| ["eu-west-1a", "eu-west-1b"].map(|zone| offerings(kind, zone))).flatten().collect()
    }

    #[test]
    fn the_cheapest_with_capacity_is_launched() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut cloud = cloud();
        cloud.shortages.push(Shortage {
            types: "m7g.".to_owned(),
            zone: None,
            capacity_type: Some(CapacityType::Spot),
            from: now,
            until: None,
        });
        let launch = Launch {
            pool: "general",
            image: "ami-1",
            user_data: UserData::of_karpenter(),
            offerings: all(&["m7g.large", "m6i.large"]),
        };
        let (made, errors) = cloud.create_fleet(&launch, now).unwrap();
        assert_eq!((made.kind.name, made.capacity_type), ("m6i.large", CapacityType::Spot));
        assert!(errors.iter().all(|error| error.instance_type == "m7g.large"), "those that were tried before");
        assert!(made.host_name.starts_with("ip-10-0-") && made.joins.is_some_and(|at| at > now));
        let provider = made.provider_id();
        assert!(cloud.terminate(&provider, now) && cloud.describe(&provider, now).is_some());
        assert!(cloud.describe(&provider, later(now, 60)).is_none());
    }

    #[test]
    fn without_capacity_every_offering_answers() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut cloud = cloud();
        cloud.shortages.push(Shortage {
            types: String::new(),
            zone: None,
            capacity_type: None,
            from: now,
            until: None,
        });
        let launch = Launch {
            pool: "general",
            image: "ami-1",
            user_data: UserData::of_karpenter(),
            offerings: all(&["m6i.large"]),
        };
        let refused = cloud.create_fleet(&launch, now).unwrap_err();
        assert_eq!(refused.errors.len(), 4);
        assert!(refused.errors.iter().any(|one| {
            one.message.contains("sufficient m6i.large capacity in the Availability Zone you requested (eu-west-1a)")
        }));
    }
}
