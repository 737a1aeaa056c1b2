//! quarterdeck: the terminal console for AWS on-call.
//!
//! A functional core in an imperative shell: messages enter [`app::update()`], which changes the
//! [`app::State`] and returns effects as data; [`app::view`] draws the state; only [`aws`]
//! and [`runtime`] touch the world.
//!
//! The rooms, from the ground up; a room uses those above it in this list (`tests/it/borders` holds that):
//!
//! - [`domain`]: words that everything shares.
//! - [`collect`]: what is asked and how often, and in how few calls.
//! - [`ops`]: the change engine, from a plan to its end; it knows no service.
//! - [`cost`]: what things cost a month.
//! - [`health`]: the engine of the health rules; it knows no service.
//! - [`services`]: what is known of each service, with its operations and its rules.
//! - [`slices`]: the services as one, and the change engine with them.
//! - [`aws`]: the adapters over the official SDK.
//! - `sandbox`: AWS as an operator sees it, under the same SDK; a feature.
//! - [`mod@world`]: all that is known.
//! - [`trail`]: the journal told, as rows and as stories.
//! - [`keymap`], [`theme`], [`ui`]: keys, colours, drawing.
//! - [`shell`]: what every view stands on, and the effects that leave the core.
//! - [`screens`]: the screens, what lies over them, and the state of all.
//! - [`app`]: messages in, effects out, and the frame around the screens.
//! - [`picture`]: a frame as text, ANSI or SVG.
//! - [`config`]: what an engineer tells quarterdeck.
//! - [`runtime`]: performs the effects.
//! - [`audit`]: prints the journal.
//! - [`cli`]: the command line; the binary is above it.
//!
//! `docs/architecture.md` tells the ways through these rooms, and where they are not as they should be yet.

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
pub mod kube;
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
pub mod trail;
pub mod ui;
pub mod world;
