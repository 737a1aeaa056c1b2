//! The stages of a claim on its way to a node.

/// Not launched within so many seconds a claim is deleted (karpenter pkg/controllers/nodeclaim/lifecycle/liveness.go,
/// `LaunchTimeout`).
pub(super) const LAUNCH_LIMIT: i64 = 300;
/// Not registered within so many seconds it is deleted (the same, `registrationTimeout`).
pub(super) const REGISTRATION_LIMIT: i64 = 900;

/// A step of a claim's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimStage {
    Created,
    /// EC2 gave an instance.
    Launched,
    /// Its node has joined the cluster.
    Registered,
    /// Its node is ready, without the taints of its beginning.
    Initialised,
}

impl ClaimStage {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Created, Self::Launched, Self::Registered, Self::Initialised];

    /// The condition of a NodeClaim that tells of it; that of the first is its being there.
    #[must_use]
    pub fn condition(self) -> &'static str {
        match self {
            Self::Created => "",
            Self::Launched => "Launched",
            Self::Registered => "Registered",
            Self::Initialised => "Initialized",
        }
    }

    /// When it is done.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Launched => "launched",
            Self::Registered => "registered",
            Self::Initialised => "initialised",
        }
    }

    pub(super) fn going_on(self) -> &'static str {
        match self {
            Self::Created => "being created",
            Self::Launched => "launching",
            Self::Registered => "registering",
            Self::Initialised => "initialising",
        }
    }

    /// Seconds after which Karpenter gives it up; none where it waits for ever.
    pub(super) fn limit(self) -> Option<i64> {
        match self {
            Self::Launched => Some(LAUNCH_LIMIT),
            Self::Registered => Some(REGISTRATION_LIMIT),
            Self::Created | Self::Initialised => None,
        }
    }
}
