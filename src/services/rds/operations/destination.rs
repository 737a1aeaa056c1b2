//! Where a copy or a replica may be made, and the key that it needs there.

use super::prelude::*;

/// The alias of AWS's own key for RDS, which every region has.
pub const RDS_KEY: &str = "alias/aws/rds";

/// The target's region and the environment's others.
fn regions(seen: &Seen) -> Vec<String> {
    let mut regions = vec![seen.target.region.clone()];
    for region in std::iter::once(&seen.region).chain(&seen.dr_region) {
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    regions
}

/// The choice of the region; `at_home` says what the target's own one is.
pub fn region_field(seen: &Seen, region: &str, at_home: &str) -> Field {
    let offers = regions(seen).into_iter().map(|region| {
        let detail = if region == seen.target.region { at_home } else { "another region" };
        Offer { value: region, detail: detail.to_owned() }
    });
    Field::new("region", "Region", region, FieldKind::Choice { offers: offers.collect(), open: false })
}

/// The choice of the KMS key; AWS's own is offered.
pub fn key_field(key: &str, hint: &str) -> Field {
    let offer = Offer { value: RDS_KEY.to_owned(), detail: "AWS's own key for RDS".to_owned() };
    Field::new("kms_key", "KMS key", key, FieldKind::Choice { offers: vec![offer], open: true }).hint(hint)
}

/// Reads a region that is offered.
///
/// # Errors
/// Which there are.
pub fn region_of(seen: &Seen, value: &str) -> Result<String, String> {
    let known = regions(seen);
    if known.iter().any(|region| region == value) {
        Ok(value.to_owned())
    } else {
        Err(format!("{value:?} is not a region of this environment: {}", known.join(", ")))
    }
}
