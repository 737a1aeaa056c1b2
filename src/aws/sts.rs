//! STS: who we are.

use super::error::fault;
use super::{GET_CALLER_IDENTITY, Session, words};
use crate::domain::{Fault, Identity};

/// The identity behind the session's credentials, and when they end.
///
/// # Errors
/// The call's [`Fault`].
pub async fn identity(session: &Session, region: &str) -> Result<Identity, Fault> {
    let answer = session
        .sts(region)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| fault(session.sign_in(), GET_CALLER_IDENTITY, &error))?;
    Ok(Identity { account: words(answer.account), arn: words(answer.arn), expires: session.expiry() })
}
