//! What a command line is about: the sandbox or AWS, and on what ground.

use std::path::PathBuf;

/// What is opened, and why that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// The sandbox, which was asked for.
    Sandbox,
    /// The sandbox, because nothing else is named; where a configuration was looked for.
    SandboxByItself { configuration: Option<PathBuf> },
    /// AWS, with the environments of this file.
    Configuration(PathBuf),
    /// AWS, by a profile, a region, an endpoint or variables; no configuration is read.
    Direct,
}

impl Meant {
    /// Whether it is the sandbox.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox | Self::SandboxByItself { .. })
    }
}
