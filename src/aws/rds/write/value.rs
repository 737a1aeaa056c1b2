//! A parameter's value as the SDK takes it. A value of another type is a mistake in the plan, and
//! nothing is sent.

use aws_sdk_rds::types::{DatabaseInsightsMode, Tag};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::aws::once::wrong;
use crate::aws::time;
use crate::ops::Value;
use crate::ops::sent::SendFault;

/// A mode that this version knows.
pub(super) fn insights(api: &str, name: &str, value: &Value) -> Result<DatabaseInsightsMode, SendFault> {
    let known = |mode: &str| DatabaseInsightsMode::values().contains(&mode);
    match value {
        Value::Text(mode) if known(mode) => Ok(DatabaseInsightsMode::from(mode.as_str())),
        _ => Err(wrong(api, name, "standard or advanced")),
    }
}

pub(super) fn flag(api: &str, name: &str, value: &Value) -> Result<bool, SendFault> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong(api, name, "true or false")),
    }
}

/// AWS's integers have 32 bits.
pub(super) fn number(api: &str, name: &str, value: &Value) -> Result<i32, SendFault> {
    match value {
        Value::Int(number) => i32::try_from(*number).map_err(|_| wrong(api, name, "a number of 32 bits")),
        _ => Err(wrong(api, name, "a number")),
    }
}

pub(super) fn list(api: &str, name: &str, value: &Value) -> Result<Vec<String>, SendFault> {
    match value {
        Value::List(items) => Ok(items.clone()),
        // In a file an empty list of tags looks like an empty list of texts, and the other way round.
        Value::Tags(tags) if tags.is_empty() => Ok(Vec::new()),
        _ => Err(wrong(api, name, "a list of texts")),
    }
}

pub(super) fn tags(api: &str, name: &str, value: &Value) -> Result<Vec<Tag>, SendFault> {
    match value {
        Value::Tags(tags) => {
            Ok(tags.iter().map(|tag| Tag::builder().key(&tag.key).value(&tag.value).build()).collect())
        }
        Value::List(items) if items.is_empty() => Ok(Vec::new()),
        _ => Err(wrong(api, name, "a list of tags")),
    }
}

/// RFC 3339, as the plan shows it.
pub(super) fn moment(api: &str, name: &str, value: &Value) -> Result<DateTime, SendFault> {
    let at = match value {
        Value::Text(text) => text.parse::<Timestamp>().ok(),
        _ => None,
    };
    at.map(time::date_time).ok_or_else(|| wrong(api, name, "a moment as 2026-11-22T03:12:44Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::once::text;

    const API: &str = "rds:ModifyDBInstance";

    #[test]
    fn a_value_of_another_type_is_not_sent() {
        let values = [
            Value::Bool(true),
            Value::Int(7),
            Value::Text("x".into()),
            Value::List(vec!["a".into()]),
            Value::from(&[("k".to_owned(), "v".to_owned())][..]),
        ];
        for (i, value) in values.iter().enumerate() {
            let taken = [
                flag(API, "P", value).is_ok(),
                number(API, "P", value).is_ok(),
                text(API, "P", value).is_ok(),
                list(API, "P", value).is_ok(),
                tags(API, "P", value).is_ok(),
            ];
            let only: Vec<bool> = (0..values.len()).map(|j| i == j).collect();
            assert_eq!(taken.to_vec(), only, "{value:?}");
        }
        let SendFault::NotSent(fault) = flag(API, "MultiAZ", &values[1]).unwrap_err() else {
            panic!("nothing was sent");
        };
        assert_eq!((fault.call.as_str(), fault.message.as_str()), (API, "the parameter MultiAZ must be true or false"));
    }

    #[test]
    fn a_number_beyond_32_bits_is_no_number_of_aws() {
        assert_eq!(number(API, "Iops", &Value::Int(i64::from(i32::MAX))), Ok(i32::MAX));
        assert!(number(API, "Iops", &Value::Int(i64::from(i32::MAX) + 1)).is_err());
    }

    #[test]
    fn a_moment_is_read_as_it_is_shown() {
        let at = moment(API, "RestoreTime", &Value::Text("2026-11-22T03:06:44Z".into())).unwrap();
        assert_eq!(time::timestamp(at), "2026-11-22T03:06:44Z".parse().ok());
        assert!(moment(API, "RestoreTime", &Value::Text("latest".into())).is_err());
        assert!(moment(API, "RestoreTime", &Value::Int(0)).is_err());
    }

    #[test]
    fn an_empty_list_survives_a_file() {
        let read: Value = serde_json::from_str("[]").unwrap();
        assert_eq!(list(API, "VpcSecurityGroupIds", &read), Ok(Vec::new()));
        assert_eq!(tags(API, "Tags", &read), Ok(Vec::new()));
    }
}
