//! The three ways to patch an object, and the one that is refused.

mod merge_keys;
mod strategic;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::api::ApiRefusal;
use super::resources::Served;

/// The most operations of a JSON patch (apiserver, `maxJSONPatchOperations`).
const MOST_OPERATIONS: usize = 10_000;

/// How a body is to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patch {
    /// RFC 6902
    Json,
    /// RFC 7386
    Merge,
    /// Kubernetes' own: lists with a merge key are merged element by element.
    Strategic,
}

impl Patch {
    /// From a request's content type.
    ///
    /// # Errors
    /// 415 for anything else, for a strategic merge patch of a custom resource, and for server-side
    /// apply, which needs the ownership of fields that is not kept here.
    pub fn of(content_type: &str, served: &Served) -> Result<Self, ApiRefusal> {
        match content_type {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" if !served.custom => Ok(Self::Strategic),
            "application/apply-patch+yaml" | "application/apply-patch+cbor" => Err(ApiRefusal::unsupported_media(
                "server-side apply is not served by the sandbox, which does not keep who owns a field: send a JSON \
                 patch, a merge patch or a strategic merge patch",
            )),
            _ => {
                let mut accepted = vec!["application/json-patch+json", "application/merge-patch+json"];
                if !served.custom {
                    accepted.push("application/strategic-merge-patch+json");
                }
                Err(ApiRefusal::unknown_format(&accepted))
            }
        }
    }

    /// Applies a body to an object.
    ///
    /// # Errors
    /// 400 when the body is no such patch, 422 when it does not apply: a `test` that fails is one of
    /// those.
    pub fn apply(self, object: &mut Value, body: &[u8]) -> Result<(), ApiRefusal> {
        match self {
            Self::Json => {
                let patch: json_patch::Patch = parse(body)?;
                if patch.0.len() > MOST_OPERATIONS {
                    let most = format!(
                        "The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {}",
                        patch.0.len()
                    );
                    return Err(ApiRefusal::too_large(&most));
                }
                json_patch::patch(object, &patch).map_err(|_| ApiRefusal::unprocessable())
            }
            Self::Merge => {
                json_patch::merge(object, &document(body)?);
                Ok(())
            }
            Self::Strategic => {
                strategic::merge(object, document(body)?);
                Ok(())
            }
        }
    }
}

fn document(body: &[u8]) -> Result<Value, ApiRefusal> {
    let patch: Value = parse(body)?;
    if patch.is_object() { Ok(patch) } else { Err(ApiRefusal::bad_request("the patch is not a JSON object")) }
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, ApiRefusal> {
    serde_json::from_slice(body).map_err(|error| ApiRefusal::bad_request(&format!("error decoding patch: {error}")))
}
