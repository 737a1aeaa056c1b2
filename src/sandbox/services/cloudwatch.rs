//! CloudWatch: metrics and alarms of the world's databases, in the three protocols that clients
//! speak. Each operation is written once: whatever the protocol, its input arrives as CBOR and its
//! answer leaves as a CBOR value, which `protocol` puts into the caller's form.

mod alarm;
mod alarm_history;
mod alarm_reason;
mod alarm_state;
mod alarms;
mod composite;
mod composite_state;
mod data;
mod evaluate;
mod expression;
mod fault;
mod history_item;
mod list;
mod protocol;
mod question;
mod series;
mod statistics;
mod token;

use ciborium::Value;
use jiff::Timestamp;
use winterbaume_cloudwatch::wire;
use winterbaume_core::{MockRequest, MockResponse};

use self::fault::Fault;
use super::Caller;
use crate::sandbox::world::World;

/// Namespace of the metrics of RDS.
const NAMESPACE: &str = "AWS/RDS";

/// The dimension that names an instance.
const DIMENSION: &str = "DBInstanceIdentifier";

/// Answers one request to `monitoring`.
#[must_use]
pub fn handle(world: &World, caller: &Caller, now: Timestamp, request: &MockRequest) -> MockResponse {
    let asked = protocol::read(request);
    let call = Call { world, caller, now: now.as_second() };
    let result = asked.body.as_ref().map_err(Clone::clone).and_then(|body| call.run(&asked.operation, body));
    protocol::answer(&asked, now, result)
}

/// One call: whose world it looks at, as whom, and when (seconds since 1970).
#[derive(Debug, Clone, Copy)]
struct Call<'a> {
    world: &'a World,
    caller: &'a Caller,
    now: i64,
}

impl Call<'_> {
    fn run(&self, operation: &str, body: &[u8]) -> Result<Value, Fault> {
        let unreadable = Fault::unreadable;
        match operation {
            "GetMetricData" => {
                let input = wire::deserialize_get_metric_data_request(body).map_err(unreadable)?;
                data::answer(self, &input)
            }
            "GetMetricStatistics" => {
                let input = wire::deserialize_get_metric_statistics_request(body).map_err(unreadable)?;
                statistics::answer(self, &input)
            }
            "ListMetrics" => list::answer(self, &wire::deserialize_list_metrics_request(body).map_err(unreadable)?),
            "DescribeAlarms" => {
                alarms::answer(self, &wire::deserialize_describe_alarms_request(body).map_err(unreadable)?)
            }
            "DescribeAlarmHistory" => {
                let input = wire::deserialize_describe_alarm_history_request(body).map_err(unreadable)?;
                alarm_history::answer(self, &input)
            }
            _ => Err(Fault::unknown_operation(operation)),
        }
    }
}

#[cfg(test)]
mod tests;
