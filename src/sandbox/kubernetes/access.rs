//! Who calls, and what they may do.

use std::fmt::Debug;

use jiff::Timestamp;

/// One thing that is asked for, as RBAC sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessQuestion {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// Empty for the core group.
    pub group: String,
    /// `pods`
    pub resource: String,
    /// `log`, or nothing.
    pub subresource: String,
    /// Empty for all namespaces, and for what has none.
    pub namespace: String,
    /// Empty for the kind as a whole.
    pub name: String,
}

impl AccessQuestion {
    /// `pods/log`, as rules name it.
    pub fn full_resource(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    /// Upstream's words for a refusal (apiserver, `endpoints/handlers/responsewriters`).
    pub fn refusal(&self, user: &str) -> String {
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace \"{}\"", self.namespace)
        };
        format!(
            "User \"{user}\" cannot {} resource \"{}\" in API group \"{}\" {place}",
            self.verb,
            self.full_resource(),
            self.group
        )
    }
}

/// Decides who a caller is and what they may do.
pub trait Access: Debug + Send + Sync {
    /// The name of whoever bears this token; `None` is answered 401.
    fn user(&self, token: Option<&str>, now: Timestamp) -> Option<String>;

    /// Whether they may; a refusal is answered 403.
    fn allows(&self, user: &str, asked: &AccessQuestion, now: Timestamp) -> bool;
}

/// Anybody may do anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open;

impl Access for Open {
    fn user(&self, _: Option<&str>, _: Timestamp) -> Option<String> {
        Some("kubernetes-admin".to_owned())
    }

    fn allows(&self, _: &str, _: &AccessQuestion, _: Timestamp) -> bool {
        true
    }
}

/// A rule of a ClusterRole; `*` stands for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRule {
    pub groups: Vec<String>,
    /// `pods`, `pods/log`, …
    pub resources: Vec<String>,
    pub verbs: Vec<String>,
}

impl AccessRule {
    fn allows(&self, asked: &AccessQuestion) -> bool {
        let has = |list: &[String], value: &str| list.iter().any(|other| other == "*" || other == value);
        let full = asked.full_resource();
        let below = format!("*/{}", asked.subresource);
        let resource = has(&self.resources, &full) || (!asked.subresource.is_empty() && has(&self.resources, &below));
        resource && has(&self.groups, &asked.group) && has(&self.verbs, &asked.verb)
    }
}

/// One token, and what its bearer may do.
#[derive(Debug, Clone)]
pub struct Bearer {
    pub token: String,
    pub user: String,
    /// `None`: everything.
    pub rules: Option<Vec<AccessRule>>,
}

impl Access for Bearer {
    fn user(&self, token: Option<&str>, _: Timestamp) -> Option<String> {
        (token == Some(self.token.as_str())).then(|| self.user.clone())
    }

    fn allows(&self, _: &str, asked: &AccessQuestion, _: Timestamp) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.iter().any(|rule| rule.allows(asked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_rule_for_a_kind_is_none_for_what_is_below_it() {
        let rules =
            vec![AccessRule { groups: texts(&[""]), resources: texts(&["pods"]), verbs: texts(&["get", "list"]) }];
        let bearer = Bearer { token: "t".into(), user: "u".into(), rules: Some(rules) };
        let now = Timestamp::UNIX_EPOCH;
        let mut asked = AccessQuestion { verb: "list".into(), resource: "pods".into(), ..AccessQuestion::default() };
        assert!(bearer.allows("u", &asked, now));
        asked.verb = "watch".into();
        assert!(!bearer.allows("u", &asked, now));
        asked = AccessQuestion { verb: "get".into(), resource: "pods".into(), subresource: "log".into(), ..asked };
        assert!(!bearer.allows("u", &asked, now));
        assert_eq!(
            asked.refusal("u"),
            "User \"u\" cannot get resource \"pods/log\" in API group \"\" at the cluster scope"
        );
        assert_eq!((bearer.user(Some("t"), now), bearer.user(None, now)), (Some("u".into()), None));
    }
}
