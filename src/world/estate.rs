//! The places that this console looks at. Each has a number that is its own for as long as the console runs: a changed
//! configuration takes places away and brings new ones, and renumbers none ([`Estate::succeed`]).

use super::register::Register;
use crate::domain::{Database, Environment, EnvironmentId, SessionId, Site, SiteId};

/// Environments, and the sites that hold their resources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Estate {
    /// As they are written in the configuration.
    environments: Register<Environment>,
    sites: Register<Site>,
    /// By [`SessionId`].
    sessions: Vec<SessionName>,
    /// The endpoint in place of AWS's own, if one was given.
    pub endpoint: Option<String>,
    /// What the sandbox plays, when this is not AWS.
    pub sandbox: Option<String>,
    /// What it can play: names, each with what happens.
    pub scenarios: Vec<(String, String)>,
}

/// A session as people and the AWS CLI call it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionName {
    /// Its profile, or the sandbox's account.
    pub name: String,
    /// Options that make the AWS CLI ask the same place: ` --profile ops`.
    pub cli: String,
}

/// Which environments are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    All,
    One(EnvironmentId),
}

impl Scope {
    /// What is looked at where nobody has chosen: the only environment, or all.
    #[must_use]
    pub fn usual(estate: &Estate) -> Self {
        estate.at(0).filter(|_| estate.count() == 1).map_or(Self::All, Self::One)
    }
}

impl Estate {
    /// An estate of nothing yet that comes after this one: what is added to it again has the number that it had.
    #[must_use]
    pub fn succeed(&self) -> Self {
        let mut next = Self { endpoint: None, sandbox: None, ..self.clone() };
        next.environments.clear();
        next.sites.clear();
        next
    }

    /// Adds a session, or what one is called now, where `known` is the number that it had.
    pub fn add_session(&mut self, known: Option<SessionId>, name: SessionName) -> SessionId {
        if let Some((id, place)) = known.and_then(|id| Some((id, self.sessions.get_mut(id.0)?))) {
            *place = name;
            return id;
        }
        self.sessions.push(name);
        SessionId(self.sessions.len() - 1)
    }

    /// Adds a session for which the AWS CLI needs no options.
    pub fn add_session_named(&mut self, name: impl Into<String>) -> SessionId {
        self.add_session(None, SessionName { name: name.into(), cli: String::new() })
    }

    /// The id of a site, added when it is new.
    pub fn add_site(&mut self, session: SessionId, region: &str) -> SiteId {
        SiteId(self.sites.add(Site { session, region: region.to_owned() }, Site::eq))
    }

    /// Adds an environment behind the others; one of the same name is the same one.
    pub fn add(&mut self, environment: Environment) -> EnvironmentId {
        EnvironmentId(self.environments.add(environment, |known, new| known.name == new.name))
    }

    /// The environments as they are written in the configuration.
    pub fn environments(&self) -> impl DoubleEndedIterator<Item = (EnvironmentId, &Environment)> + Clone {
        self.environments.iter().map(|(number, environment)| (EnvironmentId(number), environment))
    }

    /// How many environments there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.environments.len()
    }

    /// One of them; none, where it is not in the configuration any more.
    #[must_use]
    pub fn environment(&self, id: EnvironmentId) -> Option<&Environment> {
        self.environments.get(id.0)
    }

    /// The same to be changed.
    pub fn environment_mut(&mut self, id: EnvironmentId) -> Option<&mut Environment> {
        self.environments.get_mut(id.0)
    }

    /// All of them, to be changed.
    pub fn environments_mut(&mut self) -> impl Iterator<Item = &mut Environment> {
        self.environments.iter_mut()
    }

    /// The environment with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<EnvironmentId> {
        self.environments().find(|(_, environment)| environment.name == name).map(|(id, _)| id)
    }

    /// The environment with this name itself.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Environment> {
        self.environments().map(|(_, environment)| environment).find(|environment| environment.name == name)
    }

    /// Where an environment stands among the others, from 0.
    #[must_use]
    pub fn place_of(&self, id: EnvironmentId) -> Option<usize> {
        self.environments.place(id.0)
    }

    /// The environment that stands there.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<EnvironmentId> {
        self.environments.at(place).map(EnvironmentId)
    }

    /// The sites that are looked at.
    pub fn sites(&self) -> impl DoubleEndedIterator<Item = (SiteId, &Site)> + Clone {
        self.sites.iter().map(|(number, site)| (SiteId(number), site))
    }

    /// A site that is looked at; none, where only a configuration of before named it.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id.0)
    }

    /// How many numbers of sites were given out.
    #[must_use]
    pub fn sites_ever(&self) -> usize {
        self.sites.ever()
    }

    /// What the session that reads a site is called.
    #[must_use]
    pub fn session_name(&self, id: SiteId) -> Option<&SessionName> {
        self.sessions.get(self.site(id)?.session.0)
    }

    /// The only session there is; none where there are several.
    #[must_use]
    pub fn only_session(&self) -> Option<SessionId> {
        let mut all = self.sites().map(|(_, site)| site.session);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// Options for the AWS CLI to reach a site's account.
    #[must_use]
    pub fn cli_options(&self, id: SiteId) -> &str {
        self.session_name(id).map_or("", |name| name.cli.as_str())
    }

    /// The first environment that owns a DB instance.
    #[must_use]
    pub fn owner(&self, site: SiteId, database: &Database) -> Option<EnvironmentId> {
        self.environments().find(|(_, e)| e.owns(site, database)).map(|(id, _)| id)
    }

    /// The first environment that owns something whose name is made of parts, as those of secrets are.
    #[must_use]
    pub fn owner_of_path(&self, site: SiteId, name: &str, tags: &[(String, String)]) -> Option<EnvironmentId> {
        self.environments().find(|(_, e)| e.owns_path(site, name, tags)).map(|(id, _)| id)
    }

    /// The environments that have resources at a site.
    pub fn of_site(&self, id: SiteId) -> impl Iterator<Item = &Environment> {
        self.environments().map(|(_, environment)| environment).filter(move |e| e.sites().any(|site| site == id))
    }

    /// The region of an environment, and its DR region.
    pub fn regions<'a>(&'a self, environment: &'a Environment) -> impl Iterator<Item = &'a str> {
        environment.sites().filter_map(|site| self.site(site)).map(|site| site.region.as_str())
    }

    /// The account that a site's credentials must belong to.
    #[must_use]
    pub fn expected_account(&self, id: SiteId) -> Option<&str> {
        self.of_site(id).find_map(|e| e.expected_account.as_deref())
    }

    /// Whether a site belongs to what is looked at.
    #[must_use]
    pub fn in_scope(&self, scope: Scope, site: SiteId) -> bool {
        match scope {
            Scope::All => true,
            Scope::One(id) => self.environment(id).is_some_and(|e| e.sites().any(|s| s == site)),
        }
    }

    /// Where a site is, in the words of an error: `profile ops, eu-west-1`.
    #[must_use]
    pub fn place(&self, id: SiteId) -> String {
        let Some(site) = self.site(id) else { return String::new() };
        let names: Vec<&str> = self.of_site(id).map(|e| e.name.as_str()).collect();
        format!("{} ({})", names.join(", "), site.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(estate: &mut Estate, name: &str, session: SessionId, region: &str) -> (EnvironmentId, SiteId) {
        let site = estate.add_site(session, region);
        (estate.add(Environment { name: name.into(), site, ..Environment::default() }), site)
    }

    #[test]
    fn what_comes_back_has_the_number_that_it_had_and_nothing_gets_that_of_another() {
        let mut first = Estate::default();
        let session = first.add_session_named("ops");
        let (prod, home) = add(&mut first, "prod", session, "us-east-1");
        let (qa, there) = add(&mut first, "qa", session, "eu-west-1");

        let mut second = first.succeed();
        let other = second.add_session_named("dev");
        let (lab, of_lab) = add(&mut second, "lab", other, "us-east-1");
        assert_eq!(add(&mut second, "qa", session, "eu-west-1"), (qa, there));
        assert!(![prod, qa].contains(&lab) && ![home, there].contains(&of_lab));
        assert!(second.environment(prod).is_none() && second.site(home).is_none() && second.named("prod").is_none());
        assert_eq!(second.environments().map(|(id, _)| id).collect::<Vec<_>>(), [lab, qa], "in the new order");
        assert_eq!((second.place_of(qa), second.place_of(prod), second.at(0)), (Some(1), None, Some(lab)));

        let mut third = second.succeed();
        assert_eq!(add(&mut third, "prod", session, "us-east-1"), (prod, home));
        assert_eq!((third.count(), third.sites().count(), third.sites_ever()), (1, 1, 3));
        assert_eq!(third.only_session(), Some(session));
    }
}
