//! Members without which an answer is none.

use crate::domain::{Fault, FaultKind};

/// What an answer is about. Services that speak JSON give an empty list where there is nothing, and no answer without
/// one: `{}` comes from somebody else, and nothing that was there is gone.
///
/// # Errors
/// [`FaultKind::BrokenAnswer`] where the answer is without it.
pub(super) fn given<T>(call: &str, member: &str, found: Option<T>) -> Result<T, Fault> {
    found.ok_or_else(|| Fault {
        kind: FaultKind::BrokenAnswer,
        call: call.to_owned(),
        message: format!("the answer is without its \"{member}\""),
        request_id: None,
    })
}
