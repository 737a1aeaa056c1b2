//! From a configuration file to sessions and sites: at the start, and again when the file changes.

use std::collections::BTreeMap;
use std::path::Path;

use tokio::sync::mpsc;

use crate::aws::meter::Meter;
use crate::aws::{AssumeRole, CodeSource, MfaRequest, Session, SessionSpec};
use crate::config::{self, Config, ConnectionSpec, EnvironmentSpec, Problem, RoleSpec, Settings, Severity};
use crate::domain::text::{clean, quoted};
use crate::domain::{EnvironmentId, SessionId};
use crate::slices::Policy;
use crate::world::{Estate, SessionName};

/// What sites are read through.
pub type Sessions = BTreeMap<SessionId, Session>;
/// Who makes changes in an environment, where it is not who reads.
pub type Operators = BTreeMap<EnvironmentId, SessionSpec>;

/// The sign-ins that a configuration needs. They outlive a change of the file: who has given an MFA
/// code is not asked for another one because a comment was written.
pub struct SignIns {
    codes: CodeSource,
    meter: Meter,
    /// Asked in place of every environment's own endpoint.
    endpoint: Option<String>,
    open: Vec<SignIn>,
    /// The estate that they are those of: what is named again keeps its number.
    estate: Estate,
}

/// A sign-in of this configuration or of one before.
struct SignIn {
    key: Key,
    id: SessionId,
    /// None, where nothing is read with it any more.
    session: Option<Session>,
}

/// What makes two sign-ins the same.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    connection: ConnectionSpec,
    /// Environments of one connection that expect different accounts have a session each.
    account: Option<String>,
    region: String,
}

/// What a configuration leads to.
pub struct Configured {
    pub estate: Estate,
    pub sessions: Sessions,
    /// What a change takes in an environment.
    pub policies: BTreeMap<EnvironmentId, Policy>,
    pub operators: Operators,
    pub settings: Settings,
    /// What is wrong with the file; the sound part is used.
    pub problems: Vec<String>,
}

impl SignIns {
    /// None yet; their questions for MFA codes come out of the receiver. With an `endpoint` every
    /// environment is looked for there.
    #[must_use]
    pub fn new(endpoint: Option<String>, meter: Meter) -> (Self, mpsc::Receiver<MfaRequest>) {
        let (codes, questions) = CodeSource::channel();
        (Self { codes, meter, endpoint, open: Vec::new(), estate: Estate::default() }, questions)
    }

    /// Opens the sound part of a file.
    ///
    /// # Errors
    /// When it cannot be read, or no environment of it can be used.
    pub async fn start(&mut self, path: &Path) -> Result<Configured, String> {
        let shown = path.display().to_string();
        let (config, problems) = config::load(path).map_err(|error| format!("{shown}: {error}"))?;
        if config.environments.is_empty() {
            let report = config::report(&problems, &shown);
            return Err(format!("no environment of {shown} can be used\n{report}"));
        }
        Ok(self.open(config, &problems).await)
    }

    /// Opens a changed file, if it is sound: an environment that runs must not go away because of a
    /// slip of the pen.
    ///
    /// # Errors
    /// What is wrong with it; the sign-ins stay as they are.
    pub async fn again(&mut self, path: &Path) -> Result<Configured, Vec<String>> {
        let (config, problems) = config::load(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
        if config.environments.is_empty() || problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems.iter().map(refused).collect());
        }
        Ok(self.open(config, &problems).await)
    }

    async fn open(&mut self, config: Config, problems: &[Problem]) -> Configured {
        let mut estate = self.estate.succeed();
        estate.endpoint = self.endpoint.as_deref().map(clean);
        let (mut sessions, mut policies, mut operators) = (Sessions::new(), BTreeMap::new(), Operators::new());
        let mut shared: Vec<(Key, SessionId)> = Vec::new();
        for mut spec in config.environments {
            if self.endpoint.is_some() {
                spec.connection.endpoint.clone_from(&self.endpoint);
            }
            let shares = |key: &Key| key.connection == spec.connection && key.account == spec.expected_account;
            let session = if let Some((_, id)) = shared.iter().find(|(key, _)| shares(key)) {
                *id
            } else {
                let (id, session) = self.sign_in(&spec, &mut estate).await;
                sessions.insert(id, session);
                shared.push((Key::of(&spec), id));
                id
            };
            let operator = self.operator_spec(&spec);
            let environment = config::place(&mut estate, session, &spec);
            operators.extend(operator.map(|operator| (environment, operator)));
            policies.insert(environment, spec.policy);
        }
        for sign_in in &mut self.open {
            sign_in.session = sessions.get(&sign_in.id).cloned();
        }
        self.estate = estate.clone();
        Configured {
            estate,
            sessions,
            policies,
            operators,
            settings: config.settings,
            problems: problems.iter().map(ToString::to_string).collect(),
        }
    }

    /// The session of an environment: the one that is open, or a new one.
    async fn sign_in(&mut self, spec: &EnvironmentSpec, estate: &mut Estate) -> (SessionId, Session) {
        let key = Key::of(spec);
        let known = self.open.iter().position(|sign_in| sign_in.key == key);
        let before = known.and_then(|at| self.open.get(at)).map(|sign_in| (sign_in.id, sign_in.session.clone()));
        let (known_id, kept) = before.map_or((None, None), |(id, session)| (Some(id), session));
        let session = match kept {
            Some(session) => session,
            None => Session::load(&self.session_spec(spec)).await,
        };
        let name = SessionName {
            name: spec.connection.profile.clone().unwrap_or_else(|| spec.name.clone()),
            cli: cli_options(spec.connection.profile.as_deref(), spec.connection.endpoint.as_deref()),
        };
        let id = estate.add_session(known_id, name);
        if known_id.is_none() {
            self.open.push(SignIn { key, id, session: None });
        }
        (id, session)
    }

    fn session_spec(&self, spec: &EnvironmentSpec) -> SessionSpec {
        SessionSpec {
            profile: spec.connection.profile.clone(),
            region: Some(spec.region.clone()),
            endpoint: spec.connection.endpoint.clone(),
            roles: spec.connection.roles.iter().map(assumed).collect(),
            label: spec.name.clone(),
            codes: Some(self.codes.clone()),
            meter: self.meter.clone(),
            ..SessionSpec::default()
        }
    }

    /// Whoever makes changes signs in as whoever reads, but for the last role.
    fn operator_spec(&self, spec: &EnvironmentSpec) -> Option<SessionSpec> {
        let operator = spec.operator.as_ref()?;
        let mut session = self.session_spec(spec);
        session.roles.pop();
        session.roles.push(assumed(operator));
        session.label = format!("{}, to make a change", spec.name);
        Some(session)
    }
}

/// A problem of a file that is not taken in: it takes nothing away then.
fn refused(problem: &Problem) -> String {
    let message = problem
        .message
        .replace("where the environment is left out", "where it cannot be used")
        .replace("the environment is left out", "what runs goes on as it was");
    Problem { message, ..problem.clone() }.to_string()
}

/// The role as it is assumed. An empty source identity is filled in when a change is made, with the
/// name of who makes it.
pub(super) fn assumed(role: &RoleSpec) -> AssumeRole {
    AssumeRole {
        arn: role.arn.clone(),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        session_name: role.session_name.clone(),
        source_identity: role.source_identity.then(String::new),
        ..AssumeRole::default()
    }
}

impl Key {
    fn of(spec: &EnvironmentSpec) -> Self {
        Self {
            connection: spec.connection.clone(),
            account: spec.expected_account.clone(),
            region: spec.region.clone(),
        }
    }
}

/// What makes the AWS CLI ask the same place, ready for a shell.
pub(super) fn cli_options(profile: Option<&str>, endpoint: Option<&str>) -> String {
    let mut options = profile.map(|p| format!(" --profile {}", quoted(&clean(p)))).unwrap_or_default();
    if let Some(url) = endpoint {
        options.push_str(&format!(" --endpoint-url {}", quoted(&clean(url))));
    }
    options
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::SiteId;

    const URL: &str = "http://127.0.0.1:9";

    /// An environment at an endpoint of its own, so that no profile is needed.
    fn environment(name: &str, port: u16) -> String {
        format!(
            "[[environment]]\nname = \"{name}\"\ncriticality = \"staging\"\nregion = \"eu-west-1\"\n\
             name_prefix = \"{name}-\"\nendpoint = \"http://127.0.0.1:{port}\"\n"
        )
    }

    #[tokio::test]
    async fn sign_ins_outlive_a_change_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, [environment("a", 1), environment("b", 2)].concat()).unwrap();
        let (mut sign_ins, _questions) = SignIns::new(None, Meter::default());
        let first = sign_ins.start(&path).await.unwrap_or_else(|error| panic!("{error}"));
        let [a, b] = ["a", "b"].map(|name| first.estate.by_name(name).unwrap());
        assert_eq!((first.sessions.len(), a.site == b.site), (2, false));

        fs::write(&path, [environment("c", 3), environment("b", 2), environment("d", 2)].concat()).unwrap();
        let second = sign_ins.again(&path).await.unwrap_or_else(|problems| panic!("{problems:?}"));
        let site = |name| second.estate.environment(second.estate.named(name)?).map(|environment| environment.site);
        assert_eq!((site("a"), site("b"), site("d")), (None, Some(b.site), Some(b.site)), "b and d are of one site");
        assert!(site("c").is_some_and(|c| c != a.site && c != b.site), "it has a number of its own");
        assert_eq!((second.estate.count(), second.estate.sites().count(), second.sessions.len()), (3, 2, 2));
    }

    #[tokio::test]
    async fn a_broken_file_takes_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, environment("a", 1)).unwrap();
        let (mut sign_ins, _questions) = SignIns::new(None, Meter::default());
        assert!(sign_ins.start(&path).await.is_ok());
        for broken in ["", "[[environment]]\nname = = 1\n", &format!("{}rpo = 5\n", environment("a", 1))] {
            fs::write(&path, broken).unwrap();
            assert!(sign_ins.again(&path).await.is_err_and(|problems| !problems.is_empty()), "{broken}");
        }
        fs::write(&path, "[[environment]]\nname = = 1\n").unwrap();
        let Err(problems) = sign_ins.again(&path).await else { panic!("it is broken") };
        assert!(problems[0].ends_with("; what runs goes on as it was"), "{problems:?}");
        fs::remove_file(&path).unwrap();
        assert!(sign_ins.again(&path).await.is_err_and(|problems| problems.len() == 1));
        fs::write(&path, environment("a", 1)).unwrap();
        let again = sign_ins.again(&path).await.unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(again.estate.sites().map(|(id, _)| id).collect::<Vec<_>>(), [SiteId(0)], "the same as before");
    }

    #[test]
    fn a_profile_of_any_name_is_one_word() {
        assert_eq!(cli_options(Some("prod"), Some(URL)), format!(" --profile prod --endpoint-url {URL}"));
        assert_eq!(cli_options(Some("a role; x"), None), " --profile 'a role; x'");
        assert_eq!(cli_options(None, Some("http://[::1]:9/?a=b")), " --endpoint-url 'http://[::1]:9/?a=b'");
        assert_eq!(cli_options(None, None), "");
    }

    #[tokio::test]
    async fn an_endpoint_of_the_command_line_counts_for_every_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, [environment("a", 1), environment("b", 2)].concat()).unwrap();
        let (mut sign_ins, _questions) = SignIns::new(Some(URL.into()), Meter::default());
        let opened = sign_ins.start(&path).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(opened.estate.endpoint.as_deref(), Some(URL));
        assert_eq!(opened.estate.cli_options(SiteId(0)), format!(" --endpoint-url {URL}"));
        assert_eq!(opened.sessions.len(), 1, "they are one connection now");
        assert_eq!(opened.sessions.values().next().and_then(Session::endpoint), Some(URL));
    }

    #[tokio::test]
    async fn the_operator_takes_the_place_of_the_role_that_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let arn = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
        let roles = format!("role = [\"{}\", \"{}\"]\n", arn("gate"), arn("reader"));
        let operator = format!("operator = \"{}\"\n", arn("operator"));
        let text = [environment("a", 1), roles, operator, environment("b", 2)].concat();
        fs::write(&path, format!("{text}\n[guard]\nrunning_at_most = 1\n")).unwrap();
        let (mut sign_ins, _questions) = SignIns::new(None, Meter::default());
        let opened = sign_ins.start(&path).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(opened.policies.values().map(|policy| policy.running_at_most).collect::<Vec<_>>(), [1, 1]);
        let of = |name| opened.operators.get(&opened.estate.named(name).unwrap());
        let (Some(session), None) = (of("a"), of("b")) else { panic!("{:?}", opened.operators) };
        let arns: Vec<&str> = session.roles.iter().map(|role| role.arn.as_str()).collect();
        assert_eq!(arns, [arn("gate"), arn("operator")]);
        assert_eq!(session.roles[1].source_identity.as_deref(), Some(""));
        assert_eq!(session.roles[0].source_identity, None);
    }
}
