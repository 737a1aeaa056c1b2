//! The imperative shell: the only place that performs effects.

pub mod appearance;
pub mod apply;
pub mod background;
pub mod clock;
pub mod clusters;
pub mod configured;
pub mod connect;
pub mod contained;
pub mod driver;
pub mod event_loop;
pub mod execute;
pub mod executor;
pub mod headless;
pub mod journal;
pub mod keyboard;
pub mod last_known;
pub mod leftovers;
pub mod logging;
pub mod meant;
pub mod opener;
pub mod own_files;
pub mod performer;
pub mod place;
pub mod rules;
#[cfg(feature = "sandbox")]
mod sandboxed;
pub mod say;
pub mod streams;
pub mod terminal;
pub mod workers;

pub use clock::Clock;
pub use driver::Driver;
pub use performer::Performer;
pub use streams::Streams;
