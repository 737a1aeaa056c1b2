//! In which order workloads stand.

/// The order of the workloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkloadOrder {
    /// What is wrong first.
    #[default]
    Worst,
    Name,
    /// The most CPU that is asked for first.
    Cpu,
    /// The most memory that is asked for first.
    Memory,
    /// The youngest first.
    Age,
}

impl WorkloadOrder {
    /// The one that comes next.
    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::Worst => Self::Name,
            Self::Name => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Age,
            Self::Age => Self::Worst,
        }
    }

    /// As it is said.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Worst => "what is wrong",
            Self::Name => "name",
            Self::Cpu => "cpu requested",
            Self::Memory => "memory requested",
            Self::Age => "age",
        }
    }
}
