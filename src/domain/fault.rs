//! One classification of everything that can go wrong with a call, in words for a person.

use std::fmt;
use std::time::Duration;

use super::duration;
use super::text::quoted;

/// Why a call failed, in the terms that decide what happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// AWS, or a cluster's API server, asked us to slow down (`Throttling`, `RequestLimitExceeded`, HTTP 429 …).
    Throttled,
    /// The identity lacks an IAM action, for example `rds:DescribeDBInstances`.
    Denied { action: String },
    /// AWS refuses signatures because this machine's clock is not AWS's: `behind` it by so many
    /// seconds, ahead when negative, `None` where no answer tells.
    WrongClock { behind: Option<i64> },
    /// Credentials, or the sign-in that they come from, are over; `login` is the command that renews them, where
    /// known.
    Expired { login: Option<String> },
    /// AWS does not know these credentials: keys that were deleted or switched off, or those of another partition.
    NotAccepted { login: Option<String> },
    /// A role wants an MFA code, and none was given that AWS takes.
    NoCode,
    /// Nobody has signed in on this machine yet; `login` is the command that does it.
    NotSignedIn { login: String },
    /// There are credentials, or a way to them, and nothing can be signed with what comes of it.
    Unusable { remedy: String },
    /// Settings of this machine exclude each other, or name what is not there.
    Misconfigured { remedy: String },
    /// Nothing gives credentials; `files` were read for those of `profile`.
    NoCredentials { profile: Option<Box<str>>, files: Vec<String> },
    /// The profile is in none of `files`; `nearest` is one that is.
    NoProfile(Box<MissingProfile>),
    /// The endpoint cannot be reached: refused, no route, no such host, connection cut.
    Unreachable,
    /// Whoever answers there shows a certificate that is not trusted.
    Untrusted { remedy: String },
    /// No answer within the time that we wait.
    TimedOut,
    /// The credentials belong to another account than the environment says.
    WrongAccount { expected: String, actual: String },
    /// AWS says that the resource does not exist.
    NotFound,
    /// There is no way from here to a cluster's API server; `remedy` says what to configure.
    NoPath { remedy: String },
    /// A cluster's API server does not know who asks (HTTP 401): nobody has let this identity in.
    NotLetIn { remedy: String },
    /// The identity may not do this in a cluster (RBAC, HTTP 403): the rule that is missing, `list nodes` or
    /// `list pods.metrics.k8s.io`.
    Forbidden { rule: String },
    /// A cluster's API server does not serve what is asked.
    NotServed,
    /// An answer came, and it was not one that the API promises (HTML, cut off, wrong type).
    BrokenAnswer,
    /// Anything else, with AWS's own code.
    Other { code: String },
}

/// How far the cause of a fault reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// This call, or this place.
    Call,
    /// Everything that is signed with the same credentials.
    Session,
    /// Everything that this machine asks.
    Machine,
}

/// A profile that is in none of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingProfile {
    pub profile: String,
    /// The existing profile that is written most like it.
    pub nearest: Option<String>,
    /// The files that were read.
    pub files: Vec<String>,
}

/// A failed call: what was asked, of whom, why it failed and what to do next.
///
/// All text in here has passed through [`super::text::clean`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The class, which decides about back-off and colours.
    pub kind: FaultKind,
    /// The call in AWS's words, for example `rds:DescribeDBInstances`.
    pub call: String,
    /// AWS's or the transport's own message, one line.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
}

impl Fault {
    /// A short word for a table cell: `denied`, `throttled` …
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            FaultKind::Throttled => "throttled",
            FaultKind::Denied { .. } => "denied",
            FaultKind::WrongClock { .. } => "clock wrong",
            FaultKind::Expired { .. } => "credentials expired",
            FaultKind::NotAccepted { .. } => "credentials refused",
            FaultKind::NoCode => "MFA code needed",
            FaultKind::NotSignedIn { .. } => "never signed in",
            FaultKind::Unusable { .. } => "no usable credentials",
            FaultKind::Misconfigured { .. } => "wrong setting",
            FaultKind::NoCredentials { .. } => "no credentials",
            FaultKind::NoProfile(_) => "no such profile",
            FaultKind::Unreachable => "unreachable",
            FaultKind::Untrusted { .. } => "not trusted",
            FaultKind::TimedOut => "timed out",
            FaultKind::WrongAccount { .. } => "wrong account",
            FaultKind::NotFound => "not found",
            FaultKind::NoPath { .. } => "no network path",
            FaultKind::NotLetIn { .. } => "not let in",
            FaultKind::Forbidden { .. } => "denied",
            FaultKind::NotServed => "not served",
            FaultKind::BrokenAnswer => "unreadable answer",
            FaultKind::Other { .. } => "error",
        }
    }

    /// What the engineer can do about it after a change that was not carried out, or may not have been:
    /// unlike a reading, that is never asked again by itself.
    #[must_use]
    pub fn advice_on_change(&self) -> String {
        match &self.kind {
            FaultKind::Throttled => "the rate of this call is limited: make the plan again in a minute".into(),
            FaultKind::TimedOut => "the endpoint did not answer: look at the resource before anything else".into(),
            FaultKind::BrokenAnswer => "what answered does not speak this API: look at the resource first".into(),
            FaultKind::NotFound => "it may have been deleted or renamed: make the plan again".into(),
            FaultKind::Other { code } if code.is_empty() => "make the plan again from the state of now".into(),
            FaultKind::Other { code } => format!("AWS calls it {code}: make the plan again from the state of now"),
            _ => self.advice(),
        }
    }

    /// What has failed: `metrics denied`. Where the credentials fail they are named, not what was asked with them: the
    /// databases have not expired.
    #[must_use]
    pub fn words(&self, what: &str) -> String {
        if self.kind.is_of_session() { self.word().to_owned() } else { format!("{what} {}", self.word()) }
    }

    /// The command that fixes it, where one does.
    #[must_use]
    pub fn command(&self) -> Option<String> {
        match &self.kind {
            FaultKind::Expired { login: Some(login) }
            | FaultKind::NotAccepted { login: Some(login) }
            | FaultKind::NotSignedIn { login } => Some(login.clone()),
            FaultKind::NoCredentials { profile: Some(profile), .. } => Some(configure(profile)),
            FaultKind::NoCredentials { profile: None, .. } => Some("aws configure".into()),
            FaultKind::NoProfile(_) => Some("aws configure list-profiles".into()),
            _ => None,
        }
    }

    /// What the engineer can do about it: what to run comes first.
    #[must_use]
    pub fn advice(&self) -> String {
        match &self.kind {
            FaultKind::Throttled => "the rate of this call is limited; it is asked again more slowly".into(),
            FaultKind::Denied { action } => format!("allow the IAM action {action} for this identity"),
            FaultKind::WrongClock { behind } => format!("set this machine's clock: it {}", clock(*behind)),
            FaultKind::Expired { login: Some(login) }
            | FaultKind::NotAccepted { login: Some(login) }
            | FaultKind::NotSignedIn { login } => format!("run: {login}"),
            FaultKind::NotAccepted { login: None } => {
                "AWS does not know these keys, or no longer: give others by aws configure, AWS_PROFILE or the environment"
                    .into()
            }
            FaultKind::NoCode => "give the code when it is asked for; R asks again".into(),
            FaultKind::Unusable { remedy } | FaultKind::Misconfigured { remedy } | FaultKind::Untrusted { remedy } => {
                remedy.clone()
            }
            FaultKind::Expired { login: None } => {
                "sign in again, or give credentials by AWS_PROFILE or the environment".into()
            }
            FaultKind::NoCredentials { profile, files } => no_credentials(profile.as_deref(), files),
            FaultKind::NoProfile(missing) => no_profile(missing),
            FaultKind::Unreachable => "check the network, VPN, region and AWS_ENDPOINT_URL".into(),
            FaultKind::TimedOut => "the endpoint does not answer; it is asked again with back-off".into(),
            FaultKind::WrongAccount { expected, actual } => {
                format!(
                    "these credentials are of account {actual}, not {expected}: fix profile or role; nothing is shown"
                )
            }
            FaultKind::NotFound => "it may have been deleted or renamed; the list is read again".into(),
            FaultKind::NoPath { remedy } | FaultKind::NotLetIn { remedy } => remedy.clone(),
            FaultKind::Forbidden { rule } => {
                let is_reading = ["get ", "list ", "watch "].iter().any(|verb| rule.starts_with(verb));
                let role = if is_reading { "reader" } else { "operator" };
                format!("allow {rule} in the cluster: qd k8s-rbac {role} prints the least that is needed")
            }
            FaultKind::NotServed => "the cluster's API server does not serve this kind; it is asked again later".into(),
            FaultKind::BrokenAnswer => {
                "what answered does not speak this API: check the proxy and AWS_ENDPOINT_URL".into()
            }
            FaultKind::Other { code } if code.is_empty() => "it is asked again with back-off".into(),
            FaultKind::Other { code } => format!("AWS calls it {code}; it is asked again with back-off"),
        }
    }
}

/// From this weight on a fault is one of the whole session: nothing that is asked can be read.
const OF_THE_SESSION: u8 = 5;

impl FaultKind {
    /// How much it hides, for choosing the one error that a banner has room for: what stops a whole
    /// account comes before what stops a call, and what goes by itself comes last.
    #[must_use]
    pub fn weight(&self) -> u8 {
        match self {
            Self::WrongAccount { .. } => 7,
            Self::WrongClock { .. } => 6,
            Self::Expired { .. }
            | Self::NotAccepted { .. }
            | Self::NoCode
            | Self::NotSignedIn { .. }
            | Self::Unusable { .. }
            | Self::Misconfigured { .. }
            | Self::NoCredentials { .. }
            | Self::NoProfile(_) => 5,
            Self::Denied { .. } | Self::NotLetIn { .. } | Self::Forbidden { .. } => 4,
            Self::NoPath { .. } | Self::Unreachable | Self::Untrusted { .. } | Self::TimedOut => 3,
            Self::BrokenAnswer | Self::NotFound | Self::NotServed | Self::Other { .. } => 2,
            Self::Throttled => 1,
        }
    }

    /// Whether it is the credentials, or what they are judged by, and not what was asked.
    #[must_use]
    pub fn is_of_session(&self) -> bool {
        self.weight() >= OF_THE_SESSION
    }

    /// What else fails for the same cause, and works again with it.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::WrongClock { .. } => Reach::Machine,
            Self::Expired { .. }
            | Self::NotAccepted { .. }
            | Self::NoCode
            | Self::NotSignedIn { .. }
            | Self::Unusable { .. }
            | Self::Misconfigured { .. }
            | Self::NoCredentials { .. }
            | Self::NoProfile(_)
            | Self::WrongAccount { .. } => Reach::Session,
            _ => Reach::Call,
        }
    }

    /// Whether the other one is the same fault again: a clock goes on being wrong while by how much
    /// changes with every answer.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::WrongClock { .. }, Self::WrongClock { .. }))
    }
}

/// How a clock that is so many seconds behind AWS's (ahead when negative) stands to it, for after "it":
/// `is 40m behind AWS's`.
#[must_use]
pub fn clock(behind: Option<i64>) -> String {
    let Some(seconds) = behind.filter(|seconds| seconds.unsigned_abs() >= 60) else {
        return "differs from AWS's".into();
    };
    let span = duration::words(Duration::from_secs(seconds.unsigned_abs() / 60 * 60));
    if seconds > 0 { format!("is {span} behind AWS's") } else { format!("is {span} ahead of AWS's") }
}

fn no_credentials(profile: Option<&str>, files: &[String]) -> String {
    let read = if files.is_empty() { String::new() } else { format!(" (read: {})", files.join(", ")) };
    match profile {
        Some(profile) => format!("run: {}, or give the profile a sign-in{read}", configure(profile)),
        None => format!(
            "run: aws configure (or aws sso login), or name a profile by AWS_PROFILE or --profile: aws configure \
             list-profiles has them{read}"
        ),
    }
}

/// The command that gives a profile keys.
fn configure(profile: &str) -> String {
    format!("aws configure --profile {}", quoted(profile))
}

fn no_profile(missing: &MissingProfile) -> String {
    let MissingProfile { profile, nearest, files } = missing;
    let meant = nearest.as_ref().map(|name| format!("did you mean {name}? ")).unwrap_or_default();
    format!("{meant}run: aws configure list-profiles; {profile} is not in {}", files.join(" or "))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.call, self.word())?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        Fault { kind, call: "sts:GetCallerIdentity".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn a_missing_profile_is_told_from_missing_and_from_expired_credentials() {
        let files = vec!["~/.aws/config".to_owned(), "~/.aws/credentials".to_owned()];
        let typo = FaultKind::NoProfile(Box::new(MissingProfile {
            profile: "prdo".into(),
            nearest: Some("prod".into()),
            files: files.clone(),
        }));
        let empty = FaultKind::NoCredentials { profile: Some("prod".into()), files };
        let over = FaultKind::Expired { login: None };
        let never = FaultKind::NotSignedIn { login: "aws sso login --profile prod".into() };
        let words: Vec<&str> = [&typo, &empty, &over, &never].map(|kind| fault(kind.clone()).word()).to_vec();
        assert_eq!(words, ["no such profile", "no credentials", "credentials expired", "never signed in"]);
        assert_eq!(fault(never).advice(), "run: aws sso login --profile prod");
        assert_eq!(
            fault(typo).advice(),
            "did you mean prod? run: aws configure list-profiles; prdo is not in ~/.aws/config or ~/.aws/credentials"
        );
        assert_eq!(
            fault(empty).advice(),
            "run: aws configure --profile prod, or give the profile a sign-in (read: ~/.aws/config, ~/.aws/credentials)"
        );
        let spaced = FaultKind::NoCredentials { profile: Some("a role".into()), files: Vec::new() };
        assert!(fault(spaced).advice().starts_with("run: aws configure --profile 'a role',"));
        let nothing = FaultKind::NoCredentials { profile: None, files: Vec::new() };
        assert!(fault(nothing).advice().ends_with("aws configure list-profiles has them"));
    }

    #[test]
    fn who_is_slowed_down_may_be_so_by_a_cluster() {
        let slow = fault(FaultKind::Throttled);
        assert_eq!(slow.advice(), "the rate of this call is limited; it is asked again more slowly");
    }

    #[test]
    fn a_missing_rule_is_in_the_role_that_has_it() {
        for (rule, role) in [
            ("list nodes", "reader"),
            ("watch pods", "reader"),
            ("get pods/log", "reader"),
            ("patch nodes", "operator"),
            ("create pods/eviction", "operator"),
        ] {
            let advice = fault(FaultKind::Forbidden { rule: rule.into() }).advice();
            assert_eq!(
                advice,
                format!("allow {rule} in the cluster: qd k8s-rbac {role} prints the least that is needed")
            );
        }
    }

    #[test]
    fn what_was_never_there_is_not_called_expired() {
        let unknown = fault(FaultKind::NotAccepted { login: None });
        assert_eq!((unknown.word(), unknown.command()), ("credentials refused", None));
        assert!(unknown.advice().starts_with("AWS does not know these keys"));
        let code = fault(FaultKind::NoCode);
        assert_eq!((code.words("databases").as_str(), code.kind.reach()), ("MFA code needed", Reach::Session));
        let login = || "aws sso login --profile prod".to_owned();
        for kind in [
            FaultKind::Expired { login: Some(login()) },
            FaultKind::NotAccepted { login: Some(login()) },
            FaultKind::NotSignedIn { login: login() },
        ] {
            let fault = fault(kind);
            assert_eq!(fault.command(), Some(login()));
            assert!(fault.advice().starts_with("run: aws sso login --profile prod"), "the command comes first");
        }
    }

    #[test]
    fn what_stops_an_account_weighs_more_than_what_stops_a_call() {
        let wrong = FaultKind::WrongAccount { expected: "1".into(), actual: "2".into() };
        let denied = FaultKind::Denied { action: "rds:DescribeEvents".into() };
        let order = [
            FaultKind::Throttled,
            FaultKind::BrokenAnswer,
            FaultKind::Unreachable,
            denied,
            FaultKind::NoCredentials { profile: None, files: Vec::new() },
            FaultKind::WrongClock { behind: None },
            wrong,
        ];
        assert!(order.is_sorted_by(|a, b| a.weight() < b.weight()));
    }

    #[test]
    fn a_wrong_clock_says_by_how_much_and_what_to_do() {
        for (behind, words) in [
            (Some(2400), "set this machine's clock: it is 40m behind AWS's"),
            (Some(-3 * 3600 - 65), "set this machine's clock: it is 3h 1m ahead of AWS's"),
            (Some(50 * 3600), "set this machine's clock: it is 2d 2h behind AWS's"),
            (Some(i64::MIN), "ahead of AWS's"),
            (Some(12), "set this machine's clock: it differs from AWS's"),
            (None, "set this machine's clock: it differs from AWS's"),
        ] {
            let fault = fault(FaultKind::WrongClock { behind });
            assert!(fault.advice().ends_with(words), "{behind:?}: {}", fault.advice());
        }
        let [now, later] = [2400, 2401].map(|seconds| FaultKind::WrongClock { behind: Some(seconds) });
        assert!(now.is_like(&later) && !now.is_like(&FaultKind::Throttled));
        assert!(!FaultKind::Denied { action: "a:B".into() }.is_like(&FaultKind::Denied { action: "a:C".into() }));
    }

    #[test]
    fn credentials_reach_further_than_a_call_and_the_clock_further_still() {
        let reach = |kind: FaultKind| kind.reach();
        assert_eq!(reach(FaultKind::Expired { login: None }), Reach::Session);
        assert_eq!(reach(FaultKind::WrongAccount { expected: "1".into(), actual: "2".into() }), Reach::Session);
        assert_eq!(reach(FaultKind::WrongClock { behind: None }), Reach::Machine);
        for kind in [FaultKind::TimedOut, FaultKind::Throttled, FaultKind::Denied { action: "a:B".into() }] {
            assert_eq!(reach(kind), Reach::Call);
        }
    }
}
