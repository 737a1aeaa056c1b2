//! What things cost a month: price books with the date at which they were read.
//!
//! Pure. An unknown price is `None`, never zero.

pub mod rds;
