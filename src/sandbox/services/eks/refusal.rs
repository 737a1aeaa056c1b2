//! What EKS says no with: a code in a header, and beside the message what it is about.

use winterbaume_core::MockResponse;

use crate::sandbox::services::answer::Refusal;

/// A refusal with the members that its shape has beside the message: `clusterName`, `nodegroupName`, `addonName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EksRefusal {
    refusal: Refusal,
    about: Vec<(&'static str, String)>,
}

impl EksRefusal {
    fn new(status: u16, code: &'static str, message: String) -> Self {
        Self { refusal: Refusal { status, code, message }, about: Vec::new() }
    }

    /// 404 for a cluster.
    pub(super) fn no_cluster(name: &str) -> Self {
        Self::new(404, "ResourceNotFoundException", format!("No cluster found for name: {name}."))
    }

    /// 404 for something in a cluster, in the words that EKS has for its kind.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFoundException", message.into())
    }

    /// 400 for a parameter.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterException", message.into())
    }

    /// 400 for a request that cannot be read.
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(400, "SerializationException", message.into())
    }

    /// 404 for a path that is none of EKS's.
    pub(super) fn no_operation() -> Self {
        Self::new(404, "UnknownOperationException", "The requested operation is not known to EKS.".to_owned())
    }

    /// 409 for what changes already.
    pub(super) fn in_use(message: impl Into<String>) -> Self {
        Self::new(409, "ResourceInUseException", message.into())
    }

    /// 501 for what the sandbox does not have.
    pub(super) fn not_built(operation: &str) -> Self {
        Self::new(501, "NotImplemented", format!("The sandbox's EKS has no {operation}."))
    }

    /// 403 for who may not.
    pub(super) fn denied(user: &str, operation: &str, resource: &str) -> Self {
        let message = format!(
            "User: {user} is not authorized to perform: eks:{operation} on resource: {resource} because no \
             identity-based policy allows the eks:{operation} action"
        );
        Self::new(403, "AccessDeniedException", message)
    }

    /// With what it is about.
    pub(super) fn about(mut self, member: &'static str, value: &str) -> Self {
        self.about.push((member, value.to_owned()));
        self
    }

    /// As it goes over the wire.
    pub(super) fn response(&self) -> MockResponse {
        let about: Vec<(&str, &str)> = self.about.iter().map(|(member, value)| (*member, value.as_str())).collect();
        self.refusal.rest_json(&about)
    }
}
