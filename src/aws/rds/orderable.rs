//! Which instance classes AWS offers for an engine version in a region.

use aws_sdk_rds::types::OrderableDbInstanceOption;

use crate::aws::error::fault;
use crate::aws::pages::Markers;
use crate::aws::{DESCRIBE_ORDERABLE_DB_INSTANCE_OPTIONS, Session, named, words};
use crate::domain::Fault;
use crate::services::rds::seen::Orderable;

/// Records a page, the most that AWS gives.
const PAGE: i32 = 1000;

/// Reads the offers for an engine and version, each once, sorted by class and storage.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub(crate) async fn orderable(
    session: &Session,
    region: &str,
    engine: &str,
    version: &str,
) -> Result<Vec<Orderable>, Fault> {
    let client = session.rds(region);
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_orderable_db_instance_options()
            .engine(engine)
            .engine_version(version)
            .vpc(true)
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_ORDERABLE_DB_INSTANCE_OPTIONS, &error))?;
        found.extend(page.orderable_db_instance_options.unwrap_or_default().into_iter().filter_map(offer));
        marker = pages.next(DESCRIBE_ORDERABLE_DB_INSTANCE_OPTIONS, page.marker, found.len())?;
        if marker.is_none() {
            return Ok(each_once(found));
        }
    }
}

/// `None` without a class: there is nothing to choose.
fn offer(raw: OrderableDbInstanceOption) -> Option<Orderable> {
    Some(Orderable {
        class: named(raw.db_instance_class)?,
        multi_az: raw.multi_az_capable.unwrap_or_default(),
        storage: words(raw.storage_type),
        read_replica: raw.read_replica_capable.unwrap_or_default(),
    })
}

/// One class is offered once for every licence model and set of zones: one offer for each class and
/// storage, which can do what any of them can.
fn each_once(mut offers: Vec<Orderable>) -> Vec<Orderable> {
    offers.sort_by(|a, b| (&a.class, &a.storage).cmp(&(&b.class, &b.storage)));
    offers.dedup_by(|next, kept| {
        let same = next.class == kept.class && next.storage == kept.storage;
        if same {
            kept.multi_az |= next.multi_az;
            kept.read_replica |= next.read_replica;
        }
        same
    });
    offers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_offered_once_for_each_storage() {
        let raw = |class: &str, storage: &str, multi_az: bool| {
            OrderableDbInstanceOption::builder()
                .db_instance_class(class)
                .storage_type(storage)
                .multi_az_capable(multi_az)
                .build()
        };
        let offers = [
            raw("db.t3.large", "gp3", false),
            raw("db.r6g.large", "gp3", true),
            raw("db.t3.large", "gp3", true),
            raw("db.t3.large", "io1", false),
            OrderableDbInstanceOption::builder().storage_type("gp3").build(),
        ];
        let found = each_once(offers.into_iter().filter_map(offer).collect());
        let told: Vec<_> = found.iter().map(|o| (o.class.as_str(), o.storage.as_str(), o.multi_az)).collect();
        assert_eq!(told, [("db.r6g.large", "gp3", true), ("db.t3.large", "gp3", true), ("db.t3.large", "io1", false)]);
        assert!(found.iter().all(|offer| !offer.read_replica), "what AWS leaves out is not promised");
    }
}
