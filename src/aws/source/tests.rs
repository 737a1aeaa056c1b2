//! Profiles in all shapes, over an STS that answers in some regions.

use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::*;

const ASSUMED: &str = "\
<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
<Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

const ROLE: &str = "\
[profile prod]
  role_arn = arn:aws:iam::111122223333:role/reader
  source_profile = base
  region = us-east-1
";
const BASE: &str = "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n";

/// STS; what begins with one of `down` refuses the connection.
#[derive(Debug, Clone, Default)]
struct Hosts {
    down: Vec<&'static str>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Hosts {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl HttpConnector for Hosts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request.uri().split('/').nth(2).unwrap_or_default().to_owned();
        let is_down = self.down.iter().any(|down| host.starts_with(down));
        self.asked.lock().unwrap().push(host);
        HttpConnectorFuture::ready(if is_down {
            Err(ConnectorError::io("Connection refused".into()))
        } else {
            Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(ASSUMED)))
        })
    }
}

fn source(folder: &Path, config: &str, credentials: &str, hosts: &Hosts, endpoint: Option<&str>) -> Source {
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        Some(folder.join(name))
    };
    let files = SharedFiles { config: file("config", config), credentials: file("credentials", credentials) };
    let hosts = hosts.clone();
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(hosts.clone())))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new());
    sdk.set_endpoint_url(endpoint.map(str::to_owned));
    let regions = Regions::default();
    regions.note("us-east-1");
    regions.note("us-west-2");
    Source {
        base: Base::Profile("prod".into()),
        roles: Vec::new(),
        config: sdk.build(),
        asker: Asker::default(),
        files,
        home: Some(folder.to_owned()),
        distrust: None,
        refused: None,
        regions,
    }
}

/// What an error says, outermost first.
fn causes(error: &CredentialsError) -> Vec<String> {
    std::iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_role_is_asked_for_at_the_endpoint_of_the_session() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let source = source(folder.path(), ROLE, BASE, &hosts, Some("http://127.0.0.1:5301"));
    assert_eq!(source.fetch().await.unwrap().access_key_id(), "ASIAROLE");
    assert_eq!(hosts.asked(), ["127.0.0.1:5301"]);
}

#[tokio::test]
async fn while_a_region_is_down_the_other_one_gives_the_role() {
    let hosts = Hosts { down: vec!["sts.us-east-1."], ..Hosts::default() };
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path(), ROLE, BASE, &hosts, None);
    assert_eq!(source.fetch().await.unwrap().access_key_id(), "ASIAROLE");
    assert_eq!(hosts.asked(), ["sts.us-east-1.amazonaws.com", "sts.us-west-2.amazonaws.com"]);
    source.fetch().await.unwrap();
    assert_eq!(hosts.asked(), ["sts.us-west-2.amazonaws.com"], "nobody waits for the one that is down again");
}

#[tokio::test]
async fn every_host_that_was_tried_in_vain_is_named() {
    let hosts = Hosts { down: vec!["sts."], ..Hosts::default() };
    let folder = tempfile::tempdir().unwrap();
    let error = source(folder.path(), ROLE, BASE, &hosts, None).fetch().await.unwrap_err();
    let tried = std::iter::successors(error.source(), |&cause| cause.source()).filter_map(|e| e.downcast_ref::<At>());
    let tried: Vec<&str> = tried.map(|at| at.address.as_str()).collect();
    assert_eq!(tried, ["sts.us-east-1.amazonaws.com:443", "sts.us-west-2.amazonaws.com:443"]);
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_told_with_its_profile_and_file() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let bad = "[base]\naws_access_key_id = AKIA\u{1}BASE\naws_secret_access_key = s\n";
    let error = source(folder.path(), ROLE, bad, &hosts, None).fetch().await.unwrap_err();
    let file = folder.path().join("credentials").display().to_string();
    assert_eq!(causes(&error), [format!("the access key id of profile base ({file}) has a control character in it")]);
    assert_eq!(hosts.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_is_refused_says_where() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let twice = format!("{ROLE}[profile prod]\n");
    let error = source(folder.path(), &twice, BASE, &hosts, None).fetch().await.unwrap_err();
    assert!(
        causes(&error)[0].ends_with("config:5: [profile prod] stands here a second time, after line 1"),
        "{error:?}"
    );
}

#[tokio::test]
async fn who_never_signed_in_is_told_so_before_anything_is_asked() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let sso = "\
[profile prod]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
[sso-session corp]
sso_start_url = https://corp.example.invalid/start
sso_region = us-east-1
";
    let login = "[profile prod]\nlogin_session = arn:aws:iam::111122223333:user/me\n";
    for config in [sso, login] {
        let error = source(folder.path(), config, "", &hosts, None).fetch().await.unwrap_err();
        assert_eq!(causes(&error), ["profile prod was never signed in on this machine"], "{config}");
    }
    assert_eq!(hosts.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_command_gives_the_first_credentials_and_its_role_is_assumed() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let base = "[profile base]\ncredential_process = printf %s '{\"Version\": 1, \"AccessKeyId\": \"AKIA\", \"SecretAccessKey\": \"s\"}'\n";
    let source = source(folder.path(), &format!("{ROLE}{base}"), "", &hosts, None);
    assert_eq!(source.fetch().await.unwrap().access_key_id(), "ASIAROLE");
    assert_eq!(source.asker.standing(), None, "nothing is waited for any more");
}

#[tokio::test]
async fn a_profile_that_says_nothing_is_told_from_one_that_is_wrong() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let empty = source(folder.path(), "[profile prod]\nregion = us-east-1\n", "", &hosts, None).fetch().await;
    assert!(matches!(empty, Err(CredentialsError::CredentialsNotLoaded(_))), "{empty:?}");
    let wrong = source(folder.path(), "[profile prod]\nrole_arn = r\n", "", &hosts, None).fetch().await;
    assert!(matches!(wrong, Err(CredentialsError::InvalidConfiguration(_))), "{wrong:?}");
}

#[tokio::test]
async fn half_a_pair_is_told_with_its_file() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let config = "[profile prod]\naws_secret_access_key = s\n";
    let source = source(folder.path(), config, "[prod]\naws_access_key_id = AKIA\n", &hosts, None);
    let file = folder.path().join("credentials").display().to_string();
    let said = format!(
        "profile prod has no aws_secret_access_key beside its other key in {file}, and a pair stands in one file"
    );
    assert_eq!(causes(&source.fetch().await.unwrap_err()), [said]);
}

#[tokio::test]
async fn a_setting_that_is_refused_is_told_before_anything_is_asked() {
    let (folder, hosts) = (tempfile::tempdir().unwrap(), Hosts::default());
    let refused = Some(BadSetting::Nameless { variable: "AWS_PROFILE" });
    let source = Source { refused, ..source(folder.path(), ROLE, BASE, &hosts, None) };
    assert_eq!(causes(&source.fetch().await.unwrap_err()), ["AWS_PROFILE is set and names no profile"]);
    assert_eq!(hosts.asked(), Vec::<String>::new());
}

#[test]
fn keys_and_a_token_of_the_environment_come_before_what_a_profile_has() {
    let profiles = Profiles::parse(&format!("{ROLE}[profile web]\nrole_arn = r\nweb_identity_token_file = t\n"), BASE);
    let of = |set: &[&str], profile: &str| ahead(|name| set.contains(&name), profiles.get(profile));
    let (keys, token) = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE");
    assert_eq!(of(&[keys, token], "base"), Some(Ahead::Keys));
    assert_eq!(of(&[keys], "prod"), Some(Ahead::Keys));
    for profile in ["base", "web", "nowhere"] {
        assert_eq!(of(&[token], profile), Some(Ahead::WebIdentity), "{profile}");
    }
    assert_eq!(of(&[token], "prod"), None, "its role comes before");
    assert_eq!(of(&[], "base"), None);
}
