//! Secrets Manager: which secrets there are and what is told of them. No call here fetches a value.
//!
//! From its API reference: `ListSecrets` and `ListSecretVersionIds` give 100 records a page at most; a page may be empty
//! although there are more.

mod convert;

use std::cmp::Reverse;
use std::sync::Arc;

use super::error::fault;
use super::given::given;
use super::pages::Markers;
use super::{DESCRIBE_SECRET, LIST_SECRET_VERSION_IDS, LIST_SECRETS, Session};
use crate::domain::Fault;
use crate::services::secrets::{Answer, Ask, Secret, SecretDetail, SecretVersion};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;

/// Answers a question.
///
/// # Errors
/// The call's [`Fault`].
pub async fn answer(session: &Session, region: &str, ask: Ask) -> Result<Answer, Fault> {
    match ask {
        Ask::All => all(session, region).await.map(|all| Answer::All(all.into_iter().map(Arc::new).collect())),
        Ask::One(arn) => one(session, region, &arn).await.map(|detail| Answer::One(Box::new(detail))),
        Ask::Versions(arn) => versions(session, region, &arn).await.map(Answer::Versions),
    }
}

/// The call that an answer to a question needs.
#[must_use]
pub fn call_of(ask: &Ask) -> &'static str {
    match ask {
        Ask::All => LIST_SECRETS,
        Ask::One(_) => DESCRIBE_SECRET,
        Ask::Versions(_) => LIST_SECRET_VERSION_IDS,
    }
}

/// Reads the secrets of a region by name, those that are marked for deletion too.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn all(session: &Session, region: &str) -> Result<Vec<Secret>, Fault> {
    let client = session.secrets(region);
    let (mut pages, mut token, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let answer = client
            .list_secrets()
            .include_planned_deletion(true)
            .max_results(PAGE)
            .set_next_token(token.take())
            .send()
            .await;
        let page = answer.map_err(|error| fault(session.sign_in(), LIST_SECRETS, &error))?;
        let listed = given(LIST_SECRETS, "SecretList", page.secret_list)?;
        found.extend(listed.into_iter().map(convert::entry));
        token = pages.next(LIST_SECRETS, page.next_token, found.len())?;
        if token.is_none() {
            break;
        }
    }
    // AWS lists by the moment of creation; one that is deleted may share its name with its successor.
    found.sort_by(|a, b| (&a.name, &a.arn).cmp(&(&b.name, &b.arn)));
    Ok(found)
}

/// Reads what is told of the secret of an ARN, as it is now.
///
/// # Errors
/// The call's [`Fault`].
pub async fn one(session: &Session, region: &str, arn: &str) -> Result<SecretDetail, Fault> {
    let answer = session.secrets(region).describe_secret().secret_id(arn).send().await;
    let mut told = answer.map_err(|error| fault(session.sign_in(), DESCRIBE_SECRET, &error))?;
    told.arn = Some(given(DESCRIBE_SECRET, "ARN", told.arn.take())?);
    Ok(convert::detail(told))
}

/// Reads the versions of the secret of an ARN, the newest first, those without a stage too.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn versions(session: &Session, region: &str, arn: &str) -> Result<Vec<SecretVersion>, Fault> {
    let client = session.secrets(region);
    let (mut pages, mut token, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let answer = client
            .list_secret_version_ids()
            .secret_id(arn)
            .include_deprecated(true)
            .max_results(PAGE)
            .set_next_token(token.take())
            .send()
            .await;
        let page = answer.map_err(|error| fault(session.sign_in(), LIST_SECRET_VERSION_IDS, &error))?;
        let listed = given(LIST_SECRET_VERSION_IDS, "Versions", page.versions)?;
        found.extend(listed.into_iter().map(convert::version));
        token = pages.next(LIST_SECRET_VERSION_IDS, page.next_token, found.len())?;
        if token.is_none() {
            break;
        }
    }
    found.sort_by(|a: &SecretVersion, b: &SecretVersion| (Reverse(a.created), &a.id).cmp(&(Reverse(b.created), &b.id)));
    Ok(found)
}

#[cfg(test)]
mod tests;
