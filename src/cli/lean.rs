//! The help of each command, without what is the same for all of them.

use clap::{Arg, Command, CommandFactory};

use super::Cli;

/// Where the options of all commands are told.
const ELSEWHERE: &str = "Global options: qd --help";

/// The command line as it is parsed: options of all commands stand in the help of `qd` only, and are taken everywhere.
#[must_use]
pub fn command() -> Command {
    let whole = Cli::command();
    let global: Vec<Arg> =
        whole.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| arg.clone().hide(true)).collect();
    whole.mut_subcommands(|command| lean(command, &global))
}

/// A command that knows the options of all commands and does not show them.
fn lean(command: Command, global: &[Arg]) -> Command {
    let told = command.get_after_help().map(|told| format!("{told}\n\n{ELSEWHERE}"));
    let command = command.after_help(told.unwrap_or_else(|| ELSEWHERE.to_owned())).args(global);
    command.mut_subcommands(|command| lean(command, global))
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    /// Lines that a help may have: it is read without scrolling. That of `qd` has the options of all commands.
    const HEIGHT: usize = 40;
    const HEIGHT_OF_ALL: usize = 48;

    /// Every command with the words that call it.
    fn all(words: &str, command: &Command, found: &mut Vec<(String, Command)>) {
        found.push((words.to_owned(), command.clone()));
        for inner in command.get_subcommands() {
            all(&format!("{words} {}", inner.get_name()), inner, found);
        }
    }

    fn helps() -> Vec<(String, String)> {
        let mut found = Vec::new();
        all("qd", &command(), &mut found);
        let help = |(words, _): &(String, Command)| {
            let asked = words.split(' ').chain(["--help"]);
            let told = command().term_width(100).try_get_matches_from(asked).expect_err("help is told as an error");
            (words.clone(), told.to_string())
        };
        found.iter().map(help).collect()
    }

    #[test]
    fn every_help_fits_a_screen_and_the_global_options_stand_in_one() {
        let helps = helps();
        assert!(helps.len() > 15, "{}", helps.len());
        for (words, help) in helps {
            let (height, most) = (help.lines().count(), if words == "qd" { HEIGHT_OF_ALL } else { HEIGHT });
            assert!(height <= most, "{words}: {height} lines\n{help}");
            assert!(help.contains(&format!("Usage: {words}")), "{words}\n{help}");
            let is_first = words == "qd";
            for option in ["--profile <NAME>", "--keymap <KEYMAP>", "--seed <SEED>"] {
                assert_eq!(help.contains(option), is_first, "{words}: {option}\n{help}");
            }
            assert_eq!(help.contains(ELSEWHERE), !is_first, "{words}\n{help}");
        }
    }

    #[test]
    fn the_options_of_all_commands_are_taken_before_and_behind_a_command() {
        for words in [&["--profile", "ops", "config", "path"][..], &["config", "path", "--profile", "ops"]] {
            let matches = command().try_get_matches_from(["qd"].iter().chain(words)).unwrap();
            let cli = Cli::from_arg_matches(&matches).unwrap();
            assert_eq!(cli.source.profile.as_deref(), Some("ops"), "{words:?}");
            assert_eq!(cli.source.world.seed, 1);
        }
    }

    #[test]
    fn it_is_called_qd_whatever_its_file_is_called() {
        let told = command().try_get_matches_from(["/opt/quarterdeck-0.1", "config", "--help"]).expect_err("help");
        assert!(told.to_string().contains("Usage: qd config"), "{told}");
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
