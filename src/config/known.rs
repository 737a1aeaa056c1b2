//! The names that a configuration may refer to: they are outside of the file.

use crate::nearest::nearest;

/// What there is on this machine; `None` where nobody has looked, and nothing is said then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Profiles of the AWS config files.
    pub profiles: Option<Vec<String>>,
    /// Themes, shipped and the user's own, and `auto`.
    pub themes: Option<Vec<String>>,
    /// Keymaps, shipped and the user's own.
    pub keymaps: Option<Vec<String>>,
}

/// As many names are listed where none is near.
const LISTED: usize = 8;

/// The end of a message about a name that is not among `names`: which one was most likely meant, or
/// which there are. `None` when it is among them.
pub(super) fn stranger(name: &str, names: &[String]) -> Option<String> {
    if names.iter().any(|known| known == name) {
        return None;
    }
    if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
        return Some(format!("; did you mean {near:?}?"));
    }
    if names.is_empty() {
        return Some("; there are none on this machine".to_owned());
    }
    let listed: Vec<String> = names.iter().take(LISTED).map(|name| crate::domain::text::clean(name)).collect();
    let more = if names.len() > LISTED { " …" } else { "" };
    Some(format!("; there are {}{more}", listed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| format!("profile-{i}")).collect()
    }

    #[test]
    fn a_known_name_is_no_stranger() {
        assert_eq!(stranger("profile-1", &names(3)), None);
    }

    #[test]
    fn the_nearest_name_is_offered_and_else_the_names() {
        assert_eq!(stranger("profle-1", &names(3)).as_deref(), Some("; did you mean \"profile-1\"?"));
        assert_eq!(stranger("ops", &names(2)).as_deref(), Some("; there are profile-0, profile-1"));
        assert!(stranger("ops", &names(9)).is_some_and(|hint| hint.ends_with("profile-7 …")));
        assert_eq!(stranger("ops", &[]).as_deref(), Some("; there are none on this machine"));
    }
}
