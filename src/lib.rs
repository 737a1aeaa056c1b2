//! quarterdeck: the terminal console for AWS on-call.
//!
//! A functional core in an imperative shell: messages enter [`app::update()`], which changes the
//! [`app::State`] and returns effects as data; [`app::view`] draws the state; only [`aws`]
//! and [`runtime`] touch the world.
//!
//! From the ground up: [`domain`] has the words, [`collect`] says what is read and how often, [`ops`] is how
//! something is changed and [`health`] how it is judged, [`services`] what can be changed and by which rules it is
//! judged, [`slices`] the engine with the services, [`mod@world`] all that is known; [`screens`] show it, [`app`] is
//! the shell around them. `docs/architecture.md` tells the ways through these rooms.

pub mod app;
pub mod audit;
pub mod aws;
pub mod cli;
pub mod collect;
pub mod config;
pub mod cost;
pub mod domain;
/// For what tries the parsers from outside; not in released binaries.
#[cfg(any(fuzzing, debug_assertions))]
#[doc(hidden)]
pub mod fuzzing;
mod fuzzy;
pub mod health;
pub mod keymap;
mod nearest;
pub mod ops;
pub mod picture;
mod plain_file;
pub mod runtime;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod screens;
pub mod services;
pub mod shell;
pub mod slices;
pub mod theme;
pub mod ui;
pub mod world;
