//! What several screens share: numbers and text in fixed widths, tables, charts, sparklines and
//! the division of the screen.
//!
//! Everything here draws from its arguments alone: no state, no clock, no I/O.

pub mod ascii;
pub mod bar;
pub mod chart;
pub mod dialog;
pub mod environment;
pub mod format;
pub mod layout;
pub mod pen;
pub mod prose;
pub mod since;
pub mod spark;
pub mod table;
pub mod text;
pub mod trouble;

pub use chart::{Chart, Mode, Sides, YRange};
pub use spark::spark;
pub use table::{Align, Cell, Column, Drawn, Order, Table, Width};
