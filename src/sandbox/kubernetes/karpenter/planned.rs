//! A node that does not exist: pods are added to it as long as an instance type remains that could hold them.

use super::demand::PodDemand;
use super::object::{CAPACITY_TYPE, HOST_NAME, INITIALIZED, INSTANCE_TYPE, REGISTERED};
use super::offer::InstanceOffer;
use super::requirement::LabelRequirement;
use super::requirements::Requirements;
use super::template::Template;
use crate::sandbox::kubernetes::scheduler::pod::PodInfo;
use crate::sandbox::kubernetes::store::metadata;
use serde_json::{Value, json};
use std::sync::Arc;

/// A node to be launched.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Which template, by place.
    pub template: usize,
    pub pool: String,
    pub requirements: Requirements,
    /// Types that remain.
    pub offers: Vec<Arc<InstanceOffer>>,
    /// What its pods ask for, without daemons.
    pub requests: PodDemand,
    pub daemons: PodDemand,
    pub pods: Vec<Arc<PodInfo>>,
}

impl Planned {
    /// An empty node of a template.
    pub fn new(at: usize, template: &Template, offers: Vec<Arc<InstanceOffer>>, number: usize) -> Self {
        let mut requirements = template.requirements.clone();
        requirements.add(LabelRequirement::one_of(HOST_NAME, [format!("hostname-placeholder-{number:04}")]));
        Self {
            template: at,
            pool: template.pool.clone(),
            requirements,
            offers,
            requests: PodDemand::default(),
            daemons: template.daemons.clone(),
            pods: Vec::new(),
        }
    }

    /// The types that would remain with a pod more.
    ///
    /// # Errors
    /// Karpenter's words when none does.
    pub fn remaining(&self, requirements: &Requirements, pod: &PodDemand) -> Result<Vec<Arc<InstanceOffer>>, String> {
        let mut total = self.requests.clone();
        total.add(pod);
        total.add(&self.daemons);
        let mut met = Met::default();
        let mut kept = Vec::new();
        for offer in &self.offers {
            let compatible = offer.requirements.intersects(requirements).is_ok();
            let fits = total.fits(&offer.allocatable);
            let offered = offer.sales.iter().any(|sale| sale.available && sale.pleases(requirements));
            met.note(compatible, fits, offered);
            if compatible && fits && offered {
                kept.push(Arc::clone(offer));
            }
        }
        let short = short_of_values(requirements, &kept);
        if kept.is_empty() || short.is_some() {
            let mut shown = pod.clone();
            shown.add(&self.daemons);
            let cause = short.filter(|_| !kept.is_empty()).unwrap_or_else(|| met.cause().to_owned());
            return Err(format!("{cause}, requirements={requirements}, resources={}", shown.to_json()));
        }
        Ok(kept)
    }

    /// Its types, cheapest first.
    pub fn by_price(&self) -> Vec<Arc<InstanceOffer>> {
        let mut list = self.offers.clone();
        let price = |offer: &InstanceOffer| offer.price(&self.requirements).unwrap_or(f64::MAX);
        list.sort_by(|one, other| price(one).total_cmp(&price(other)).then_with(|| one.kind.name.cmp(other.kind.name)));
        list
    }

    /// The NodeClaim to create.
    pub fn to_claim(&self, template: &Template) -> Value {
        let mut requirements: Requirements = self
            .requirements
            .iter()
            .filter(|one| ![HOST_NAME, REGISTERED, INITIALIZED].contains(&one.key.as_str()))
            .cloned()
            .collect();
        let offers = self.by_price();
        requirements.add(LabelRequirement::one_of(INSTANCE_TYPE, offers.iter().map(|offer| offer.kind.name)));
        let mut capacity_types: Vec<&str> = Vec::new();
        for sale in offers.iter().flat_map(|offer| &offer.sales) {
            if sale.available && sale.pleases(&requirements) && !capacity_types.contains(&sale.capacity_type.name()) {
                capacity_types.push(sale.capacity_type.name());
            }
        }
        requirements.add(LabelRequirement::one_of(CAPACITY_TYPE, capacity_types));
        let (mut labels, annotations) = template.claim_metadata();
        for one in requirements.iter().filter(|one| !super::requirement::is_well_known(&one.key)) {
            if let (Some(value), "In") = (one.values().next(), one.operator()) {
                labels[&one.key] = value.into();
            }
        }
        let mut requests = self.requests.clone();
        requests.add(&self.daemons);
        let pool = &template.object;
        let from = &pool["spec"]["template"]["spec"];
        let mut spec = json!({
            "nodeClassRef": from["nodeClassRef"],
            "requirements": requirements.to_json(),
            "resources": { "requests": requests.to_json() },
            "expireAfter": from.get("expireAfter").cloned().unwrap_or_else(|| "720h".into()),
        });
        for field in ["taints", "startupTaints", "terminationGracePeriod"] {
            if let Some(value) = from.get(field) {
                spec[field] = value.clone();
            }
        }
        json!({
            "metadata": {
                "generateName": format!("{}-", self.pool),
                "labels": labels,
                "annotations": annotations,
                "ownerReferences": [{
                    "apiVersion": "karpenter.sh/v1",
                    "kind": "NodePool",
                    "name": self.pool,
                    "uid": metadata::uid(pool),
                    "blockOwnerDeletion": true,
                }],
            },
            "spec": spec,
        })
    }
}

/// Which criteria any type met, alone and in pairs.
#[derive(Debug, Default)]
struct Met {
    compatible: bool,
    fits: bool,
    offered: bool,
    compatible_and_fits: bool,
    compatible_and_offered: bool,
    fits_and_offered: bool,
}

impl Met {
    fn note(&mut self, compatible: bool, fits: bool, offered: bool) {
        self.compatible |= compatible;
        self.fits |= fits;
        self.offered |= offered;
        self.compatible_and_fits |= compatible && fits && !offered;
        self.compatible_and_offered |= compatible && offered && !fits;
        self.fits_and_offered |= fits && offered && !compatible;
    }

    fn cause(&self) -> &'static str {
        match (self.compatible, self.fits, self.offered) {
            (false, false, false) => {
                "no instance type met the scheduling requirements or had enough resources or had a required offering"
            }
            (false, false, true) => "no instance type met the scheduling requirements or had enough resources",
            (false, true, false) => "no instance type met the scheduling requirements or had a required offering",
            (true, false, false) => "no instance type had enough resources or had a required offering",
            (false, true, true) => "no instance type met all requirements",
            (true, false, true) => "no instance type has enough resources",
            (true, true, false) => "no instance type has the required offering",
            (true, true, true) if self.compatible_and_fits => {
                "no instance type which met the scheduling requirements and had enough resources, had a required offering"
            }
            (true, true, true) if self.fits_and_offered => {
                "no instance type which had enough resources and the required offering met the scheduling requirements"
            }
            (true, true, true) if self.compatible_and_offered => {
                "no instance type which met the scheduling requirements and the required offering had the required resources"
            }
            (true, true, true) => "no instance type met the requirements/resources/offering tuple",
        }
    }
}

/// The labels of which too few different values remain.
fn short_of_values(requirements: &Requirements, offers: &[Arc<InstanceOffer>]) -> Option<String> {
    let mut short = Vec::new();
    for one in requirements.iter() {
        let Some(least) = one.min_values else { continue };
        let mut values: Vec<&str> = Vec::new();
        for offer in offers {
            for value in offer.requirements.get(&one.key).into_iter().flat_map(LabelRequirement::values) {
                if one.has(value) && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        if (values.len() as i64) < least {
            short.push(one.key.clone());
        }
    }
    (!short.is_empty()).then(|| {
        super::object::wrapped(
            "minValues requirement is not met for label(s)",
            &[("label(s)", &format!("[{}]", short.join(" ")))],
        )
    })
}
