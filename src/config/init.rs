//! `qd init`: from the AWS profiles of this machine to a configuration, by asking, or by what they say themselves.

mod account;
mod ask;
mod compose;
mod profiles;
mod unasked;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

pub use compose::compose;
pub use profiles::{Profile, found_here, profiles};
pub use unasked::{Wish, take};

use crate::domain::Criticality;
use ask::{Dialogue, choose, describe};

/// Tells which account a profile's credentials belong to, by asking STS; or why nobody answers, and what helps.
pub type WhoseAccount<'a> = dyn FnMut(&Profile) -> Result<String, String> + 'a;

/// What was answered for one environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    pub profile: String,
    pub name: String,
    pub criticality: Criticality,
    pub region: String,
    pub dr_region: Option<String>,
    pub account: Option<String>,
    pub name_prefix: String,
    /// What is asked in place of AWS's endpoints.
    pub endpoint: Option<String>,
    /// Why nobody answered with its profile, and what helps.
    pub unread: Option<String>,
}

impl Answer {
    /// Whether another one lies in the same account and region.
    fn is_beside(&self, other: &Self) -> bool {
        let regions = |answer: &Self| [Some(answer.region.clone()), answer.dr_region.clone()];
        let shared = regions(self).into_iter().flatten().any(|region| regions(other).contains(&Some(region)));
        self.account == other.account && shared
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A file was written, with so many environments.
    Written(usize),
    /// There is a file already; it was not touched.
    Exists,
    /// This machine has no profiles.
    NoProfiles,
    /// The input ended, or no profile was chosen; nothing was written.
    GivenUp,
    /// What was asked for cannot be; nothing was written.
    Refused,
}

impl Outcome {
    /// Whether there is a new file now.
    #[must_use]
    pub fn is_written(self) -> bool {
        matches!(self, Self::Written(_))
    }
}

/// Asks and writes the file. `endpoint` was asked in place of AWS's own, and is written into every environment.
///
/// # Errors
/// When the input or output is gone, or the file cannot be written. A file that appeared meanwhile
/// is [`Outcome::Exists`].
pub fn run(
    input: &mut impl BufRead,
    output: &mut impl Write,
    path: &Path,
    profiles: &[Profile],
    endpoint: Option<&str>,
    verify: &mut WhoseAccount<'_>,
) -> io::Result<Outcome> {
    if path.exists() {
        writeln!(output, "{} is there already. It is not changed: edit it, or move it away first.", path.display())?;
        return Ok(Outcome::Exists);
    }
    if profiles.is_empty() {
        return no_profiles(output);
    }
    let mut dialogue = Dialogue { input, output };
    let Some(chosen) = choose(&mut dialogue, profiles)? else { return given_up(dialogue.output) };
    let mut answers: Vec<Answer> = Vec::with_capacity(chosen.len());
    for profile in chosen {
        let Some(mut answer) = describe(&mut dialogue, profile, &answers, verify)? else {
            return given_up(dialogue.output);
        };
        answer.endpoint = endpoint.map(str::to_owned);
        answers.push(answer);
    }
    match place(path, &compose(&answers), false) {
        Ok(_) => {
            let count = answers.len();
            let noun = if count == 1 { "environment" } else { "environments" };
            writeln!(
                dialogue.output,
                "\n{} is written, with {count} {noun}. Next: qd config check, then qd.",
                path.display()
            )?;
            Ok(Outcome::Written(count))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => appeared(dialogue.output, path),
        Err(error) => Err(error),
    }
}

fn no_profiles(output: &mut impl Write) -> io::Result<Outcome> {
    writeln!(output, "There is no AWS profile on this machine: `aws configure sso` makes one.")?;
    Ok(Outcome::NoProfiles)
}

fn appeared(output: &mut impl Write, path: &Path) -> io::Result<Outcome> {
    writeln!(output, "\n{} has appeared meanwhile. It is not changed.", path.display())?;
    Ok(Outcome::Exists)
}

fn given_up(output: &mut impl Write) -> io::Result<Outcome> {
    writeln!(
        output,
        "\nNothing is written: the questions were not answered. qd init --yes --profile NAME,NAME asks none."
    )?;
    Ok(Outcome::GivenUp)
}

/// Puts a new file where there is none; with `force` what is there is put aside first, and where to.
fn place(path: &Path, text: &str, force: bool) -> io::Result<Option<PathBuf>> {
    if !force || !path.exists() {
        return write(path, text).map(|()| None);
    }
    let kept = |number: usize| {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 1 { ".old".to_owned() } else { format!(".old{number}") });
        PathBuf::from(name)
    };
    let aside = (1..=1000).map(kept).find(|aside| !aside.exists());
    let aside = aside.ok_or_else(|| io::Error::other("there are too many that were put aside"))?;
    std::fs::rename(path, &aside)?;
    match write(path, text) {
        Ok(()) => Ok(Some(aside)),
        Err(error) => {
            // Nobody is left without the file that was there.
            std::fs::rename(&aside, path)?;
            Err(error)
        }
    }
}

/// Writes a new file that only its owner can read: account ids and role names are nobody else's
/// business. Never over an existing one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
