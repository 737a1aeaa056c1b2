//! Values that an object shows.

use jiff::Timestamp;
use serde_json::Value;

use super::{Followed, Look};
use crate::ops::progress::Progress;

/// Seconds after which a value that was written, and is another one, was changed back by somebody.
const UNDONE: i64 = 5;

/// Whether the object shows them all. What is not there is as an empty text.
pub(super) fn shows(of: &Followed, values: &[(String, String)], look: &Look) -> bool {
    let Some(object) = look.of(of) else { return false };
    values.iter().all(|(pointer, wanted)| match object.at(pointer) {
        None => wanted.is_empty(),
        Some(value) => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *value),
    })
}

/// An API server shows what it has taken with its answer: what is other after some seconds was changed by somebody.
pub(super) fn progress(of: &Followed, values: &[(String, String)], look: &Look, sent: Timestamp) -> Progress {
    if look.of(of).is_none() {
        return Progress::Failed(format!("{} is not there any more", of.local()));
    }
    if shows(of, values, look) {
        return Progress::Reached("written, and read back".to_owned());
    }
    if look.at.as_second() - sent.as_second() < UNDONE {
        return Progress::Going("written, and not read back yet".to_owned());
    }
    Progress::Failed("it was written, and is other now: somebody or a controller has changed it back".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::services::kubernetes::change::ApiObject;
    use crate::services::kubernetes::testing::now;

    fn of() -> Followed {
        Followed { region: "eu-west-1".into(), id: "prod-eks/hpa/shop/api".into(), uid: "u-1".into() }
    }

    /// What is seen so many seconds after the call, of an object with this specification.
    fn told(spec: &Value, uid: &str, seconds: i64) -> (bool, Progress) {
        let wanted = [("/spec/minReplicas".to_owned(), "2".to_owned()), ("/spec/paused".to_owned(), String::new())];
        let at = now() + SignedDuration::from_secs(seconds);
        let object = ApiObject::new(json!({ "metadata": { "uid": uid }, "spec": spec }));
        let look = Look { object: Some(object), ..Look::blank(at) };
        (shows(&of(), &wanted, &look), progress(&of(), &wanted, &look, now()))
    }

    #[test]
    fn all_values_are_shown_and_what_is_to_be_absent_is() {
        let reached = Progress::Reached("written, and read back".into());
        assert_eq!(told(&json!({ "minReplicas": 2 }), "u-1", 1), (true, reached));
        for other in [json!({ "minReplicas": 3 }), json!({}), json!({ "minReplicas": 2, "paused": true })] {
            let (shown, progress) = told(&other, "u-1", UNDONE - 1);
            assert_eq!((shown, progress), (false, Progress::Going("written, and not read back yet".into())), "{other}");
        }
    }

    #[test]
    fn what_is_other_after_some_seconds_was_changed_back() {
        let (_, progress) = told(&json!({ "minReplicas": 3 }), "u-1", UNDONE);
        assert!(matches!(&progress, Progress::Failed(words) if words.contains("changed it back")), "{progress:?}");
    }

    #[test]
    fn another_object_of_the_same_name_is_not_it() {
        let gone = Progress::Failed("shop/api is not there any more".into());
        assert_eq!(told(&json!({ "minReplicas": 2 }), "u-2", 1), (false, gone.clone()));
        assert_eq!(progress(&of(), &[], &Look::blank(now()), now()), gone);
    }
}
