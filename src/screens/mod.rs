//! One folder a screen: its state, how keys change it, how it is drawn.

pub mod database;
pub mod databases;
pub mod executions;
pub mod fleet;
pub mod plan;
