//! What is wrong with the console's own files.

use std::ops::Deref;

/// What is wrong with the console's own files, a line each: read as the list of all of them. Each source is told
/// anew as a whole, and takes nothing of the others away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// Of the configuration: environments may be missing because of it.
    configuration: Vec<String>,
    /// Of the user's own theme and keymap.
    appearance: Vec<String>,
    /// Of the journal.
    journal: Vec<String>,
    all: Vec<String>,
}

impl Problems {
    /// All that is wrong with the configuration.
    pub fn of_configuration(&mut self, problems: Vec<String>) {
        self.configuration = problems;
        self.join();
    }

    /// All that is wrong with theme and keymap.
    pub fn of_appearance(&mut self, problems: Vec<String>) {
        self.appearance = problems;
        self.join();
    }

    /// Something is wrong with the journal; that does not go away while the console runs.
    pub fn of_journal(&mut self, problem: String) {
        self.journal.push(problem);
        self.join();
    }

    fn join(&mut self) {
        self.all = [self.configuration.as_slice(), &self.appearance, &self.journal].concat();
    }
}

impl Deref for Problems {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.all
    }
}
