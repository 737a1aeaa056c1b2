//! What came of asking a tool who it is.

use std::collections::BTreeSet;

use super::service::{Call, Identity};

/// One run of one tool.
#[derive(Debug)]
pub struct Run {
    pub outcome: Outcome,
    /// What was asked.
    calls: Vec<Call>,
    /// What the tool said.
    said: String,
}

/// What two tools are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It knows who it is, and in which account.
    SignedIn { identity: Identity, account: String },
    /// It wanted to ask hosts of AWS's own.
    Away(BTreeSet<String>),
    /// It said that it cannot.
    Refused,
    /// What neither should do.
    Wrong(String),
}

impl Run {
    /// From what was asked and said, and whether it ended well; `None` when it did not end.
    pub fn of(calls: Vec<Call>, said: String, succeeded: Option<bool>) -> Self {
        Self { outcome: outcome(&calls, &said, succeeded), calls, said }
    }

    /// In words, with what was asked on the way; the whole of it with everything that was said.
    pub fn told(&self, whole: bool) -> String {
        let outcome = match &self.outcome {
            Outcome::SignedIn { identity, account } => {
                let Identity { region, path, who } = identity;
                format!("{who}, asks {path} in {region}, account {account}")
            }
            Outcome::Away(hosts) => format!("asks {}", hosts.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            Outcome::Refused => format!("refuses: {}", self.said.trim().lines().last().unwrap_or_default()),
            Outcome::Wrong(why) => why.clone(),
        };
        // What the outcome says already is left out of the short form.
        let is_told = |call: &&Call| whole || !matches!(call, Call::Read { .. } | Call::Identity(_));
        let calls: String = self.calls.iter().filter(is_told).map(|call| format!("\n       {call:?}")).collect();
        let lines = self.said.lines().map(str::trim_end).filter(|line| whole && !line.is_empty());
        let said: String = lines.map(|line| format!("\n       | {line}")).collect();
        outcome + &calls + &said
    }
}

fn outcome(calls: &[Call], said: &str, succeeded: Option<bool>) -> Outcome {
    let identity = calls.iter().rev().find_map(|call| match call {
        Call::Identity(identity) => Some(identity.clone()),
        _ => None,
    });
    if let Some(identity) = identity {
        let account = identity.account();
        let mut reads = calls.iter().filter_map(|call| match call {
            Call::Read { region, who } => Some((region, who)),
            _ => None,
        });
        return match reads.find(|(region, who)| (*region, *who) != (&identity.region, &identity.who)) {
            Some((region, who)) => Outcome::Wrong(format!(
                "reads {region} as {who}, and says that it is {} in {}",
                identity.who, identity.region
            )),
            None if !said.contains(&account) => Outcome::Wrong(format!("does not say that its account is {account}")),
            None => Outcome::SignedIn { identity, account },
        };
    }
    // Only the console asks these, beside.
    let is_read = |host: &str| {
        ["rds", "monitoring", "eks", "fips.eks", "secretsmanager"].iter().any(|service| host.starts_with(service))
    };
    let hosts: BTreeSet<String> = calls
        .iter()
        .filter_map(|call| match call {
            Call::Away(host) if !is_read(host) => Some(host.clone()),
            _ => None,
        })
        .collect();
    match succeeded {
        _ if !hosts.is_empty() => Outcome::Away(hosts),
        Some(false) => Outcome::Refused,
        Some(true) => Outcome::Wrong("succeeds without having asked who it is".to_owned()),
        None => Outcome::Wrong("does not come to its end".to_owned()),
    }
}
