//! Which user of this machine we are. The number comes from the kernel; the name from the machine's own
//! list of users and not from `$USER`, which anybody can set.

use std::fs;

use crate::domain::text::clean;

const USERS: &str = "/etc/passwd";

/// The user's number.
pub fn number() -> u32 {
    rustix::process::getuid().as_raw()
}

/// The user's name, or `uid 1000` where the machine's list does not have it (LDAP, a container).
pub fn name(uid: u32) -> String {
    let users = fs::read(USERS).unwrap_or_default();
    match listed(&String::from_utf8_lossy(&users), uid) {
        Some(name) => clean(name),
        None if uid == 0 => "root".to_owned(),
        None => format!("uid {uid}"),
    }
}

/// The name of the first line with this number: `alice:x:1000:1000:Alice:/home/alice:/bin/sh`
/// (`passwd(5)`).
fn listed(users: &str, uid: u32) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
        (fields.nth(1)?.parse::<u32>().ok() == Some(uid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_one_of_the_number() {
        let users =
            "root:x:0:0::/root:/bin/sh\n# alice:x:1000\n:x:1000:1\nalice:x:1000:1000:A:/a:/b\nbob:x:1000:1::/:/";
        assert_eq!(listed(users, 0), Some("root"));
        assert_eq!(listed(users, 1000), Some("alice"));
        assert_eq!(listed(users, 7), None);
        assert_eq!(listed("", 0), None);
        assert_eq!(name(u32::MAX - 7), format!("uid {}", u32::MAX - 7));
    }
}
