//! The questions of `qd init`. An empty answer takes what stands in brackets; `-` means none; an
//! answer that cannot be is asked for again. `None` everywhere means that the input has ended.

use std::io::{self, BufRead, Write};

use super::account::ProfileAccount;
use super::{Answer, Profile, WhoseAccount};
use crate::config::{environment, forms};
use crate::domain::{Criticality, text};

/// Somebody to ask.
pub(super) struct Dialogue<'a, R, W> {
    pub input: &'a mut R,
    pub output: &'a mut W,
}

impl<R: BufRead, W: Write> Dialogue<'_, R, W> {
    /// Asks until `read` takes the answer; what it says instead is shown.
    fn ask<T>(
        &mut self,
        question: &str,
        offered: Option<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> io::Result<Option<T>> {
        loop {
            match offered {
                Some(offered) => write!(self.output, "{question} [{offered}]: ")?,
                None => write!(self.output, "{question}: ")?,
            }
            self.output.flush()?;
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let answer = match line.trim() {
                "" => offered.unwrap_or_default(),
                answer => answer,
            };
            match read(answer) {
                Ok(value) => return Ok(Some(value)),
                Err(problem) => writeln!(self.output, "  {problem}")?,
            }
        }
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.output, "{line}")
    }
}

/// Which of the profiles are wanted.
pub(super) fn choose<'p>(
    dialogue: &mut Dialogue<'_, impl BufRead, impl Write>,
    profiles: &'p [Profile],
) -> io::Result<Option<Vec<&'p Profile>>> {
    dialogue.say("AWS profiles on this machine:")?;
    let width = profiles.iter().map(|profile| text::clean(&profile.name).chars().count()).max().unwrap_or(0);
    for (number, profile) in (1..).zip(profiles) {
        let region = profile.region.as_deref().unwrap_or("no region");
        let kind = match (&profile.role_arn, profile.sso) {
            (Some(role), _) => text::clean(role),
            (None, true) => "SSO".to_owned(),
            (None, false) => String::new(),
        };
        let line = format!("{number:>4}  {:<width$}  {region:<14}  {kind}", text::clean(&profile.name));
        dialogue.say(line.trim_end())?;
    }
    let question = "Which are environments that you are on call for? Numbers such as 1,3-4, or all";
    let numbers = dialogue.ask(question, Some("all"), |answer| selection(answer, profiles.len()))?;
    Ok(numbers.map(|numbers| numbers.into_iter().filter_map(|index| profiles.get(index)).collect()))
}

/// Indices from `1,3-4` or `all`, in order, each once.
fn selection(answer: &str, count: usize) -> Result<Vec<usize>, String> {
    if answer.eq_ignore_ascii_case("all") {
        return Ok((0..count).collect());
    }
    let wrong = || format!("expected numbers from 1 to {count} such as 1,3-4, or all");
    let mut chosen = Vec::new();
    for piece in answer.split([',', ' ']).filter(|piece| !piece.is_empty()) {
        let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| (1..=count).contains(n));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => chosen.extend(first - 1..last),
            _ => return Err(wrong()),
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() { Err(wrong()) } else { Ok(chosen) }
}

/// Asks for everything about one environment. `before` are those that have been described.
pub(super) fn describe(
    dialogue: &mut Dialogue<'_, impl BufRead, impl Write>,
    profile: &Profile,
    before: &[Answer],
    verify: &mut WhoseAccount<'_>,
) -> io::Result<Option<Answer>> {
    dialogue.say(&format!("\nProfile {}", text::clean(&profile.name)))?;
    let mut answer = Answer { profile: profile.name.clone(), ..Answer::default() };

    let offered = Some(short_name(&profile.name)).filter(|name| free_name(name, before).is_ok());
    let Some(name) = dialogue.ask("  Name of the environment", offered.as_deref(), |name| free_name(name, before))?
    else {
        return Ok(None);
    };
    answer.name = name;

    let guess = Criticality::guess(&profile.name).name();
    let question = "  Criticality: development, staging or production";
    let Some(level) = dialogue.ask(question, Some(guess), criticality)? else { return Ok(None) };
    answer.criticality = level;

    let Some(region) = dialogue.ask("  Region", profile.region.as_deref(), region)? else { return Ok(None) };
    answer.region = region;

    let own = answer.region.clone();
    let Some(dr_region) = dialogue.ask("  Disaster-recovery region, or -", Some("-"), |text| dr_region(text, &own))?
    else {
        return Ok(None);
    };
    answer.dr_region = dr_region;

    let found = ProfileAccount::of(profile, verify);
    dialogue.say(&format!("  {}", found.said()))?;
    let offered = found.account.clone().unwrap_or_else(|| "-".to_owned());
    answer.unread = found.unread;
    let Some(account) = dialogue.ask("  Expected account (- for any)", Some(&offered), account)? else {
        return Ok(None);
    };
    answer.account = account;

    if let Some(other) = before.iter().find(|other| answer.account.is_some() && answer.is_beside(other)) {
        let name = &other.name;
        dialogue.say(&format!(
            "  {name} is in the same account and region: without beginnings of their names, what is there is shown \
             under both"
        ))?;
    }
    let question = "  Beginning of the names that belong to it, or - for all of the account";
    let Some(prefix) = dialogue.ask(question, Some("-"), name_prefix)? else { return Ok(None) };
    answer.name_prefix = prefix;
    Ok(Some(answer))
}

/// A profile's name as the name of an environment.
pub(super) fn short_name(profile: &str) -> String {
    let plain = |c: char| if environment::is_name(&c.to_string()) { c } else { '-' };
    profile.chars().take(40).map(plain).collect()
}

pub(super) fn free_name(name: &str, before: &[Answer]) -> Result<String, String> {
    if !environment::is_name(name) {
        Err("expected at most 40 letters, digits and - _ .".to_owned())
    } else if before.iter().any(|answer| answer.name == name) {
        Err(format!("{name} is taken: expected another name"))
    } else {
        Ok(name.to_owned())
    }
}

fn criticality(text: &str) -> Result<Criticality, String> {
    let all = [Criticality::Development, Criticality::Staging, Criticality::Production];
    let text = text.to_lowercase();
    // The first letters are enough: d, s, prod.
    all.into_iter()
        .find(|level| !text.is_empty() && level.name().starts_with(&text))
        .ok_or_else(|| "expected development, staging or production".to_owned())
}

fn region(text: &str) -> Result<String, String> {
    if forms::is_region(text) {
        return Ok(text.to_owned());
    }
    let near = forms::nearest_region(text).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Err(format!("expected a region such as us-east-1{near}"))
}

fn dr_region(text: &str, own: &str) -> Result<Option<String>, String> {
    match text {
        "-" => Ok(None),
        _ if text == own => Err(format!("{own} is the region itself: expected another one, or -")),
        _ => region(text).map(Some),
    }
}

fn account(text: &str) -> Result<Option<String>, String> {
    match text {
        "-" => Ok(None),
        _ if forms::is_account(text) => Ok(Some(text.to_owned())),
        _ => Err("expected 12 digits, or -".to_owned()),
    }
}

fn name_prefix(text: &str) -> Result<String, String> {
    match text {
        "-" => Ok(String::new()),
        _ if text.contains(char::is_whitespace) || text.chars().any(text::is_hostile) => {
            Err("expected the beginning of names, without blanks, or -".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_chosen() {
        assert_eq!(selection("all", 3), Ok(vec![0, 1, 2]));
        assert_eq!(selection("3,1-2, 2", 4), Ok(vec![0, 1, 2]));
        for bad in ["", "0", "5", "2-1", "x", "1-"] {
            assert!(selection(bad, 4).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_profile_gives_a_name() {
        assert_eq!(short_name("acme/prod reader"), "acme-prod-reader");
        assert_eq!(criticality("prod"), Ok(Criticality::Production));
        assert!(criticality("").is_err());
    }
}
