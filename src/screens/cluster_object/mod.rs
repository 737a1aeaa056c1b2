//! One thing of a cluster: a node, a claim, a pod, a pool, a workload; and why it is as it is.

mod amount;
mod copied;
mod head;
mod key;
mod made;
pub mod page;
mod parts;
mod state;
mod top;
mod update;
mod view;

pub use amount::{cpu, memory, owner_words, short_image};
pub use copied::copy_menu_of;
pub use head::badge;
pub use key::{ThingKey, ThingKey as ObjectKey};
pub use made::rebuild;
pub use parts::{asked_by, container_end, is_container_trouble, is_held_back, metric_words, used_by, zones_of};
pub use state::State;
pub use top::PageHead;
pub use update::{click, filter, handle, hints, open, open_logs};
pub use view::{draw_page, view};
