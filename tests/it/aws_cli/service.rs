//! What answers the tools: STS, which hands out a key that stands for the way to it, the other givers
//! of credentials, and an RDS without databases.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::endpoint::{Answer, Request};
use super::signature::{check, secret_of, token_of};

/// Version of the RDS API, which each of its requests names.
const RDS: &str = "2014-10-31";
/// What STS gives when `DurationSeconds` is not there ("AssumeRole" in its API reference).
const DURATION: &str = "3600";

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `GetCallerIdentity`, signed as it should be.
    Identity(Identity),
    /// Credentials, by a way that is described.
    Credentials(String),
    /// Something of RDS or CloudWatch, in a region by somebody.
    Read { region: String, who: String },
    /// What nobody answers, and why.
    Refused(String),
    /// Another host, which is not reached.
    Away(String),
}

/// Who asks who they are, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub region: String,
    /// Of the endpoint URL.
    pub path: String,
    /// A key, or the way from a key to a role.
    pub who: String,
}

impl Identity {
    pub fn account(&self) -> String {
        account(&self.who)
    }
}

/// The account of the last role on a way, or one that goes with a user's key.
fn account(who: &str) -> String {
    if let Some((before, _)) = who.rsplit_once(":role/") {
        return before.get(before.len().saturating_sub(12)..).unwrap_or_default().to_owned();
    }
    let number = Sha256::digest(who.as_bytes()).iter().take(8).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    format!("{:012}", number % 1_000_000_000_000)
}

/// All services at once.
#[derive(Debug, Default)]
pub struct Service {
    /// Every text of the row.
    words: String,
    /// The way to each key that was handed out.
    ways: HashMap<String, String>,
    pub calls: Vec<Call>,
}

impl Service {
    pub fn of(words: String) -> Self {
        Self { words, ..Self::default() }
    }

    pub fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path();
        if request.method == "CONNECT" {
            let host = request.target.split(':').next().unwrap_or_default();
            self.calls.push(Call::Away(host.to_owned()));
            return xml(false, String::new());
        }
        if path.ends_with("/container") {
            return self.container();
        }
        if path.ends_with("/federation/credentials") {
            return self.single_sign_on(request);
        }
        let form = form(&String::from_utf8_lossy(&request.body));
        let action = value(&form, "Action").to_owned();
        if action == "AssumeRoleWithWebIdentity" {
            let token = value(&form, "WebIdentityToken").to_owned();
            return self.role(&action, &token, &form, path, "any region");
        }
        let signed = match check(request) {
            Ok(signed) => signed,
            Err(why) => return self.refuse("SignatureDoesNotMatch", &format!("{action} {path}: {why}")),
        };
        let who = self.ways.get(&signed.key).cloned().unwrap_or(signed.key);
        match action.as_str() {
            "GetCallerIdentity" => {
                let account = account(&who);
                self.calls.push(Call::Identity(Identity { region: signed.region, path: place(path), who }));
                let user = format!("<Arn>arn:aws:iam::{account}:user/somebody</Arn><UserId>AIDA</UserId>");
                result(&action, &format!("{user}<Account>{account}</Account>"))
            }
            "AssumeRole" => self.role(&action, &who, &form, path, &signed.region),
            _ => {
                self.calls.push(Call::Read { region: signed.region, who });
                if value(&form, "Version") == RDS { result(&action, "") } else { error("AccessDenied", "not here") }
            }
        }
    }

    fn refuse(&mut self, code: &str, why: &str) -> Answer {
        self.calls.push(Call::Refused(why.to_owned()));
        error(code, why)
    }

    /// `AssumeRole` and `AssumeRoleWithWebIdentity`.
    fn role(&mut self, action: &str, who: &str, form: &[(String, String)], path: &str, region: &str) -> Answer {
        let arn = value(form, "RoleArn");
        if !arn.starts_with("arn:aws:iam::") || arn.contains(char::is_whitespace) {
            return self.refuse("ValidationError", &format!("{action} {arn:?}: it is no role"));
        }
        let mut way = format!("{who} → {arn} (at {} in {region}", place(path));
        let session = value(form, "RoleSessionName");
        if self.is_named(session) {
            way += &format!(", as {session}");
        }
        for name in ["ExternalId", "SerialNumber", "TokenCode"] {
            if !value(form, name).is_empty() {
                way += &format!(", {name} {}", value(form, name));
            }
        }
        let seconds = Some(value(form, "DurationSeconds")).filter(|text| !text.is_empty()).unwrap_or(DURATION);
        way += &format!(", for {seconds} s)");
        let account = account(&way);
        let key = self.hand_out(way);
        let (secret, token, end) = (secret_of(&key), token_of(&key), in_an_hour().to_string());
        result(
            action,
            &format!(
                "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
                 <SessionToken>{token}</SessionToken><Expiration>{end}</Expiration></Credentials>\
                 <AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/role/session</Arn>\
                 <AssumedRoleId>AROA:session</AssumedRoleId></AssumedRoleUser>"
            ),
        )
    }

    /// Whether the row names a session. Of a role that has no name for it each tool makes one up
    /// (`botocore-session-` and the time, `qd-` and the user), and those are not compared.
    fn is_named(&self, session: &str) -> bool {
        let mut values = self.words.lines().map(|line| line.split_once('=').map_or(line, |(_, value)| value).trim());
        !session.is_empty() && values.any(|value| value == session)
    }

    /// `GetRoleCredentials` of the SSO portal.
    fn single_sign_on(&mut self, request: &Request) -> Answer {
        let query = form(request.query());
        let (token, account) = (request.header("x-amz-sso_bearer_token"), value(&query, "account_id"));
        let role = value(&query, "role_name");
        let way = format!("{token} → arn:aws:iam::{account}:role/{role} (at {})", place(request.path()));
        let key = self.hand_out(way);
        let (secret, token, end) = (secret_of(&key), token_of(&key), in_an_hour().as_millisecond());
        let credentials =
            json!({ "accessKeyId": key, "secretAccessKey": secret, "sessionToken": token, "expiration": end });
        Answer { is_good: true, kind: "application/json", body: json!({ "roleCredentials": credentials }).to_string() }
    }

    /// The credentials of a container ("Container credential provider" in the "AWS SDKs and Tools
    /// Reference Guide").
    fn container(&mut self) -> Answer {
        let key = self.hand_out("container".to_owned());
        let (secret, token, end) = (secret_of(&key), token_of(&key), in_an_hour().to_string());
        let credentials = json!({ "AccessKeyId": key, "SecretAccessKey": secret, "Token": token, "Expiration": end });
        Answer { is_good: true, kind: "application/json", body: credentials.to_string() }
    }

    /// A key that stands for a way.
    fn hand_out(&mut self, way: String) -> String {
        let digest = hex::encode_upper(Sha256::digest(way.as_bytes()));
        let key = format!("ASIA{}", digest.get(..16).unwrap_or_default());
        self.calls.push(Call::Credentials(way.clone()));
        self.ways.insert(key.clone(), way);
        key
    }
}

/// A whole second, as AWS gives them.
fn in_an_hour() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() + 3600).unwrap()
}

/// The path of an endpoint URL: clients end it with `/` or not.
fn place(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

fn result(action: &str, inside: &str) -> Answer {
    let (open, close) = (format!("<{action}Response><{action}Result>"), format!("</{action}Result>"));
    let id = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>";
    xml(true, format!("{open}{inside}{close}{id}</{action}Response>"))
}

fn error(code: &str, why: &str) -> Answer {
    let why = why.replace('&', "&amp;").replace('<', "&lt;");
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{why}</Message></Error>");
    xml(false, format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
}

fn xml(is_good: bool, body: String) -> Answer {
    Answer { is_good, kind: "text/xml", body }
}

/// The pairs of a query or of a form.
fn form(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}
