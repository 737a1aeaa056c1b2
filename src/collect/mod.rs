//! What is polled, how often, and in how many calls; what is watched.
//!
//! Pure: [`Schedule`] decides from time and attention what is due, [`metrics`] packs what is
//! wanted into as few calls as AWS allows, [`Watches`] says which watches begin and end. The runtime carries it out.

pub mod backoff;
pub mod cadence;
pub mod metrics;
pub mod schedule;
pub mod shared;
mod taken;
pub mod traffic;
pub mod watches;

use std::fmt;
use std::hash::Hash;

use crate::domain::SiteId;

pub use cadence::Attention;
pub use schedule::Schedule;
pub use taken::{Taken, Touched};
pub use traffic::{Rate, Traffic};
pub use watches::{Round, Watches};

/// One thing of a service that is read as a whole and has one age.
pub trait Readable: Clone + Eq + Hash + Ord + fmt::Debug {
    /// What a person calls it.
    fn title(&self) -> String;

    /// Seconds between two reads: while it is on the screen, while it belongs to what is shown, and while it does not.
    fn intervals(&self) -> [i64; 3];

    /// It is of periods that CloudWatch closes: it is asked for just after the moment at which one is.
    fn is_of_periods(&self) -> bool {
        false
    }
}

/// What is read, of a site: the unit of scheduling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target<R> {
    pub site: SiteId,
    pub read: R,
}

/// A request on its way. `id` grows: an answer with an id that is no longer awaited is dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<R, A> {
    pub id: u64,
    pub target: Target<R>,
    /// What exactly is asked.
    pub ask: A,
    pub signing: Signing,
}

/// Whose credentials sign a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signing {
    /// Those that the session holds.
    #[default]
    Kept,
    /// The files may say something else by now: they are read again, unless that would ask a person
    /// for an MFA code.
    Reread,
    /// They are fetched anew, whoever must be asked for a code: the engineer wants it.
    Anew,
}

#[cfg(test)]
pub mod testing {
    use super::Readable;

    /// What a made-up service reads.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Fake {
        /// A list: every half minute where it is looked at.
        List,
        /// Metrics: every minute.
        Metrics,
    }

    impl Readable for Fake {
        fn title(&self) -> String {
            format!("{self:?}").to_lowercase()
        }

        fn intervals(&self) -> [i64; 3] {
            match self {
                Self::List => [30, 60, 300],
                Self::Metrics => [60, 180, 600],
            }
        }

        fn is_of_periods(&self) -> bool {
            *self == Self::Metrics
        }
    }
}
