//! The controllers together: roll-outs, crashes, lost nodes, autoscaling.

mod guarded;
mod lives;
mod stage;
mod workloads;
