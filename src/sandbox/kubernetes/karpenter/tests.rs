//! Karpenter against a small cluster: what upstream does, with its numbers.

mod disrupting;
mod launching;
mod stage;
