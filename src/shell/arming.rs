//! Ends arming. Beginning it takes an answer to a question, which is a view.

use std::fmt;

use super::{Effect, Shell, Tone};
use crate::ops::arming::Disarmed;
use crate::slices::Body;
use crate::world::Scope;

/// Why arming ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmingEnd {
    ByHand,
    /// The console is left.
    Closed,
    /// The configuration was read again, with other rules.
    OtherRules,
    /// Nothing may be changed any more, for this reason.
    Blocked(String),
    /// It does not hold any more.
    Over(Disarmed),
}

impl fmt::Display for ArmingEnd {
    /// As the journal has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByHand => f.write_str("disarmed by hand"),
            Self::Closed => f.write_str("console closed"),
            Self::OtherRules => f.write_str("disarmed: the rules changed"),
            Self::Blocked(why) => f.write_str(why),
            Self::Over(why) => why.fmt(f),
        }
    }
}

impl ArmingEnd {
    /// As it is said at the foot, of the environment that was armed.
    #[must_use]
    pub fn of(&self, environment: &str) -> String {
        match self {
            // It names the environment itself.
            Self::Over(Disarmed::Elsewhere { .. }) => self.to_string(),
            Self::Blocked(why) => format!("{environment} disarmed: {why}"),
            _ => format!("{environment} {self}"),
        }
    }
}

impl Shell {
    /// Ends arming, with the reason in the journal.
    pub fn disarm(&mut self, why: &ArmingEnd, effects: &mut Vec<Effect>) {
        let Some(arming) = self.world.changes.arming.take() else { return };
        self.say(why.of(&arming.environment), Tone::Plain);
        if let Some(environment) = self.world.estate.named(&arming.environment) {
            self.record(environment, Body::Disarmed { why: why.to_string() }, effects);
        }
    }

    /// Ends arming and forbids changes for a reason that stays until it is taken away.
    pub fn block(&mut self, why: &str, effects: &mut Vec<Effect>) {
        self.disarm(&ArmingEnd::Blocked(why.to_owned()), effects);
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
            self.disarm(&ArmingEnd::Over(disarmed), effects);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_named_once() {
        let elsewhere = Disarmed::Elsewhere { armed: "prod".into(), in_view: "qa".into() };
        assert_eq!(ArmingEnd::Over(elsewhere).of("prod"), "prod disarmed: qa is in view now");
        assert_eq!(ArmingEnd::Over(Disarmed::TimeIsOver).of("prod"), "prod disarmed: the time is over");
        assert_eq!(ArmingEnd::ByHand.of("prod"), "prod disarmed by hand");
        // One whose name begins the reason by chance.
        assert_eq!(ArmingEnd::Blocked("the file is gone".into()).of("the"), "the disarmed: the file is gone");
    }
}
