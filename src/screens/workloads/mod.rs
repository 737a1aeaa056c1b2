//! What runs in a cluster: what waits and why, what crashes, workloads, applications; what is wrong first.

mod applications;
mod block;
mod crashes;
mod kept;
mod made;
mod order;
mod sections;
mod state;
mod update;
mod view;
mod waiting;

pub use made::rebuild;
pub use order::WorkloadOrder;
pub use state::State;
pub use update::{click, filter, handle, hints, open};
pub use view::view;
