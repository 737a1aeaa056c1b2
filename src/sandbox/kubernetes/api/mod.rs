//! The Kubernetes API over a cluster's store: a function from a request to a response, whose body
//! may last as long as a watch does. No sockets in here: it is served over TLS by
//! [`super::serve`], or stands below a client in this process.

mod accept;
mod asked;
mod body;
mod defaults;
mod delete;
mod discovery;
mod events;
mod fields;
mod filter;
mod lease;
mod list;
mod log;
mod page;
mod protobuf;
mod read;
mod refusal;
mod request;
mod review;
mod rules;
mod scale;
mod server;
mod table;
mod usage;
mod validate;
mod watch;
mod write;

#[cfg(test)]
mod tests;

pub use asked::ApiAsked;
pub use body::{ApiBody, whole};
pub use refusal::ApiRefusal;
pub use server::{ApiServer, ClusterClock, MOST_BYTES};
