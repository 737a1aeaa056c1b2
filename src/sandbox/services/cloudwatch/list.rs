//! `ListMetrics`: which metrics the caller's databases have.

use std::collections::HashSet;

use ciborium::Value;
use jiff::Timestamp;
use winterbaume_cloudwatch::wire::ListMetricsInput;

use super::data::without_null;
use super::fault::Fault;
use super::protocol::{record, text};
use super::token::Token;
use super::{Call, DIMENSION, NAMESPACE};
use crate::sandbox::world::metrics::RdsMetric;

/// Metrics in an answer.
const PAGE: usize = 500;

/// Answers a request.
///
/// # Errors
/// `InvalidParameterValue` for a token or a parameter that is wrong.
pub fn answer(call: &Call<'_>, input: &ListMetricsInput) -> Result<Value, Fault> {
    if let Some(recently) = input.recently_active.as_deref().filter(|recently| *recently != "PT3H") {
        return Err(Fault::value(format!("The value {recently} for parameter RecentlyActive is invalid.")));
    }
    let filters = input.dimensions.as_deref().unwrap_or_default();
    let request = format!("{:?} {:?} {filters:?}", input.namespace, input.metric_name);
    let from = match &input.next_token {
        // This operation has no error of its own for tokens.
        Some(token) => Token::read(token, &request).map_err(|fault| Fault::value(fault.message))?,
        None => Token { now: call.now, index: 0, offset: 0 },
    };
    let mut metrics = Vec::new();
    let mut next = Value::Null;
    let nothing = input.namespace.as_deref().is_some_and(|namespace| namespace != NAMESPACE)
        || filters.iter().any(|filter| filter.name != DIMENSION);
    if !nothing {
        let fits = |id: &str| filters.iter().all(|filter| filter.value.as_deref().is_none_or(|value| value == id));
        let named = |metric: &RdsMetric| input.metric_name.as_deref().is_none_or(|name| name == metric.name());
        for (index, (id, metric)) in
            published(call).filter(|(id, metric)| fits(id) && named(metric)).enumerate().skip(from.index)
        {
            if metrics.len() == PAGE {
                next = text(Token { now: from.now, index, offset: 0 }.write(&request));
                break;
            }
            metrics.push(shape(id, metric));
        }
    }
    let mut fields = Vec::new();
    if input.include_linked_accounts == Some(true) {
        let owners = vec![text(call.caller.account.as_str()); metrics.len()];
        fields.push(("OwningAccounts", Value::Array(owners)));
    }
    fields.extend([("Metrics", Value::Array(metrics)), ("NextToken", next)]);
    Ok(without_null(fields))
}

/// Every metric of every instance that there is, by id and then in the metrics' own order.
fn published<'a>(call: &Call<'a>) -> impl Iterator<Item = (&'a str, RdsMetric)> {
    let Call { world, caller, now } = *call;
    let now = Timestamp::from_second(now).unwrap_or_default();
    let sources = world.instances.iter().filter(|instance| instance.account == caller.account);
    let sources: HashSet<(&str, &str)> =
        sources.filter_map(|i| i.source.as_ref()).map(|source| (source.region.as_str(), source.id.as_str())).collect();
    let there = world
        .instances_in(&caller.account, &caller.region)
        .filter(move |i| i.settled_status_at(now).is_some_and(|status| status != "creating"));
    there.flat_map(move |i| {
        let replicated = sources.contains(&(i.region.as_str(), i.id.as_str()));
        RdsMetric::all()
            .filter(move |metric| metric.is_given_by(i, replicated))
            .map(move |metric| (i.id.as_str(), metric))
    })
}

fn shape(id: &str, metric: RdsMetric) -> Value {
    let dimension = record([("Name", text(DIMENSION)), ("Value", text(id))]);
    record([
        ("Namespace", text(NAMESPACE)),
        ("MetricName", text(metric.name())),
        ("Dimensions", Value::Array(vec![dimension])),
    ])
}
