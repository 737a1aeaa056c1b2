//! `qd init`: from the AWS profiles of this machine to a configuration, by asking.

mod ask;
mod compose;
mod profiles;

use std::io::{self, BufRead, Write};
use std::path::Path;

pub use compose::compose;
pub use profiles::{Profile, found_here, profiles};

use crate::domain::Criticality;
use ask::{Dialogue, choose, describe};

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
}

/// Asks and writes the file. `verify` tells which account a profile's credentials belong to, by
/// asking STS; `None` when they do not work now. `endpoint` was asked in place of AWS's own, and is
/// written into every environment.
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
    verify: &mut dyn FnMut(&Profile) -> Option<String>,
) -> io::Result<Outcome> {
    if path.exists() {
        writeln!(output, "{} is there already. It is not changed: edit it, or move it away first.", path.display())?;
        return Ok(Outcome::Exists);
    }
    if profiles.is_empty() {
        writeln!(output, "There is no AWS profile on this machine: `aws configure sso` makes one.")?;
        return Ok(Outcome::NoProfiles);
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
    match write(path, &compose(&answers)) {
        Ok(()) => {
            let count = answers.len();
            let noun = if count == 1 { "environment" } else { "environments" };
            writeln!(
                dialogue.output,
                "\n{} is written, with {count} {noun}. Next: qd config check, then qd.",
                path.display()
            )?;
            Ok(Outcome::Written(count))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(dialogue.output, "\n{} has appeared meanwhile. It is not changed.", path.display())?;
            Ok(Outcome::Exists)
        }
        Err(error) => Err(error),
    }
}

fn given_up(output: &mut impl Write) -> io::Result<Outcome> {
    writeln!(output, "\nNothing is written.")?;
    Ok(Outcome::GivenUp)
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
