//! `qd audit verify`: whose journal it is, and whether its chain holds.

use std::collections::BTreeSet;

use crate::domain::text::clean;
use crate::ops::journal;
use crate::runtime::journal::Stored;
use crate::runtime::meant::Meant;
use crate::slices::Entry;
use crate::trail::Whose;
use crate::trail::words::verdict;

/// What is said, and the exit code: 1 where the journal is not what was written.
pub fn told(stored: &Stored, whose: &Whose, meant: &Meant) -> (String, u8) {
    let Whose { path, .. } = whose;
    let mut text = of_whom(whose, meant);
    if stored.journal.is_empty() && stored.head.is_none() {
        text.push_str(&format!("{path}: there is no journal yet\n"));
        text.push_str(&another(meant));
        return (text, 0);
    }
    let report = stored.report();
    text.push_str(&format!("{path}: {}\n", verdict(&report)));
    for found in &report.breaks {
        text.push_str(&format!("  {}\n", clean(&found.to_string())));
    }
    if report.torn_last_line {
        text.push_str(if report.is_sound() {
            "  the last write was cut short, as in a crash: nothing is lost, the next entry repairs it\n"
        } else {
            "  the last line is unfinished\n"
        });
    }
    text.push_str(&writers(stored, &whose.user));
    text.push_str(&another(meant));
    (text, u8::from(!report.is_sound()))
}

/// Who wrote its entries by what they say themselves, where that is not who the file belongs to: a file changes hands
/// more easily than a chain.
fn writers(stored: &Stored, owner: &str) -> String {
    let (entries, _): (Vec<Entry>, usize) = journal::entries(&stored.journal);
    let users: BTreeSet<&str> = entries.iter().map(|entry| entry.who.os_user.as_str()).collect();
    let others: Vec<String> = users.into_iter().filter(|user| !user.is_empty() && *user != owner).map(clean).collect();
    if others.is_empty() {
        return String::new();
    }
    format!("  the file is {owner}'s, entries in it were written by {}\n", others.join(", "))
}

/// Which journal it is: there is one of AWS for all configurations, and one of the sandbox.
fn of_whom(whose: &Whose, meant: &Meant) -> String {
    let user = &whose.user;
    match meant {
        Meant::Sandbox => format!("The sandbox's journal, of {user}: rehearsals, no changes to AWS.\n"),
        Meant::SandboxByItself { configuration } => {
            let looked = match configuration {
                Some(path) => format!("{} is not there", clean(&path.to_string_lossy())),
                None => "there is no configuration".to_owned(),
            };
            format!(
                "The sandbox's journal, of {user}: rehearsals, no changes to AWS. It is checked because nothing names \
                 AWS:\n{looked}, and no profile, region or credentials are given.\n"
            )
        }
        Meant::Configuration(path) => {
            let path = clean(&path.to_string_lossy());
            format!("The journal of {user}'s changes to AWS; the configuration is {path}.\n")
        }
        Meant::Direct => format!("The journal of {user}'s changes to AWS; no configuration is used.\n"),
    }
}

/// How the other journal is checked.
fn another(meant: &Meant) -> String {
    match meant {
        Meant::SandboxByItself { .. } => {
            "That of AWS: qd --config FILE audit verify, or qd --profile NAME audit verify.\n".to_owned()
        }
        Meant::Sandbox | Meant::Configuration(_) | Meant::Direct => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_first_whose_it_is_and_how_another_is_checked() {
        let whose = Whose { path: "/s/sandbox/journal.jsonl".into(), user: "alice".into(), ..Whose::default() };
        let by_itself = Meant::SandboxByItself { configuration: Some("/c/config.toml".into()) };
        let (text, code) = told(&Stored::default(), &whose, &by_itself);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(code, 0);
        assert!(lines[0].starts_with("The sandbox's journal, of alice: rehearsals"), "{text}");
        assert!(lines[1].starts_with("/c/config.toml is not there, and no profile"), "{text}");
        assert_eq!(lines[2], "/s/sandbox/journal.jsonl: there is no journal yet");
        assert!(lines[3].contains("qd --profile NAME audit verify"), "{text}");
        assert!(lines.iter().take(2).all(|line| line.len() <= 120), "{text}");

        let (text, _) = told(&Stored::default(), &whose, &Meant::Configuration("/c/\u{1b}config.toml".into()));
        assert!(
            text.starts_with("The journal of alice's changes to AWS; the configuration is /c/?config.toml.\n"),
            "{text}"
        );
        assert!(!text.contains("That of AWS"), "{text}");
        let (text, _) = told(&Stored::default(), &whose, &Meant::Sandbox);
        assert!(text.starts_with("The sandbox's journal") && !text.contains("because"), "{text}");
    }
}
