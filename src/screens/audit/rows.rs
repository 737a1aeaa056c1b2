//! Which rows are shown: those of what is looked at, that the filter lets through.

use super::places;
use super::scope::environment;
use crate::screens::State as App;
use crate::screens::filtering::{FilterProblem, readable};
use crate::trail::Row;
use crate::trail::words::moment;

/// Chooses the rows anew; the cursor stays on its own.
pub fn rebuild(app: &mut App) {
    // A word that cannot be read leaves the list as it is without it.
    let filter = readable(&app.audit.filter, |word| problem(word).is_none()).to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let environment = environment(app).map(str::to_owned);
    let Some(telling) = app.audit.telling.clone() else { return };
    let is_in_scope =
        |row: &Row| environment.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(&row.environment));
    let in_scope = || telling.rows.iter().enumerate().filter(|(_, row)| is_in_scope(row));
    let screen = &mut app.audit;
    screen.total = in_scope().count();
    screen.rows = in_scope().filter(|(_, row)| is_let_through(&words, row)).map(|(at, _)| at).collect();
    if screen.reverse {
        screen.rows.reverse();
    }
    let page = places::page(app);
    app.audit.keep_selection(page);
}

/// What a word can be looked for in alone.
const COLUMNS: [&str; 6] = ["env", "outcome", "who", "what", "reason", "when"];

/// What the filter may be made of.
pub const FORMS: &[(&str, &str)] = &[
    ("word", "anywhere in a record; several words must all be there"),
    ("col:text", "in env, outcome, who, what, reason or when: env:prod who:alice"),
];

/// What is wrong with a word of the filter. A time has a colon, too.
#[must_use]
pub fn problem(word: &str) -> Option<FilterProblem> {
    let (column, value) = word.split_once(':').filter(|(column, _)| column.chars().all(char::is_alphabetic))?;
    let Some(known) = COLUMNS.into_iter().find(|known| known.eq_ignore_ascii_case(column)) else {
        return Some(FilterProblem::NoColumn { typed: column.to_owned(), known: COLUMNS.to_vec() });
    };
    value.is_empty().then_some(FilterProblem::Unfinished { column: known, compared: false })
}

/// Whether all words are somewhere in a row.
fn is_let_through(words: &[&str], row: &Row) -> bool {
    if words.is_empty() {
        return true;
    }
    let who =
        format!("{} {} {}@{} {} {}", row.who, row.os_user, row.os_user, row.host, row.arn, row.sender).to_lowercase();
    let environment = row.environment.to_lowercase();
    let outcome = row.outcome.title().to_lowercase();
    let what = format!("{} {} {}", row.operation, row.target, row.region).to_lowercase();
    let reason = format!("{} {}", row.reason, row.why).to_lowercase();
    let when = format!("{} {}", moment(row.at), moment(row.last));
    let execution = row.execution.as_ref().map_or("", |id| id.as_str());
    let all = [who.as_str(), &environment, &outcome, &what, &reason, &when, execution];
    words.iter().all(|word| match word.split_once(':') {
        Some(("outcome", wanted)) => outcome.contains(wanted),
        Some(("env", wanted)) => environment.contains(wanted),
        Some(("who", wanted)) => who.contains(wanted),
        Some(("what", wanted)) => what.contains(wanted),
        Some(("reason", wanted)) => reason.contains(wanted),
        Some(("when", wanted)) => when.contains(wanted),
        _ => all.iter().any(|text| text.contains(word)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::audit::testing::app;
    use crate::world::Scope;

    fn words(app: &App) -> Vec<String> {
        let rows = (0..app.audit.rows.len()).filter_map(|place| app.audit.row(place));
        rows.map(|row| format!("{} {}", row.environment, row.outcome.word())).collect()
    }

    #[test]
    fn the_examples_of_the_help_can_be_read() {
        let examples: Vec<&str> = FORMS.iter().filter_map(|(_, says)| Some(says.rsplit_once(": ")?.1)).collect();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(example.split_whitespace().all(|word| problem(word).is_none()), "{example}");
        }
    }

    #[test]
    fn the_newest_is_first_and_only_what_is_looked_at_is_shown() {
        let mut app = app();
        assert_eq!(words(&app)[..3], ["qa disarmed", "qa refused", "qa armed"]);
        app.shell.scope = Scope::One(app.shell.world.estate.named("prod").unwrap());
        rebuild(&mut app);
        assert_eq!(words(&app), ["prod disarmed", "prod refused", "prod armed"]);
        assert_eq!(app.audit.total, 3);
        app.audit.reverse = true;
        rebuild(&mut app);
        assert_eq!(words(&app)[0], "prod armed");
    }

    #[test]
    fn the_filter_takes_words_of_all_that_is_told() {
        let mut app = app();
        for (filter, count) in [
            ("ONCALL", 6),
            ("refused env:prod", 1),
            ("env:qa armed", 2),
            ("outcome:refused", 2),
            ("inc-3", 1),
            ("stop rentaliq frozen", 2),
            ("who:reader env:prod", 3),
            ("nothing of it", 0),
        ] {
            app.audit.filter = filter.into();
            rebuild(&mut app);
            assert_eq!((app.audit.rows.len(), app.audit.total), (count, 6), "{filter}");
        }
    }
}
