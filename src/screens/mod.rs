//! One folder a screen: its state, how keys change it, how it is drawn; and the stack of what is open.

pub mod alarms;
pub mod arm;
pub mod audit;
pub mod cluster;
pub mod cluster_object;
pub mod clusters;
pub mod code;
pub mod command;
mod cursor;
pub mod database;
pub mod databases;
pub mod details;
pub mod environments;
pub mod executions;
pub mod filtering;
pub mod findings;
pub mod fleet;
pub mod help;
pub mod line;
pub mod list;
pub mod logs;
pub mod menu;
pub mod operations;
pub mod pace;
pub mod palette;
pub mod plan;
pub mod reach;
mod screen;
pub mod secrets;
mod state;
pub mod views;
pub mod workloads;

pub use state::State;
pub use views::{OpenScreen, Screen, View, Views};
