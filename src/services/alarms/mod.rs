//! CloudWatch alarms: what they are, what they watch, when they changed, and the curve that they judge.
//!
//! [`Alarm`] is any alarm, [`Watching`] what it looks at: one metric, metric math, other alarms ([`references`] reads
//! their rule), or something that this console does not model and shows for what it is. [`Alarm::condition`] says in a
//! line when it rings, [`Alarm::remarks`] what else decides, [`Alarm::subject`] which resource it is about.
//! [`AlarmChange`] is an entry of its history, [`CurveQuestion`] what is asked to draw what it judges, [`Curve`] what
//! came back. [`Read`] names what is read, [`Ask`] and [`Answer`] are one read's two sides, [`Data`] is what is known.
//! Nothing is changed here: alarms are only read.

mod actions;
mod composite;
mod data;
mod gathered;
mod grounds;
pub mod health;
mod history;
pub mod link;
mod metric;
mod model;
mod reads;
mod reason;
mod rule;
mod series;
mod state;
mod subject;
mod words;

#[cfg(test)]
pub mod testing;

pub use actions::action_words;
pub use composite::{CompositeWatch, SuppressedBy, Suppression, Suppressor};
pub use data::Data;
pub use gathered::{Band, Curve, Gathered};
pub use grounds::{Datapoint, Grounds};
pub use history::{AlarmChange, ChangeKind, Past};
pub use metric::{
    AlarmMetric, ComparisonOperator, EvaluationWindow, Judgement, MathQuery, MathWatch, MetricWatch, MissingData,
    QuerySource,
};
pub use model::{Actions, Alarm, EvaluationState, OtherWatch, Watching};
pub use reads::{Answer, Ask, Read, title, wanted};
pub use reason::shortened;
pub use rule::{Reference, references};
pub use series::{CurveQuestion, MOST_POINTS};
pub use state::AlarmState;
pub use subject::WatchedResource;
pub use words::{Remark, figure, span};
