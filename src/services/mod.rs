//! What quarterdeck knows about, a room for each service. Pure: no I/O, no SDK.

pub mod alarms;
pub mod kubernetes;
pub mod rds;
pub mod secrets;
