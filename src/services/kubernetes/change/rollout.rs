//! How a workload replaces its pods when its template is another one, as its strategy says.

use serde_json::Value;

use super::ApiObject;

/// How pods are replaced by those of a newer template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutPace {
    /// All are ended before the first new one is made (a Deployment's `Recreate`).
    AtOnce,
    /// Of a Deployment at most so many are away, and so many more are made than are wanted.
    Rolling { away: i64, more: i64 },
    /// Of a StatefulSet so many at a time, from the highest ordinal on; the first ones, so many as its partition says, keep
    /// their template.
    Ordered { away: i64, partition: i64 },
    /// Of a DaemonSet on so many nodes at a time; on so many a new one is made before the old one goes.
    ByNode { away: i64, more: i64 },
    /// None is replaced before somebody deletes it (`OnDelete`).
    OnDelete,
}

/// How many pods a workload wants: of a DaemonSet one for each of its nodes.
#[must_use]
pub fn wanted(object: &ApiObject) -> i64 {
    match object.text("/kind") {
        "DaemonSet" => object.number("/status/desiredNumberScheduled").unwrap_or(0),
        // The API server's default.
        _ => object.number("/spec/replicas").unwrap_or(1),
    }
}

impl RolloutPace {
    /// The one of a workload.
    #[must_use]
    pub fn of(object: &ApiObject) -> Self {
        let wanted = wanted(object);
        match object.text("/kind") {
            "StatefulSet" => {
                if object.text("/spec/updateStrategy/type") == "OnDelete" {
                    return Self::OnDelete;
                }
                // Rounded down, and at least one (kubernetes pkg/controller/statefulset, `getStatefulSetMaxUnavailable`).
                // A cluster that does not know the field does not keep it.
                let away = share(object.at("/spec/updateStrategy/rollingUpdate/maxUnavailable"), wanted, false);
                let partition = object.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
                Self::Ordered { away: away.unwrap_or(1).max(1), partition }
            }
            "DaemonSet" => {
                if object.text("/spec/updateStrategy/type") == "OnDelete" {
                    return Self::OnDelete;
                }
                // Both rounded up; one is away by default (pkg/controller/daemon/util, `UnavailableCount`, `SurgeCount`).
                let of = |field: &str| {
                    share(object.at(&format!("/spec/updateStrategy/rollingUpdate/{field}")), wanted, true)
                };
                Self::ByNode { away: of("maxUnavailable").unwrap_or(1), more: of("maxSurge").unwrap_or(0) }
            }
            _ if object.text("/spec/strategy/type") == "Recreate" => Self::AtOnce,
            _ => {
                // A quarter is the API server's default. What is away is rounded down, what is more up; where both are none,
                // one is away (pkg/controller/deployment/util, `ResolveFenceposts`).
                let of = |field: &str, up: bool| {
                    let written = object.at(&format!("/spec/strategy/rollingUpdate/{field}"));
                    share(written, wanted, up).unwrap_or(percent(25, wanted, up))
                };
                let (away, more) = (of("maxUnavailable", false), of("maxSurge", true));
                let away = if away == 0 && more == 0 { 1 } else { away };
                Self::Rolling { away: away.min(wanted), more }
            }
        }
    }

    /// How many of so many pods are replaced.
    #[must_use]
    pub fn replaced(self, wanted: i64) -> i64 {
        match self {
            Self::OnDelete => 0,
            Self::Ordered { partition, .. } => (wanted - partition).max(0),
            Self::AtOnce | Self::Rolling { .. } | Self::ByNode { .. } => wanted,
        }
    }

    /// How many are replaced at a time, at most.
    #[must_use]
    pub fn at_a_time(self, wanted: i64) -> i64 {
        let most = match self {
            Self::AtOnce | Self::OnDelete => wanted,
            Self::Rolling { away, more } | Self::ByNode { away, more } => away + more,
            Self::Ordered { away, .. } => away,
        };
        most.max(1)
    }
}

/// A number of pods as it is written, or a percentage of them.
fn share(written: Option<&Value>, of: i64, up: bool) -> Option<i64> {
    match written? {
        Value::String(text) => Some(percent(text.strip_suffix('%')?.parse().ok()?, of, up)),
        number => number.as_i64(),
    }
}

fn percent(part: i64, of: i64, up: bool) -> i64 {
    let hundredths = part.saturating_mul(of);
    hundredths.div_euclid(100) + i64::from(up && hundredths.rem_euclid(100) != 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pace(kind: &str, spec: &Value, nodes: i64) -> RolloutPace {
        RolloutPace::of(&ApiObject::new(
            json!({ "kind": kind, "spec": spec, "status": { "desiredNumberScheduled": nodes } }),
        ))
    }

    fn rolling(replicas: i64, away: &Value, more: &Value) -> RolloutPace {
        let strategy =
            json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": away, "maxSurge": more } });
        pace("Deployment", &json!({ "replicas": replicas, "strategy": strategy }), 0)
    }

    #[test]
    fn a_deployment_rounds_what_is_away_down_and_what_is_more_up() {
        // The rows of the comment at `ResolveFenceposts`, and its defaults.
        for (replicas, away, more, is) in [
            (2, json!("1%"), json!("0%"), (1, 0)),
            (1, json!("1%"), json!("0%"), (1, 0)),
            (2, json!("25%"), json!("1%"), (0, 1)),
            (1, json!("25%"), json!("1%"), (0, 1)),
            (2, json!("0%"), json!("1%"), (0, 1)),
            (10, json!("25%"), json!("25%"), (2, 3)),
            (3, json!(5), json!(0), (3, 0)),
            (4, json!(0), json!(2), (0, 2)),
            (10, Value::Null, Value::Null, (2, 3)),
        ] {
            let (away_is, more_is) = is;
            assert_eq!(
                rolling(replicas, &away, &more),
                RolloutPace::Rolling { away: away_is, more: more_is },
                "{replicas} {away} {more}"
            );
        }
        assert_eq!(pace("Deployment", &json!({ "strategy": { "type": "Recreate" } }), 0), RolloutPace::AtOnce);
    }

    #[test]
    fn a_stateful_set_goes_from_the_highest_down_to_its_partition() {
        let of = |update: Value| pace("StatefulSet", &json!({ "replicas": 5, "updateStrategy": update }), 0);
        assert_eq!(of(json!({ "type": "RollingUpdate" })), RolloutPace::Ordered { away: 1, partition: 0 });
        let partition = of(json!({ "type": "RollingUpdate", "rollingUpdate": { "partition": 3 } }));
        assert_eq!((partition, partition.replaced(5)), (RolloutPace::Ordered { away: 1, partition: 3 }, 2));
        assert_eq!(partition.replaced(2), 0);
        let many = |most: Value| of(json!({ "rollingUpdate": { "maxUnavailable": most } }));
        assert_eq!(many(json!("50%")), RolloutPace::Ordered { away: 2, partition: 0 });
        assert_eq!(many(json!("1%")), RolloutPace::Ordered { away: 1, partition: 0 });
        assert_eq!(many(json!(3)).at_a_time(5), 3);
        let by_hand = of(json!({ "type": "OnDelete" }));
        assert_eq!((by_hand, by_hand.replaced(5)), (RolloutPace::OnDelete, 0));
    }

    #[test]
    fn a_daemon_set_goes_by_nodes_and_rounds_up() {
        let of = |update: Value| pace("DaemonSet", &json!({ "updateStrategy": update }), 5);
        assert_eq!(of(json!({ "type": "RollingUpdate" })), RolloutPace::ByNode { away: 1, more: 0 });
        let share = json!({ "rollingUpdate": { "maxUnavailable": "30%", "maxSurge": 0 } });
        assert_eq!(of(share), RolloutPace::ByNode { away: 2, more: 0 });
        let surge = of(json!({ "rollingUpdate": { "maxUnavailable": 0, "maxSurge": "1%" } }));
        assert_eq!((surge, surge.replaced(5), surge.at_a_time(5)), (RolloutPace::ByNode { away: 0, more: 1 }, 5, 1));
        assert_eq!(of(json!({ "type": "OnDelete" })), RolloutPace::OnDelete);
    }

    #[test]
    fn what_is_wanted_has_the_default_of_the_api_server() {
        assert_eq!(wanted(&ApiObject::new(json!({ "kind": "Deployment", "spec": {} }))), 1);
        assert_eq!(wanted(&ApiObject::new(json!({ "kind": "DaemonSet", "spec": {} }))), 0);
        assert_eq!(RolloutPace::AtOnce.at_a_time(0), 1);
    }
}
