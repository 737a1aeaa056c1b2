//! What stands above a list that is read of each site: of each that could not be read why, and where nothing is shown what
//! was asked and found.

use crate::domain::{Fault, Remote, SiteId};
use crate::keymap::Action;
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{format, trouble};
use crate::world::data::SiteData;

/// A list that is read of each site, and its words.
#[derive(Debug)]
pub struct SiteList<T> {
    /// Where it is kept.
    pub of: fn(&SiteData) -> &Remote<Vec<T>>,
    /// What it lists: `EKS clusters`.
    pub what: &'static str,
    /// What is being done while it is not there: `asking EKS for clusters`.
    pub asking: &'static str,
}

/// The sites that the scope covers, with what is known of them.
fn sites(app: &App) -> impl Iterator<Item = (SiteId, &SiteData)> {
    let shell = &app.shell;
    shell.world.known().filter(move |(site, _)| shell.world.estate.in_scope(shell.scope, *site))
}

impl<T: 'static> SiteList<T> {
    /// Why a site's list is old or not there: where it is not asked for because of who we are, that.
    fn fault<'a>(&self, data: &'a SiteData) -> Option<&'a Fault> {
        let list = (self.of)(data);
        let is_unasked = matches!(list, Remote::Idle);
        list.fault().or_else(|| data.identity.fault().filter(|_| is_unasked))
    }

    /// Of each site whose list is old or was never read: why, and what to do.
    #[must_use]
    pub fn notices(&self, app: &App) -> Vec<Line> {
        let one = |(site, data): (SiteId, &SiteData)| {
            let fault = self.fault(data)?;
            let known = match (self.of)(data).at() {
                Some(at) => format!("◌ list of {}", format::coarse_ago(app.shell.world.now, at)),
                None => "never read".into(),
            };
            Some(vec![
                (" ▲ ".into(), Role::Warning),
                (format!("{}  ", app.shell.world.estate.place(site)), Role::Text),
                (format!("{known}  "), Role::Stale),
                (format!("{} {}: {}", fault.call, trouble::cause(fault), trouble::advice(fault)), Role::Warning),
            ])
        };
        sites(app).filter_map(one).collect()
    }

    /// Of each site what was asked and found, where nothing is shown.
    #[must_use]
    pub fn found(&self, app: &App) -> Vec<Line> {
        let Self { what, asking, .. } = self;
        let mut lines: Vec<Line> = Vec::new();
        for (site, data) in sites(app).filter(|(_, data)| self.fault(data).is_none()) {
            let place = app.shell.world.estate.place(site);
            let words = match (self.of)(data) {
                Remote::Idle => format!(" {place}: not read yet"),
                Remote::Loading => format!(" {place}: {asking} …"),
                Remote::Ready { value, .. } | Remote::Stale { value, .. } if value.is_empty() => {
                    format!(" no {what} in {place}")
                }
                Remote::Ready { value, .. } | Remote::Stale { value, .. } => {
                    format!(" {place}: {} {what}, none of this environment", value.len())
                }
                Remote::Failed { .. } => continue,
            };
            lines.push(vec![(words, Role::Dim)]);
        }
        if lines.is_empty() {
            let words = format!(" whether there are {what} is not known: no list could be read");
            lines.push(vec![(words, Role::Dim)]);
        }
        lines
    }
}

/// That a filter lets nothing through, and the key that clears it.
#[must_use]
pub fn nothing_matches(app: &App, filter: &str) -> Line {
    let key = app.shell.keymap.key_for(app.layers(), Action::Back).unwrap_or_default();
    vec![(format!(" nothing matches {filter}   {key} clears the filter"), Role::Dim)]
}
