//! What a shell is told of the commands: completions, and the manual.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, command};

/// The completions of a shell.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    // Behind a command the options of all of them are completed too.
    clap_complete::generate(shell, &mut Cli::command(), "qd", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The man page of `qd`.
///
/// # Errors
/// When it cannot be made.
pub fn manual() -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes a page for each command into a folder, made where it is not there; how many there are.
///
/// # Errors
/// When the folder cannot be written to.
pub fn pages(folder: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command(), folder)?;
    let is_ours = |name: &str| name.starts_with("qd") && Path::new(name).extension().is_some_and(|end| end == "1");
    let found = std::fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(found.filter(|entry| entry.file_name().to_str().is_some_and(is_ours)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_completions_of_commands_and_options() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = completions(shell);
            for word in ["iam-policy", "dry-run", "snapshot", "--theme"] {
                assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
            }
            // What leaves by `runtime::say` stays what it is.
            assert!(script.chars().all(|c| c == '\n' || !c.is_control()), "{shell}");
        }
    }

    #[test]
    fn every_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("man1");
        let count = pages(&inner).unwrap();
        assert!(count > 15, "{count}");
        for page in ["qd.1", "qd-snapshot.1", "qd-config-check.1"] {
            let text = std::fs::read_to_string(inner.join(page)).unwrap();
            assert!(text.contains(".TH") && !text.is_empty(), "{page}");
        }
        assert!(manual().unwrap().contains("qd"));
    }
}
