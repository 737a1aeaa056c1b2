//! A claim's launch: CreateFleet with what its requirements leave, and what follows when EC2 has none.

use super::Karpenter;
use super::class::{image_for, is_observed};
use super::condition::{self, CLAIM, ConditionStatus};
use super::demand::PodDemand;
use super::object::{self, CAPACITY_TYPE, CLASS_HASH, CLASS_HASH_VERSION, POOL, shortened, wrapped};
use super::offer::InstanceOffer;
use super::recorder::{Kind, Notice};
use super::requirements::Requirements;
use crate::sandbox::kubernetes::cloud::{
    CapacityType, Cloud, CloudInstance, FleetError, Launch, LaunchError, Offering, UserData,
};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// The tries of one claim's launch: the first half a second after the claim, then with growing pauses.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    next: Timestamp,
    failures: u32,
}

/// A call of CreateFleet takes so long.
const CALL: SignedDuration = SignedDuration::from_millis(400);

/// Why a launch did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    /// EC2 has none, or nothing is left to ask for: the claim is deleted at once.
    InsufficientCapacity(String),
    /// The class cannot be used: the claim is deleted at once.
    ClassNotReady,
    /// Tried again until the claim's time is up.
    Create { reason: &'static str, message: String },
}

impl Karpenter {
    /// Launches what was not.
    pub(super) fn launch(&mut self, store: &mut Store, cloud: &mut Cloud, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = Self::living(store, key) else { return };
        if condition::get(&claim, "Launched").is_none_or(|one| one["status"] != "Unknown") {
            return;
        }
        let attempt = self
            .attempts
            .entry(metadata::uid(&claim).to_owned())
            .or_insert_with(|| Attempt { next: now.checked_add(CALL).unwrap_or(now), failures: 0 });
        if now < attempt.next {
            return;
        }
        match self.create(store, cloud, &claim, now) {
            Ok((instance, class)) => {
                let _ = store.update(key, now, |claim| {
                    fill(claim, &instance, &class, cloud);
                    condition::set_true(claim, CLAIM, "Launched", now);
                });
            }
            Err(Failure::InsufficientCapacity(error)) => {
                let words = format!("NodeClaim {} event: {}", metadata::name(&claim), shortened(&error));
                let notice = Notice::new(Kind::Warning, "InsufficientCapacityError", words);
                self.recorder.publish(store, &claim, &notice, now);
                Self::delete_claim(store, key, now);
            }
            // Karpenter 1.14 publishes nothing here: the class's and the pool's conditions tell.
            Err(Failure::ClassNotReady) => Self::delete_claim(store, key, now),
            Err(Failure::Create { reason, message }) => {
                if let Some(attempt) = self.attempts.get_mut(metadata::uid(&claim)) {
                    attempt.failures += 1;
                    let pause = SignedDuration::from_secs(i64::from(1_u32 << attempt.failures.min(6)).min(60));
                    attempt.next = now.checked_add(pause).unwrap_or(now);
                }
                let _ = store.update(key, now, |claim| {
                    condition::set(claim, CLAIM, "Launched", (ConditionStatus::Unknown, reason, &message), now);
                });
            }
        }
    }

    fn create(
        &mut self,
        store: &Store,
        cloud: &mut Cloud,
        claim: &Value,
        now: Timestamp,
    ) -> Result<(CloudInstance, Arc<Value>), Failure> {
        let name = claim.pointer("/spec/nodeClassRef/name").and_then(Value::as_str).unwrap_or_default();
        let class = store.get(&ObjectKey::cluster(Resource::Ec2NodeClasses, name)).cloned().ok_or_else(|| {
            let words = format!("resolving nodeclass, EC2NodeClass.karpenter.k8s.aws \"{name}\" not found");
            Failure::InsufficientCapacity(format!("insufficient capacity, {words}"))
        })?;
        match condition::get(&class, "Ready").and_then(|one| one["status"].as_str()) {
            Some("False") => return Err(Failure::ClassNotReady),
            Some("Unknown") | None => {
                let message = "NodeClass is in Ready=Unknown".to_owned();
                return Err(Failure::Create { reason: "NodeClassReadinessUnknown", message });
            }
            Some(_) if !is_observed(&class) => return Err(Failure::ClassNotReady),
            Some(_) => {}
        }
        let requirements = Requirements::from_json(claim.pointer("/spec/requirements"));
        let requests = PodDemand::read(claim.pointer("/spec/resources/requests"));
        let wanted = self.wanted(cloud, &class, &requirements, &requests, now);
        if wanted.is_empty() {
            let words =
                "creating instance, insufficient capacity, all requested instance types were unavailable during launch";
            return Err(Failure::InsufficientCapacity(words.to_owned()));
        }
        let launch = Launch {
            pool: metadata::label(claim, POOL).unwrap_or_default(),
            image: image_for(&class, wanted[0].kind.arch).unwrap_or_default(),
            user_data: UserData::of_karpenter(),
            offerings: wanted.iter().map(Offering::from).collect(),
        };
        match cloud.create_fleet(&launch, now) {
            Ok((mut instance, errors)) => {
                self.avoid(&errors, now);
                if let Some(image) = image_for(&class, instance.kind.arch) {
                    image.clone_into(&mut instance.image);
                    cloud.set_image(&instance.id, image);
                }
                Ok((instance, class))
            }
            Err(error) => {
                self.avoid(&error.errors, now);
                Err(Failure::InsufficientCapacity(fleet_message(&error)))
            }
        }
    }

    /// The offerings to ask for: all of spot when the claim allows spot and some is thought to be there, else on
    /// demand.
    fn wanted(
        &mut self,
        cloud: &Cloud,
        class: &Value,
        requirements: &Requirements,
        requests: &PodDemand,
        now: Timestamp,
    ) -> Vec<WantedClaim> {
        let zones = class_zones(class);
        let all: Vec<Arc<InstanceOffer>> = self
            .catalogue
            .offers(cloud, &self.unavailable, &zones, now)
            .into_iter()
            .filter(|offer| offer.requirements.intersects(requirements).is_ok() && requests.fits(&offer.allocatable))
            .collect();
        let of = |capacity_type: CapacityType| -> Vec<WantedClaim> {
            let pairs = all.iter().flat_map(|offer| offer.sales.iter().map(move |sale| (offer, sale)));
            pairs
                .filter(|(_, sale)| sale.available && sale.capacity_type == capacity_type && sale.pleases(requirements))
                .map(|(offer, sale)| WantedClaim {
                    kind: offer.kind,
                    zone: sale.zone.clone(),
                    capacity_type,
                    price: sale.price,
                })
                .collect()
        };
        let spot = of(CapacityType::Spot);
        if spot.is_empty() { of(CapacityType::OnDemand) } else { spot }
    }

    fn avoid(&mut self, errors: &[FleetError], now: Timestamp) {
        for error in errors {
            self.unavailable.mark(error.capacity_type, &error.instance_type, &error.zone, now);
        }
    }
}

struct WantedClaim {
    kind: &'static crate::sandbox::kubernetes::instance_types::InstanceType,
    zone: String,
    capacity_type: CapacityType,
    price: f64,
}

impl<'a> From<&'a WantedClaim> for Offering<'a> {
    fn from(one: &'a WantedClaim) -> Self {
        Self { kind: one.kind, zone: &one.zone, capacity_type: one.capacity_type, price: one.price }
    }
}

/// The zones in which a class has subnets.
pub fn class_zones(class: &Value) -> Vec<String> {
    let subnets = class.pointer("/status/subnets").and_then(Value::as_array);
    let mut zones: Vec<String> =
        subnets.into_iter().flatten().filter_map(|one| one["zone"].as_str()).map(str::to_owned).collect();
    zones.sort();
    zones.dedup();
    zones
}

/// What Karpenter makes of a fleet without an instance: the different errors, and where they come from.
fn fleet_message(error: &LaunchError) -> String {
    let mut errors: Vec<String> = error.errors.iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
    errors.sort();
    errors.dedup();
    let words = format!("insufficient capacity, with fleet error(s), {}", errors.join("; "));
    let values = [
        ("aws-error-code", "UnfulfillableCapacity"),
        ("aws-operation-name", "CreateFleet"),
        ("aws-request-id", &error.request_id),
        ("aws-service-name", "EC2"),
        ("aws-status-code", "200"),
    ];
    format!("creating instance, {}", wrapped(&words, &values))
}

/// Writes onto the claim what was launched. Labels that it had stay.
fn fill(claim: &mut Value, instance: &CloudInstance, class: &Value, cloud: &Cloud) {
    let known = claim["metadata"]["labels"].clone();
    for (label, value) in instance.kind.labels() {
        object::mark(claim, "labels", label, &value);
    }
    let zone_id = cloud.zone(&instance.zone).map_or("", |zone| zone.id.as_str());
    for (label, value) in [
        (CAPACITY_TYPE, instance.capacity_type.name()),
        (object::ZONE, &instance.zone),
        ("topology.kubernetes.io/region", &cloud.region),
        ("topology.k8s.aws/zone-id", zone_id),
        ("karpenter.k8s.aws/instance-tenancy", "default"),
    ] {
        object::mark(claim, "labels", label, value);
    }
    for (label, value) in known.as_object().into_iter().flatten() {
        claim["metadata"]["labels"][label] = value.clone();
    }
    for note in [CLASS_HASH, CLASS_HASH_VERSION] {
        if let Some(value) = metadata::annotation(class, note) {
            object::mark(claim, "annotations", note, value);
        }
    }
    let capacity = instance.kind.estimated_capacity();
    let status = &mut claim["status"];
    status["providerID"] = instance.provider_id().into();
    status["imageID"] = instance.image.clone().into();
    status["capacity"] = PodDemand::of_amounts(capacity).to_json();
    status["allocatable"] = PodDemand::of_amounts(instance.kind.allocatable(capacity)).to_json();
}
