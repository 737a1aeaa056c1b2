//! All that is known: the places that are looked at, what was read there and when, what failed, what the health
//! rules find. Below the screens: it knows none of them, only what somebody looks at ([`Focus`]).

mod advice;
pub mod changes;
pub mod checkup;
pub mod checkups;
pub mod cluster_checkups;
mod clusters;
pub mod collection;
pub mod data;
pub mod estate;
pub mod faults;
mod focus;
pub mod gist;
mod links;
mod news;
pub mod owners;
mod problems;
mod register;
mod twins;
mod watching;

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

pub use self::advice::advised;
pub use self::changes::Changes;
pub use self::collection::{due, is_packing, pack, retire, take};
pub use self::estate::{Estate, Scope, SessionName};
pub use self::focus::Focus;
pub use self::news::News;
pub use self::problems::Problems;
pub use self::watching::{WatchOrder, WatchTarget, take_told, watch};

use self::data::SiteData;
use self::faults::FaultLog;
use crate::collect::{Traffic, Watches};
use crate::domain::{Database, EnvironmentId, Identity, SiteId};
use crate::health::Ledger;
use crate::slices::reads::{Schedule, Wants};

/// What is known.
#[derive(Debug, Clone)]
pub struct World {
    /// The present, as the runtime told it last.
    pub now: Timestamp,
    pub estate: Estate,
    /// By [`SiteId`].
    pub sites: Vec<SiteData>,
    pub schedule: Schedule,
    pub faults: FaultLog,
    /// What the health rules say, and since when.
    pub health: Ledger,
    pub changes: Changes,
    /// AWS's answers of the last minute by service, as the runtime counted them.
    pub calls: Traffic,
    /// What is wrong with the console's own files.
    pub problems: Problems,
    /// What the console's own calls may cost, USD an hour.
    pub ceiling: f64,
    /// When how many metrics were requested, seconds; the last ten minutes.
    pub requested: VecDeque<(i64, usize)>,
    /// The watches of clusters that run.
    pub watches: Watches<WatchTarget>,
    /// Something of a cluster has changed: what is shown of it is made anew in its own time.
    pub cluster_news: bool,
    /// Other watches may be wanted than last time.
    rewatch: bool,
    /// When, and for whom, it was looked through last for what is to be watched.
    watched_for: Option<(i64, Focus)>,
    /// When, and for whom, it was looked through last for what is due.
    polled: Option<(i64, Focus)>,
    /// What was wanted when what nobody wants was retired last.
    wants: Option<Wants>,
    /// Sites of which something was heard since they were examined.
    pub heard: BTreeSet<SiteId>,
}

impl World {
    /// A world of which nothing was asked yet.
    #[must_use]
    pub fn new(estate: Estate, now: Timestamp) -> Self {
        Self {
            now,
            sites: vec![SiteData::default(); estate.sites_ever()],
            estate,
            schedule: Schedule::default(),
            faults: FaultLog::default(),
            health: Ledger::default(),
            changes: Changes::default(),
            calls: Traffic::default(),
            problems: Problems::default(),
            ceiling: 1.0,
            requested: VecDeque::new(),
            watches: Watches::with_seed(0),
            cluster_news: false,
            rewatch: true,
            watched_for: None,
            polled: None,
            wants: None,
            heard: BTreeSet::new(),
        }
    }

    /// The data of a site.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&SiteData> {
        self.sites.get(id.0)
    }

    /// The data of a site, to be changed.
    pub fn site_mut(&mut self, id: SiteId) -> Option<&mut SiteData> {
        self.sites.get_mut(id.0)
    }

    /// What is known of each site that is looked at.
    pub fn known(&self) -> impl Iterator<Item = (SiteId, &SiteData)> + Clone {
        self.estate.sites().filter_map(|(id, _)| Some((id, self.site(id)?)))
    }

    /// Every DB instance that can be read, with its site.
    pub fn all_databases(&self) -> impl Iterator<Item = (SiteId, &Database)> {
        self.known()
            .flat_map(|(id, data)| data.rds.databases.value().into_iter().flatten().map(move |d| (id, d.as_ref())))
    }

    /// Who an environment's credentials are, as they were read last.
    #[must_use]
    pub fn identity(&self, environment: EnvironmentId) -> Option<&Identity> {
        // The other region knows it too, when the primary one is down.
        let sites = self.estate.environment(environment)?.sites();
        let known = sites.filter_map(|site| {
            let identity = &self.site(site)?.identity;
            Some((identity.fault().is_none(), identity.at()?, identity.value()?))
        });
        known.max_by_key(|(fresh, at, _)| (*fresh, *at)).map(|(.., identity)| identity)
    }

    /// The DB instance of an ARN, which is called so.
    #[must_use]
    pub fn instance(&self, arn: &str, name: &str) -> Option<(SiteId, &Database)> {
        self.known().find_map(|(site, data)| {
            let place = data.checkups.place(name)?;
            let database = data.rds.databases.value()?.get(place).filter(|database| database.arn == arn)?;
            Some((site, database.as_ref()))
        })
    }

    /// A DB instance of a site by its name.
    #[must_use]
    pub fn database(&self, site: SiteId, id: &str) -> Option<&Database> {
        let data = self.site(site)?;
        let all = data.rds.databases.value()?;
        let known = data.checkups.place(id).and_then(|at| all.get(at)).filter(|database| database.id == id);
        known.or_else(|| all.iter().find(|database| database.id == id)).map(AsRef::as_ref)
    }

    /// Puts another estate in the place of this one, which it comes after ([`Estate::succeed`]). What was read of sites
    /// that are in both stays; the `schedule` has nothing on its way.
    pub fn adopt(&mut self, estate: Estate, schedule: Schedule) {
        self.estate = estate;
        self.schedule = schedule;
        self.sites.resize_with(self.estate.sites_ever(), SiteData::default);
        for (number, data) in self.sites.iter_mut().enumerate() {
            if self.estate.site(SiteId(number)).is_none() {
                *data = SiteData::default();
            }
        }
        self.faults.rename(&self.estate);
        // Other sessions answer from now on, and other ways may lead there.
        self.watches.force(|_| true);
        self.rewatch = true;
        self.forget_checkups();
    }

    /// Everything may be another: the environments, their limits, what is in the lists.
    pub fn forget_checkups(&mut self) {
        for data in &mut self.sites {
            data.checkups.forget();
            data.alarm_checkups.forget();
            data.cluster_checkups.forget();
            data.secret_checkups.forget();
        }
        (self.polled, self.wants) = (None, None);
    }

    /// What the console's own calls cost at the pace of now, USD an hour: CloudWatch takes $0.01
    /// for 1,000 metrics requested, and for 1,000 other requests; RDS and STS are free (CloudWatch
    /// pricing, us-east-1).
    #[must_use]
    pub fn spend_an_hour(&self) -> f64 {
        self.requested.iter().filter(|(at, _)| self.now.as_second() - at < 600).map(|(_, n)| *n as f64).sum::<f64>()
            * 6.0
            * 0.01
            / 1000.0
            // An empty sum is -0.0.
            + 0.0
    }

    /// Whether the console's own calls cost more than they may: metrics are then asked for slowly.
    #[must_use]
    pub fn is_over_ceiling(&self) -> bool {
        self.spend_an_hour() > self.ceiling
    }
}
