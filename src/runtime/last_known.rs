//! The last good inventory and metrics on disk, so that the next start shows them at once, marked
//! with their age. One file an estate, 0600, written whole and then put in place. No secrets: DB
//! instances, their pending maintenance, their metrics with the storage trend, and since when
//! which finding stands.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::app::State;
use crate::collect::metrics::MetricStore;
use crate::domain::{Database, MaintenanceAction, Remote, SessionId, SiteId};
use crate::health::Beginning;
use crate::plain_file;
use crate::services::rds::data::runways;
use crate::slices::{LastKnown, Sought};
use crate::world::data::SiteData;
use crate::world::{Estate, SessionName};

/// How the names of the files begin.
const NAME: &str = "last-known-";
/// Raised when the form changes; a file of another version is not read.
const VERSION: u32 = 3;
/// How they end: MessagePack, whose parts have names as JSON's have, and which takes bytes as they are.
const FORM: &str = ".msgpack";
/// How those of earlier versions end.
const EARLIER: &str = ".json";
/// Bytes; 250 DB instances have 1.2 MB.
const LARGEST: u64 = 512 * 1024 * 1024;
/// Older than this it would only mislead.
const OLDEST: i64 = 7 * 86_400;
/// The first writing waits so long for the other sites after the first one is read, seconds.
const PATIENCE: i64 = 5;
/// Between two writings because of a change, seconds: a large estate is tens of megabytes.
const HASTE: i64 = 30;

/// When the last known state is written out of its turn: soon after the start, since a console may be
/// killed in its first minutes too, and when DB instances come, go or change their status.
#[derive(Debug)]
pub struct Pace {
    started: Timestamp,
    /// When the first site was whole.
    first: Option<Timestamp>,
    /// When and what was written last.
    written: Option<(Timestamp, u64)>,
}

impl Pace {
    /// For a console that starts to read at `started`; what it knows from before is on disk already.
    #[must_use]
    pub fn since(started: Timestamp) -> Self {
        Self { started, first: None, written: None }
    }

    /// Whether the state should be written now.
    pub fn is_due(&mut self, state: &State) -> bool {
        let age = |at: Timestamp| state.shell.world.now.as_second() - at.as_second();
        if let Some((at, mark)) = self.written {
            return age(at) >= HASTE && mark != self.mark(state);
        }
        let is_settled = |data: &SiteData| self.is_whole(data) || data.rds.databases.fault().is_some();
        if !state.shell.world.known().any(|(_, data)| self.is_whole(data)) {
            return false;
        }
        let is_settled = state.shell.world.known().all(|(_, data)| is_settled(data));
        let first = *self.first.get_or_insert(state.shell.world.now);
        is_settled || age(first) >= PATIENCE
    }

    /// It was.
    pub fn wrote(&mut self, state: &State) {
        self.written = Some((state.shell.world.now, self.mark(state)));
    }

    /// Whether the DB instances of a site and their metrics were answered for in this run.
    fn is_whole(&self, data: &SiteData) -> bool {
        let is_fresh = |at: Option<Timestamp>| at.is_some_and(|at| at >= self.started);
        is_fresh(data.rds.databases.at()) && (is_fresh(data.rds.metrics.at()) || data.rds.metrics.fault().is_some())
    }

    /// Changes with what is worth a writing.
    fn mark(&self, state: &State) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (_, data) in state.shell.world.known() {
            self.is_whole(data).hash(&mut hasher);
            for database in data.rds.databases.value().into_iter().flatten() {
                (&database.arn, &database.status).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

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
    #[serde(serialize_with = "in_full", deserialize_with = "each_of_its_own")]
    databases: Vec<Arc<Database>>,
    maintenance: HashMap<String, Vec<MaintenanceAction>>,
    metrics: MetricStore,
}

/// Each record in full, whoever else has it.
fn in_full<S: Serializer>(all: &[Arc<Database>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(all.iter().map(AsRef::as_ref))
}

/// Each record as one that nobody else has yet.
fn each_of_its_own<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Database>>, D::Error> {
    Ok(Vec::<Database>::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
}

/// Where consoles keep what they know: `$XDG_STATE_HOME/quarterdeck`.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    super::logging::path()?.parent().map(Path::to_owned)
}

/// Where the last known state of an estate is kept: a file for each set of sessions and regions.
#[must_use]
pub fn path(estate: &Estate) -> Option<PathBuf> {
    let mut hasher = DefaultHasher::new();
    let mut sessions: Vec<(SessionId, Option<&SessionName>)> = Vec::new();
    for (id, site) in estate.sites() {
        if !sessions.iter().any(|(known, _)| *known == site.session) {
            sessions.push((site.session, estate.session_name(id)));
        }
    }
    let cli: Vec<&str> = sessions.iter().filter_map(|(_, name)| name.map(|name| name.cli.as_str())).collect();
    // Another endpoint is another world.
    (&estate.endpoint, cli).hash(&mut hasher);
    for (id, site) in estate.sites() {
        (estate.session_name(id).map(|session| &session.name), &site.region).hash(&mut hasher);
    }
    Some(folder()?.join(format!("{NAME}{:016x}{FORM}", hasher.finish())))
}

/// A reading that was begun before anybody knew which file is wanted: of the one that was written last, which it is
/// but for those who look at several estates. Beside it everything else that a start takes goes on.
#[derive(Default)]
pub struct Ahead(Option<(PathBuf, JoinHandle<Option<Document>>)>);

impl Ahead {
    /// Begins it, in the folder where consoles keep what they know.
    #[must_use]
    pub fn begin(folder: &Path) -> Self {
        Self(newest(folder).and_then(|path| {
            let read_ahead = path.clone();
            let reading = thread::Builder::new().spawn(move || read(&read_ahead)).ok()?;
            Some((path, reading))
        }))
    }

    /// What is in the file that is wanted.
    fn end(self, wanted: &Path) -> Option<Document> {
        match self.0 {
            Some((path, reading)) if path == wanted => reading.join().ok().flatten(),
            // Another estate's is left to itself.
            _ => read(wanted),
        }
    }
}

/// Whether this is the name of such a file, of this version or an earlier one.
pub(super) fn is_one(name: &OsStr) -> bool {
    let after = name.to_str().and_then(|name| name.strip_prefix(NAME));
    after.is_some_and(|after| after.ends_with(FORM) || after.ends_with(EARLIER))
}

/// The file of a folder that was written last.
fn newest(folder: &Path) -> Option<PathBuf> {
    let all = fs::read_dir(folder).ok()?.filter_map(Result::ok).filter(|entry| is_one(&entry.file_name()));
    all.max_by_key(|entry| entry.metadata().and_then(|found| found.modified()).ok()).map(|entry| entry.path())
}

/// Puts what is on disk into a state that has asked nothing yet. A file that is missing, of
/// another version or damaged is as good as none.
pub fn recall(state: &mut State, path: &Path, ahead: Ahead) {
    let Some(document) = ahead.end(path) else { return };
    for site in document.sites {
        let age = state.shell.world.now.as_second() - site.read.as_second();
        let estate = &state.shell.world.estate;
        let is_read_by = |id| estate.session_name(id).is_some_and(|session| session.name == site.session);
        let place = estate.sites().find(|(id, known)| known.region == site.region && is_read_by(*id)).map(|(id, _)| id);
        let known = place.filter(|_| (0..OLDEST).contains(&age));
        let Some(data) = known.and_then(|id| state.shell.world.site_mut(id)) else {
            continue;
        };
        data.rds.databases = Remote::Ready { value: site.databases, at: site.read };
        data.rds.maintenance = Remote::Ready { value: site.maintenance, at: site.read };
        data.rds.metrics = Remote::Ready { value: (), at: site.read };
        data.rds.store = site.metrics;
        // Estimated again: the trend itself is not read yet, which marks them as stale.
        data.rds.runways = data.rds.databases.value().map(|all| runways(all, &data.rds.store)).unwrap_or_default();
        data.recalled_from = site.account;
    }
    let now = state.shell.world.now;
    let recent = |b: &Beginning| (0..OLDEST).contains(&(now.as_second() - b.seen.as_second()));
    state.shell.world.health.remember(document.beginnings.into_iter().filter(recent), now);
    state.shell.world.forget_checkups();
}

/// What is on disk, if it is of this form. Read whole: from a slice it is parsed in half the time.
fn read(path: &Path) -> Option<Document> {
    let document: Document = rmp_serde::from_slice(&plain_file::read(path, LARGEST).ok()?).ok()?;
    (document.version == VERSION).then_some(document)
}

/// An instance as a console read it last, if that was within a week.
#[must_use]
pub fn find(path: &Path, sought: Sought<'_>, now: Timestamp) -> Option<LastKnown> {
    let sites = read(path)?.sites;
    let mut known = sites
        .into_iter()
        .filter(|site| (0..OLDEST).contains(&(now.as_second() - site.read.as_second())))
        .flat_map(|site| {
            let all = site.databases.into_iter().map(Arc::unwrap_or_clone);
            all.map(move |database| LastKnown { at: site.read, database })
        });
    known.find(|known| sought.is(&known.database))
}

/// What is known now, apart from the state: so that it can be written elsewhere.
#[must_use]
pub fn gather(state: &State) -> Document {
    let sites = state.shell.world.known().filter_map(|(id, data)| site(&state.shell.world.estate, id, data)).collect();
    Document { version: VERSION, sites, beginnings: state.shell.world.health.beginnings() }
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
        let mut form = rmp_serde::Serializer::new(&mut out).with_struct_map();
        document.serialize(&mut form).map_err(io::Error::other)?;
        out.flush()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn site(estate: &Estate, id: SiteId, data: &SiteData) -> Option<Site> {
    let site = estate.site(id)?;
    Some(Site {
        session: estate.session_name(id)?.name.clone(),
        region: site.region.clone(),
        account: data.identity.value().map(|identity| identity.account.clone()),
        read: data.rds.databases.at()?,
        databases: data.rds.databases.value()?.clone(),
        maintenance: data.rds.maintenance.value().cloned().unwrap_or_default(),
        metrics: data.rds.store.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    /// A console with two sites that starts at 1000.
    fn console() -> (State, Pace) {
        let mut estate = Estate::default();
        let session = estate.add_session_named("prod");
        for region in ["us-east-1", "eu-west-1"] {
            estate.add_site(session, region);
        }
        let (keymap, theme) = (crate::keymap::Keymap::default(), crate::theme::Theme::default());
        let state = State::new(estate, at(1000), keymap, theme, crate::theme::ColorDepth::TrueColor);
        (state, Pace::since(at(1000)))
    }

    fn database(status: &str) -> Database {
        Database { arn: "arn:aws:rds:x:1:db:a".into(), status: status.into(), ..Database::default() }
    }

    fn read(state: &mut State, site: usize, status: &str) {
        let (now, data) = (state.shell.world.now, &mut state.shell.world.sites[site]);
        data.rds.databases.succeed(vec![Arc::new(database(status))], now);
        data.rds.metrics.succeed((), now);
    }

    #[test]
    fn the_first_answers_are_kept_within_seconds() {
        let (mut state, mut pace) = console();
        // What the last run left is no reason.
        state.shell.world.sites[0].rds.databases =
            Remote::Ready { value: vec![database("available").into()], at: at(100) };
        state.shell.world.sites[0].rds.metrics = Remote::Ready { value: (), at: at(100) };
        assert!(!pace.is_due(&state));
        state.shell.world.now = at(1001);
        state.shell.world.sites[0].rds.databases.succeed(vec![Arc::new(database("available"))], at(1001));
        assert!(!pace.is_due(&state), "metrics are on their way");
        read(&mut state, 0, "available");
        assert!(!pace.is_due(&state), "the other site may come at once");
        state.shell.world.now = at(1006);
        assert!(pace.is_due(&state), "it hangs");
        pace.wrote(&state);
        assert!(!pace.is_due(&state));
    }

    #[test]
    fn a_site_that_fails_keeps_nobody_waiting_and_changes_are_not_written_every_second() {
        let (mut state, mut pace) = console();
        let fault = Fault { kind: FaultKind::TimedOut, call: "x:Y".into(), message: String::new(), request_id: None };
        state.shell.world.sites[1].rds.databases.fail(fault);
        assert!(!pace.is_due(&state));
        read(&mut state, 0, "available");
        assert!(pace.is_due(&state));
        pace.wrote(&state);
        state.shell.world.now = at(1010);
        read(&mut state, 0, "failing-over");
        assert!(!pace.is_due(&state));
        state.shell.world.now = at(1030);
        assert!(pace.is_due(&state));
        pace.wrote(&state);
        state.shell.world.now = at(1090);
        read(&mut state, 0, "failing-over");
        assert!(!pace.is_due(&state), "nothing has changed");
    }
}
