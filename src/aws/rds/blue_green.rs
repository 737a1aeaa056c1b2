//! Blue/green deployments of a region.

use crate::aws::error::fault;
use crate::aws::pages::Markers;
use crate::aws::{DESCRIBE_BLUE_GREEN_DEPLOYMENTS, Session, words};
use crate::domain::{BlueGreen, Fault};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;

/// Reads all blue/green deployments of a region: there are few, and one call cannot ask for both sides of an
/// instance.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub(crate) async fn blue_green(session: &Session, region: &str) -> Result<Vec<BlueGreen>, Fault> {
    let client = session.rds(region);
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_blue_green_deployments()
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_BLUE_GREEN_DEPLOYMENTS, &error))?;
        found.extend(page.blue_green_deployments.unwrap_or_default().into_iter().map(|raw| BlueGreen {
            name: words(raw.blue_green_deployment_name),
            source: words(raw.source),
            target: words(raw.target),
            status: words(raw.status),
        }));
        marker = pages.next(DESCRIBE_BLUE_GREEN_DEPLOYMENTS, page.marker, found.len())?;
        if marker.is_none() {
            return Ok(found);
        }
    }
}
