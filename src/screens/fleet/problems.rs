//! What is wrong with the configuration: one line on the fleet, all of it in the list of errors.

/// How an error is told from a warning in a line such as `config.toml:7: error: prod: …`.
const ERROR: &str = ": error: ";

/// Whether it is an error: something that is written cannot be used.
#[must_use]
pub fn is_error(problem: &str) -> bool {
    problem.contains(ERROR)
}

/// Errors before warnings, otherwise as they were found.
#[must_use]
pub fn sorted(problems: &[String]) -> Vec<&str> {
    let mut all: Vec<&str> = problems.iter().map(String::as_str).collect();
    all.sort_by_key(|problem| !is_error(problem));
    all
}

/// Lines that the list of errors has for them: one alone is said in full above the list.
#[must_use]
pub fn listed(problems: &[String]) -> usize {
    if problems.len() > 1 { problems.len() } else { 0 }
}

/// All of them in one line; `None` when there are none.
#[must_use]
pub fn headline(problems: &[String]) -> Option<String> {
    let all = sorted(problems);
    let first = *all.first()?;
    if all.len() == 1 {
        return Some(first.to_owned());
    }
    let errors = all.iter().filter(|problem| is_error(problem)).count();
    let errors = match errors {
        0 => String::new(),
        1 => ": 1 error".to_owned(),
        many => format!(": {many} errors"),
    };
    let Some((path, rest)) = file(first) else {
        return Some(format!("{} problems{errors}; first: {first}", all.len()));
    };
    // With others of another file, the file belongs to the first.
    let name = path.rsplit('/').next().unwrap_or(path);
    if all.iter().all(|problem| file(problem).is_some_and(|(other, _)| other == path)) {
        Some(format!("{} problems in {name}{errors}; first: {rest}", all.len()))
    } else {
        Some(format!("{} problems{errors}; first: {name}: {rest}", all.len()))
    }
}

/// The file, and `line 7: prod: …`.
fn file(problem: &str) -> Option<(&str, String)> {
    let (place, message) = problem.split_once(ERROR).or_else(|| problem.split_once(": warning: "))?;
    Some(match place.rsplit_once(':') {
        Some((path, line)) if !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
            (path, format!("line {line}: {message}"))
        }
        _ => (place, message.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(problems: &[&str]) -> Vec<String> {
        problems.iter().map(|problem| (*problem).to_owned()).collect()
    }

    #[test]
    fn many_problems_are_one_line_and_errors_come_first() {
        let many = lines(&[
            "/etc/qd/conf.toml:3: warning: lag_warn is not known here",
            "/etc/qd/conf.toml:7: error: prod: account: expected twelve digits",
            "/etc/qd/conf.toml:9: warning: no region",
        ]);
        assert_eq!(
            headline(&many).as_deref(),
            Some("3 problems in conf.toml: 1 error; first: line 7: prod: account: expected twelve digits")
        );
        assert_eq!(sorted(&many).first().copied(), Some(many[1].as_str()));
        assert_eq!(headline(&many[2..]).as_deref(), Some(many[2].as_str()), "one stands for itself");
        assert_eq!(headline(&[]), None);
        assert_eq!((listed(&many), listed(&many[..1])), (3, 0));
    }

    #[test]
    fn problems_of_several_files_name_the_first() {
        let two = lines(&["a/conf.toml: warning: empty", "keymaps/mine.toml:2: warning: no such key"]);
        assert_eq!(headline(&two).as_deref(), Some("2 problems; first: conf.toml: empty"));
        let strange = lines(&["it is broken", "so is this"]);
        assert_eq!(headline(&strange).as_deref(), Some("2 problems; first: it is broken"));
    }
}
