//! `qd init --yes`: the same configuration without questions, by what the profiles themselves say.

use std::io::{self, Write};
use std::path::Path;

use super::account::ProfileAccount;
use super::ask::{free_name, short_name};
use super::{Answer, Outcome, Profile, WhoseAccount, compose, place};
use crate::config::forms;
use crate::domain::{Criticality, text};
use crate::nearest::nearest;

/// What is taken without asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Names of profiles, in the order of the environments; all of this machine's when there are none.
    pub profiles: Vec<String>,
    /// The region of each, whatever its profile says, as an option of the AWS CLI is.
    pub region: Option<String>,
    /// The disaster-recovery region of each.
    pub dr_region: Option<String>,
    /// What is asked in place of AWS's endpoints.
    pub endpoint: Option<String>,
    /// A file that is there is put aside for the new one.
    pub force: bool,
}

/// Writes the file by what the profiles say, and tells what it wrote.
///
/// # Errors
/// When the output is gone, or the file cannot be written.
pub fn take(
    output: &mut impl Write,
    path: &Path,
    profiles: &[Profile],
    wish: &Wish,
    verify: &mut WhoseAccount<'_>,
) -> io::Result<Outcome> {
    if path.exists() && !wish.force {
        writeln!(
            output,
            "{} is there already, and is not changed: --force puts it aside for a new one.",
            path.display()
        )?;
        return Ok(Outcome::Exists);
    }
    if profiles.is_empty() {
        return super::no_profiles(output);
    }
    let chosen = match chosen(profiles, wish) {
        Ok(chosen) => chosen,
        Err(problems) => {
            for problem in problems {
                writeln!(output, "{problem}")?;
            }
            writeln!(output, "Nothing is written.")?;
            return Ok(Outcome::Refused);
        }
    };
    let mut answers: Vec<Answer> = Vec::with_capacity(chosen.len());
    let mut warnings = Vec::new();
    for (profile, region) in chosen {
        let found = ProfileAccount::of(profile, verify);
        if found.is_strange() {
            warnings.push(format!("{}: {}", text::clean(&profile.name), found.said()));
        }
        let answer = Answer {
            profile: profile.name.clone(),
            name: name(profile, &answers),
            criticality: Criticality::guess(&profile.name),
            dr_region: wish.dr_region.clone().filter(|dr| *dr != region),
            region,
            account: found.account,
            unread: found.unread,
            endpoint: wish.endpoint.clone(),
            ..Answer::default()
        };
        if let Some(other) = answers.iter().find(|other| answer.account.is_some() && answer.is_beside(other)) {
            warnings.push(format!(
                "{} and {} are in one account and region, and each shows all of it: a name_prefix tells them apart",
                other.name, answer.name
            ));
        }
        answers.push(answer);
    }
    match place(path, &compose(&answers), wish.force) {
        Ok(aside) => {
            told(output, path, &answers)?;
            if let Some(aside) = aside {
                writeln!(output, "What was there is kept as {}.", aside.display())?;
            }
            for warning in warnings {
                writeln!(output, "{warning}")?;
            }
            Ok(Outcome::Written(answers.len()))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => super::appeared(output, path),
        Err(error) => Err(error),
    }
}

/// The profiles that are wanted, each with its region; or all that is wrong with the wish.
fn chosen<'p>(profiles: &'p [Profile], wish: &Wish) -> Result<Vec<(&'p Profile, String)>, Vec<String>> {
    let (mut chosen, mut problems) = (Vec::new(), Vec::new());
    for region in wish.region.iter().chain(&wish.dr_region).filter(|region| !forms::is_region(region)) {
        problems.push(format!("{} is no region: expected one such as us-east-1", text::clean(region)));
    }
    let names = profiles.iter().map(|profile| profile.name.as_str());
    let wanted: Vec<&str> = if wish.profiles.is_empty() {
        names.clone().collect()
    } else {
        wish.profiles.iter().map(String::as_str).collect()
    };
    for name in wanted {
        let shown = text::clean(name);
        let Some(profile) = profiles.iter().find(|profile| profile.name == name) else {
            let near = nearest(name, names.clone()).map(|near| format!(": did you mean {}?", text::clean(near)));
            problems.push(format!("there is no profile {shown} on this machine{}", near.unwrap_or_default()));
            continue;
        };
        if chosen.iter().any(|(other, _): &(&Profile, String)| other.name == name) {
            continue;
        }
        match wish.region.clone().or_else(|| profile.region.clone()) {
            Some(region) => chosen.push((profile, region)),
            None => problems.push(format!("profile {shown} names no region: give it one, or --region to all")),
        }
    }
    if problems.is_empty() { Ok(chosen) } else { Err(problems) }
}

/// A name for the environment of a profile that no other has.
fn name(profile: &Profile, before: &[Answer]) -> String {
    let short = short_name(&profile.name);
    if free_name(&short, before).is_ok() {
        return short;
    }
    let base: String = short.chars().take(36).collect();
    let base = if base.is_empty() { "environment".to_owned() } else { base };
    (2..before.len() + 3)
        .map(|number| format!("{base}-{number}"))
        .find(|name| free_name(name, before).is_ok())
        .unwrap_or_default()
}

/// Says what was written, a line for each environment.
fn told(output: &mut impl Write, path: &Path, answers: &[Answer]) -> io::Result<()> {
    let width = |of: fn(&Answer) -> &str| answers.iter().map(|answer| text::clean(of(answer)).chars().count()).max();
    let (names, profiles) = (width(|answer| &answer.name), width(|answer| &answer.profile));
    let (names, profiles) = (names.unwrap_or(0), profiles.unwrap_or(0));
    writeln!(output, "{} is written:", path.display())?;
    for answer in answers {
        let account = answer.account.as_deref().unwrap_or("any account");
        let region = [Some(answer.region.as_str()), answer.dr_region.as_deref()];
        writeln!(
            output,
            "  {:<names$}  {:<11}  profile {:<profiles$}  {account:<12}  {}",
            answer.name,
            answer.criticality.name(),
            text::clean(&answer.profile),
            region.into_iter().flatten().collect::<Vec<_>>().join(" and ")
        )?;
    }
    for answer in answers {
        if let Some(why) = &answer.unread {
            writeln!(output, "{}: {why}", answer.name)?;
        }
    }
    writeln!(output, "Next: qd config check, then qd.")
}
