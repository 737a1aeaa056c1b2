//! What of secrets is read, how often, what is asked for it, and what comes back. Never a value.

use std::sync::Arc;

use super::model::{Secret, SecretDetail, SecretVersion};
use crate::collect::shared::share;
use crate::collect::{Attention, Readable};
use crate::domain::database::account_of;

/// One thing that is read as a whole and has one age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Read {
    /// All secrets of a site, those that are marked for deletion too.
    All,
    /// What is said of one, by its ARN.
    One(Arc<str>),
    /// Its versions, by its ARN.
    Versions(Arc<str>),
}

impl Read {
    /// It is wanted only while its secret is looked at.
    #[must_use]
    pub fn is_of_detail(&self) -> bool {
        *self != Self::All
    }

    /// The same of whatever secret: what fails of all of them fails for one cause.
    #[must_use]
    pub fn of_any(&self) -> Self {
        match self {
            Self::All => Self::All,
            Self::One(_) => Self::One("".into()),
            Self::Versions(_) => Self::Versions("".into()),
        }
    }
}

/// What a person calls what is read.
#[must_use]
pub fn title(read: &Read) -> String {
    Readable::title(read)
}

impl Readable for Read {
    fn title(&self) -> String {
        match self {
            Self::All => "secrets".into(),
            Self::One(secret) if secret.is_empty() => "details of secrets".into(),
            Self::Versions(secret) if secret.is_empty() => "versions of secrets".into(),
            Self::One(secret) => format!("secret {}", name_in(secret)),
            Self::Versions(secret) => format!("versions of secret {}", name_in(secret)),
        }
    }

    /// AWS says that the list may be five minutes old, and takes $0.05 for 10,000 calls (AWS Secrets Manager pricing).
    fn intervals(&self) -> [i64; 3] {
        match self {
            Self::All => [60, 300, 900],
            Self::One(_) | Self::Versions(_) => [60, 600, 600],
        }
    }

    fn is_of_periods(&self) -> bool {
        false
    }
}

/// The name in an ARN, `…:secret:NAME-6hJk2w`, without what AWS has drawn.
fn name_in(arn: &str) -> &str {
    let named = arn.split_once(":secret:").map_or(arn, |(_, named)| named);
    named
        .rsplit_once('-')
        .filter(|(_, drawn)| drawn.len() == 6 && arn.len() > named.len())
        .map_or(named, |(name, _)| name)
}

/// What of a site is worth reading, and how eagerly; `open` is the ARN of the secret that is looked at.
#[must_use]
pub fn wanted(list: Attention, open: Option<&Arc<str>>) -> Vec<(Read, Attention)> {
    let mut wanted = vec![(Read::All, list)];
    if let Some(arn) = open {
        wanted.push((Read::One(arn.clone()), Attention::Watched));
        wanted.push((Read::Versions(arn.clone()), Attention::Watched));
    }
    wanted
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    All,
    /// By its ARN.
    One(Arc<str>),
    /// By its ARN.
    Versions(Arc<str>),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    All(Vec<Arc<Secret>>),
    One(Box<SecretDetail>),
    /// The newest first.
    Versions(Vec<SecretVersion>),
}

impl Answer {
    /// What has not changed since another answer to the same becomes the same record as there.
    pub fn share(&mut self, before: &Self) {
        if let (Self::All(fresh), Self::All(before)) = (self, before) {
            share(fresh, before, |secret| &secret.arn);
        }
    }

    /// It is a list of records that an answer to the same is worth being compared with.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::All(_))
    }

    /// The accounts that its ARNs are of.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let (all, one) = match self {
            Self::All(all) => (all.as_slice(), None),
            Self::One(detail) => (&[][..], Some(&detail.secret)),
            Self::Versions(_) => (&[][..], None),
        };
        let arns = all.iter().map(|secret| &secret.arn).chain(one.map(|secret| &secret.arn));
        arns.map(|arn| account_of(arn)).filter(|account| !account.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_attention_is_never_faster() {
        for read in [Read::All, Read::One("a".into()), Read::Versions("a".into())] {
            assert!(read.intervals().is_sorted(), "{}", read.title());
        }
    }

    #[test]
    fn a_title_names_the_secret_as_people_do() {
        let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rentaliq/prod/db/credentials-6hJk2w";
        assert_eq!(Read::One(arn.into()).title(), "secret rentaliq/prod/db/credentials");
        assert_eq!(Read::Versions("odd-secret".into()).title(), "versions of secret odd-secret");
    }
}
