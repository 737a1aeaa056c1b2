//! The controllers together: roll-outs, crashes, lost nodes, autoscaling.

mod lives;
mod stage;
mod workloads;
