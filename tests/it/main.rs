//! The integration tests: one binary, because each further one would link the whole SDK again.
#![allow(clippy::large_futures, reason = "a test's future is made once")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(feature = "sandbox")]
mod absurd;
mod agreement;
#[cfg(feature = "sandbox")]
mod audit;
#[cfg(feature = "sandbox")]
mod aws_cli;
mod borders;
#[cfg(feature = "sandbox")]
mod boto;
#[cfg(feature = "sandbox")]
mod clusters;
#[cfg(feature = "sandbox")]
mod contained;
mod contrast;
#[cfg(feature = "sandbox")]
mod faults;
#[cfg(feature = "sandbox")]
mod fleet;
#[cfg(feature = "sandbox")]
mod frames;
mod guarded;
#[cfg(feature = "sandbox")]
mod harness;
#[cfg(feature = "sandbox")]
mod hostile;
#[cfg(feature = "sandbox")]
mod identity;
mod journal;
#[cfg(feature = "sandbox")]
mod killed;
#[cfg(feature = "sandbox")]
mod kubernetes;
#[cfg(feature = "sandbox")]
mod memory;
mod moto;
#[cfg(feature = "sandbox")]
mod mutation;
#[cfg(feature = "sandbox")]
mod older;
#[cfg(feature = "sandbox")]
mod operations;
#[cfg(feature = "sandbox")]
mod plans;
#[cfg(feature = "sandbox")]
mod promises;
#[cfg(feature = "sandbox")]
mod property;
#[cfg(feature = "sandbox")]
mod pty;
mod python;
#[cfg(feature = "sandbox")]
mod reached;
#[cfg(feature = "sandbox")]
mod safety;
#[cfg(feature = "sandbox")]
mod said;
#[cfg(feature = "sandbox")]
mod scale;
#[cfg(feature = "sandbox")]
mod shell;
#[cfg(feature = "sandbox")]
mod skewed;
mod watching;
#[cfg(feature = "sandbox")]
mod wrong;
