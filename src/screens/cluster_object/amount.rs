//! Amounts and names in few columns.

use crate::services::kubernetes::model::{OwnerRef, Resources};
use crate::ui::format;

/// CPU as Kubernetes writes it: `250m`, `2`, `1.5`.
#[must_use]
pub fn cpu(milli: i64) -> String {
    match milli {
        0 => "0".into(),
        milli if milli % 1000 == 0 => (milli / 1000).to_string(),
        milli if milli.abs() < 1000 => format!("{milli}m"),
        milli => format!("{:.1}", milli as f64 / 1000.0),
    }
}

/// Memory: `1.50 GiB`.
#[must_use]
pub fn memory(bytes: i64) -> String {
    format::bytes(bytes as f64)
}

/// CPU, memory, and what else there is: `cpu 500m, memory 1.00 GiB, nvidia.com/gpu 1`; none where it is nothing.
#[must_use]
pub fn resources(all: &Resources) -> Option<String> {
    let named = |name: &str, amount: i64, words: String| (amount != 0).then(|| format!("{name} {words}"));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(named("cpu", all.cpu, cpu(all.cpu)));
    parts.extend(named("memory", all.memory, memory(all.memory)));
    for (name, amount) in &all.others {
        let words = if name.contains("storage") { memory(*amount) } else { amount.to_string() };
        parts.extend(named(name, *amount, words));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A share in whole percent; none of nothing.
#[must_use]
pub fn percent(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 100.0).round() as i64)
}

/// Who owns pods: `Deployment api`.
#[must_use]
pub fn owner_words(owner: &OwnerRef) -> String {
    format!("{} {}", owner.kind, owner.name)
}

/// An image without its registry: `checkout:1.4.2`.
#[must_use]
pub fn short_image(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    // A digest says nothing to a person in full.
    name.split_once("@sha256:").map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_kubernetes_does() {
        assert_eq!([0, 250, 1000, 1500, 16_000].map(cpu), ["0", "250m", "1", "1.5", "16"]);
        let mut all = Resources::of(500, 1 << 30);
        all.others.insert("nvidia.com/gpu".into(), 1);
        assert_eq!(resources(&all).as_deref(), Some("cpu 500m, memory 1.00 GiB, nvidia.com/gpu 1"));
        assert_eq!(resources(&Resources::default()), None);
        assert_eq!((percent(1, 4), percent(1, 0)), (Some(25), None));
    }

    #[test]
    fn an_image_keeps_its_name_and_tag() {
        assert_eq!(short_image("111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout:1.4.2"), "checkout:1.4.2");
        assert_eq!(short_image("checkout@sha256:0123"), "checkout");
    }
}
