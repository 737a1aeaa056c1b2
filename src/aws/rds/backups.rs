//! What AWS can restore an instance to a point in time from.

use super::convert::automated_backup;
use super::or_none;
use crate::aws::error::fault;
use crate::aws::pages::Markers;
use crate::aws::{DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, Session};
use crate::domain::{AutomatedBackup, Fault};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;

/// Whose automated backups are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Of<'a> {
    /// `DbiResourceId`: also of an instance that was deleted, and never of another one of its name.
    Resource(&'a str),
    /// `DBInstanceIdentifier`, where the resource is not known.
    Name(&'a str),
}

/// Reads the automated backups of an instance; none when AWS knows of none: with a retention of 0
/// there is no entry (`DescribeDBInstanceAutomatedBackups`).
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub(crate) async fn automated_backups(
    session: &Session,
    region: &str,
    of: &Of<'_>,
) -> Result<Vec<AutomatedBackup>, Fault> {
    or_none(all(session, region, of).await)
}

async fn all(session: &Session, region: &str, of: &Of<'_>) -> Result<Vec<AutomatedBackup>, Fault> {
    let client = session.rds(region);
    let (resource, name) = match of {
        Of::Resource(id) => (Some((*id).to_owned()), None),
        Of::Name(id) => (None, Some((*id).to_owned())),
    };
    let (mut pages, mut marker, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_db_instance_automated_backups()
            .set_dbi_resource_id(resource.clone())
            .set_db_instance_identifier(name.clone())
            .max_records(PAGE)
            .set_marker(marker)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, &error))?;
        let backups = page.db_instance_automated_backups.unwrap_or_default();
        found.extend(backups.into_iter().map(automated_backup));
        marker = pages.next(DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, page.marker, found.len())?;
        if marker.is_none() {
            return Ok(found);
        }
    }
}
