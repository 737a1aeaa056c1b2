//! What instances cost an hour: the on-demand price of Linux, from the AWS Price List.
//!
//! One region is embedded, us-east-1, as read on 2026-07-20. Elsewhere prices are other ones, and are not known here.
//! Spot prices are in no price list: what a spot instance costs is at most what it would cost on demand (EC2 user guide,
//! "Spot Instance pricing history").

use std::collections::HashMap;
use std::sync::LazyLock;

use super::model::CapacityType;

/// The region whose prices are embedded.
pub const REGION: &str = "us-east-1";
/// When they were read.
pub const READ: &str = "2026-07-20";
/// Hours of a month, as AWS counts them.
pub const MONTH: f64 = 730.0;

static PRICES: LazyLock<HashMap<&'static str, f64>> = LazyLock::new(|| {
    let lines = include_str!("price.csv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(',')).filter_map(|(kind, usd)| Some((kind, usd.parse().ok()?))).collect()
});

/// What something costs an hour, USD.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum HourlyPrice {
    /// Nothing is there that would cost.
    #[default]
    Nothing,
    Known(f64),
    /// Not more than this: spot instances are among it.
    AtMost(f64),
    /// Nobody knows: at least one price is in no book.
    Unknown,
}

impl HourlyPrice {
    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, price) | (price, Self::Nothing) => price,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Known(one), Self::Known(two)) => Self::Known(one + two),
            (Self::Known(one) | Self::AtMost(one), Self::Known(two) | Self::AtMost(two)) => Self::AtMost(one + two),
        }
    }
}

/// Why no price of an instance in a region is known.
#[must_use]
pub fn why_unknown(region: &str) -> String {
    if region == REGION {
        format!("price in no book of {READ}")
    } else {
        format!("no price of {region} in the book of {READ}")
    }
}

/// What an instance costs an hour.
#[must_use]
pub fn of(instance_type: Option<&str>, capacity_type: Option<CapacityType>, region: &str) -> HourlyPrice {
    let known = instance_type.filter(|_| region == REGION).and_then(|kind| PRICES.get(kind)).copied();
    match (known, capacity_type) {
        (None, _) => HourlyPrice::Unknown,
        // What a reservation costs is in its contract.
        // Without its label it may be spot.
        (Some(usd), Some(CapacityType::Spot | CapacityType::Reserved) | None) => HourlyPrice::AtMost(usd),
        (Some(usd), Some(CapacityType::OnDemand)) => HourlyPrice::Known(usd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_known_on_demand_at_most_for_spot_and_unknown_elsewhere() {
        let of = |kind, capacity, region| super::of(Some(kind), Some(capacity), region);
        assert_eq!(of("c5.large", CapacityType::OnDemand, "us-east-1"), HourlyPrice::Known(0.085));
        assert_eq!(of("c5.large", CapacityType::Spot, "us-east-1"), HourlyPrice::AtMost(0.085));
        assert_eq!(super::of(Some("c5.large"), None, "us-east-1"), HourlyPrice::AtMost(0.085));
        assert_eq!(of("c5.large", CapacityType::OnDemand, "eu-west-1"), HourlyPrice::Unknown);
        assert_eq!(of("x9.huge", CapacityType::OnDemand, "us-east-1"), HourlyPrice::Unknown);
    }

    #[test]
    fn why_no_price_is_known_names_the_region_and_the_book() {
        assert_eq!(why_unknown("eu-west-1"), "no price of eu-west-1 in the book of 2026-07-20");
        assert_eq!(why_unknown("us-east-1"), "price in no book of 2026-07-20");
    }

    #[test]
    fn one_unknown_price_makes_the_sum_unknown() {
        let (known, spot) = (HourlyPrice::Known(1.0), HourlyPrice::AtMost(2.0));
        assert_eq!(HourlyPrice::default().with(known), known);
        assert_eq!(known.with(spot), HourlyPrice::AtMost(3.0));
        assert_eq!(known.with(spot).with(HourlyPrice::Unknown), HourlyPrice::Unknown);
    }
}
