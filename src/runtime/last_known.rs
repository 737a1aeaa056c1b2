//! The last good inventory and metrics on disk, so that the next start shows them at once, marked
//! with their age. One file an estate, 0600, written whole and then put in place. No secrets: DB
//! instances, their pending maintenance, their metrics with the storage trend, and since when
//! which finding stands.

use std::collections::HashMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::collection::TREND_PERIOD;
use crate::app::data::SiteData;
use crate::app::{Estate, State};
use crate::collect::metrics::MetricStore;
use crate::domain::runway::{self, Runway};
use crate::domain::{Database, MaintenanceAction, Metric, Remote, SiteId};
use crate::health::Beginning;

/// Raised when the form changes; a file of another version is not read.
const VERSION: u32 = 1;
/// Older than this it would only mislead.
const OLDEST: i64 = 7 * 86_400;

/// The form on disk.
#[derive(Serialize, Deserialize)]
pub struct Document {
    version: u32,
    sites: Vec<Site>,
    /// Since when which finding stands; files from before it was kept have none.
    #[serde(default)]
    beginnings: Vec<Beginning>,
}

#[derive(Serialize, Deserialize)]
struct Site {
    session: String,
    region: String,
    /// The account that it was read from, where that was known.
    account: Option<String>,
    read: Timestamp,
    databases: Vec<Database>,
    maintenance: HashMap<String, Vec<MaintenanceAction>>,
    metrics: MetricStore,
}

/// Where the last known state of an estate is kept: `$XDG_STATE_HOME/quarterdeck`, a file for each
/// set of sessions and regions.
#[must_use]
pub fn path(estate: &Estate) -> Option<PathBuf> {
    let mut hasher = DefaultHasher::new();
    // Another endpoint is another world.
    (&estate.endpoint, &estate.cli).hash(&mut hasher);
    for site in &estate.sites {
        (estate.sessions.get(site.session), &site.region).hash(&mut hasher);
    }
    let folder = super::logging::path()?.parent()?.to_owned();
    Some(folder.join(format!("last-known-{:016x}.json", hasher.finish())))
}

/// Puts what is on disk into a state that has asked nothing yet. A file that is missing, of
/// another version or damaged is as good as none.
pub fn recall(state: &mut State, path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let Ok(document) = serde_json::from_reader::<_, Document>(BufReader::new(file)) else { return };
    if document.version != VERSION {
        return;
    }
    for site in document.sites {
        let age = state.now.as_second() - site.read.as_second();
        let place = state.estate.sites.iter().position(|s| {
            s.region == site.region && state.estate.sessions.get(s.session).is_some_and(|name| *name == site.session)
        });
        let Some(data) = place.and_then(|at| state.sites.get_mut(at)).filter(|_| (0..OLDEST).contains(&age)) else {
            continue;
        };
        data.databases = Remote::Ready { value: site.databases, at: site.read };
        data.maintenance = Remote::Ready { value: site.maintenance, at: site.read };
        data.metrics = Remote::Ready { value: (), at: site.read };
        data.store = site.metrics;
        // Estimated again: the trend itself is not read yet, which marks them as stale.
        data.runways = data.databases.value().map(|all| runways(all, &data.store)).unwrap_or_default();
        data.recalled_from = site.account;
    }
    let now = state.now;
    let recent = |b: &Beginning| (0..OLDEST).contains(&(now.as_second() - b.seen.as_second()));
    state.health.remember(document.beginnings.into_iter().filter(recent), now);
    state.databases.dirty = true;
}

/// What is known now, apart from the state: so that it can be written elsewhere.
#[must_use]
pub fn gather(state: &State) -> Document {
    let sites = state.sites.iter().enumerate().filter_map(|(i, data)| site(&state.estate, SiteId(i), data)).collect();
    Document { version: VERSION, sites, beginnings: state.health.beginnings() }
}

/// Writes what was gathered.
///
/// # Errors
/// When the file cannot be written; the console goes on without.
pub fn write(document: &Document, path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // A new temporary file is 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    {
        let mut out = BufWriter::new(file.as_file_mut());
        serde_json::to_writer(&mut out, document)?;
        out.flush()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// How long storage lasts, as the trend of the last run tells.
fn runways(databases: &[Database], store: &MetricStore) -> HashMap<Arc<str>, Runway> {
    let runway = |database: &Database| {
        let free = store.series(&database.id, Metric::FreeStorageSpace, TREND_PERIOD)?;
        Some((database.id.as_str().into(), runway::estimate(free)?))
    };
    databases.iter().filter_map(runway).collect()
}

fn site(estate: &Estate, id: SiteId, data: &SiteData) -> Option<Site> {
    let site = estate.site(id)?;
    Some(Site {
        session: estate.sessions.get(site.session)?.clone(),
        region: site.region.clone(),
        account: data.identity.value().map(|identity| identity.account.clone()),
        read: data.databases.at()?,
        databases: data.databases.value()?.clone(),
        maintenance: data.maintenance.value().cloned().unwrap_or_default(),
        metrics: data.store.clone(),
    })
}
