//! Ends arming. Beginning it takes an answer to a question, which is a view.

use super::{Effect, Shell, Tone};
use crate::slices::Body;
use crate::world::Scope;

impl Shell {
    /// Ends arming, with the reason in the journal.
    pub fn disarm(&mut self, why: &str, effects: &mut Vec<Effect>) {
        let Some(arming) = self.world.changes.arming.take() else { return };
        let text =
            if why.starts_with(&arming.environment) { why.to_owned() } else { format!("{} {why}", arming.environment) };
        self.say(text, Tone::Plain);
        if let Some(environment) = self.world.estate.named(&arming.environment) {
            self.record(environment, Body::Disarmed { why: why.to_owned() }, effects);
        }
    }

    /// Ends arming and forbids changes for a reason that stays until it is taken away.
    pub fn block(&mut self, why: &str, effects: &mut Vec<Effect>) {
        self.disarm(why, effects);
        self.world.changes.blocked = Some(why.to_owned());
    }

    /// Disarms when the time is over, another environment is looked at, or we are somebody else. Called
    /// after every message.
    pub fn watch(&mut self, effects: &mut Vec<Effect>) {
        let Some(arming) = &self.world.changes.arming else { return };
        let armed = self.world.estate.named(&arming.environment);
        // All of them in view is no other one.
        let in_view = match self.scope {
            Scope::One(id) => self.world.estate.environment(id).map(|e| e.name.clone()),
            Scope::All => None,
        };
        let in_view = in_view.unwrap_or_else(|| arming.environment.clone());
        let identity = armed.and_then(|id| self.world.identity(id));
        if let Err(disarmed) = arming.still_valid(self.world.now, &in_view, identity) {
            self.disarm(&disarmed.to_string(), effects);
        }
    }
}
