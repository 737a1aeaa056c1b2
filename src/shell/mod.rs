//! What every view stands on: what is known, how it is drawn, what is said at the foot, what leaves the console.
//! Below the screens: it knows none of them.

pub mod armed;
mod arming;
pub mod effect;
pub mod toast;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::domain::EnvironmentId;
use crate::keymap::Keymap;
use crate::slices::Body;
use crate::theme::{ColorDepth, Theme};
use crate::world::{Scope, World};

pub use arming::ArmingEnd;
pub use effect::Effect;
pub use toast::{Toast, Tone, Topic};

/// How long the cursor rests on something before more of it is read: a key that is held down passes thirty a second.
pub const REST: SignedDuration = SignedDuration::from_millis(300);

/// What every view stands on.
#[derive(Debug, Clone)]
pub struct Shell {
    /// What is known.
    pub world: World,
    /// For the second clock in the header.
    pub zone: TimeZone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub scope: Scope,
    pub toast: Option<Toast>,
    pub keymap: Keymap,
    /// The key that is being heard came in a burst.
    pub rushed: bool,
    pub theme: Theme,
    pub depth: ColorDepth,
    /// Everything is drawn in ASCII, for terminals and fonts that have no more.
    pub ascii: bool,
    /// Id of the last reading of the world for a plan.
    readings: u64,
}

impl Shell {
    /// A shell around what is known.
    #[must_use]
    pub fn new(world: World, keymap: Keymap, theme: Theme, depth: ColorDepth) -> Self {
        Self {
            zone: TimeZone::UTC,
            size: (80, 24),
            scope: Scope::usual(&world.estate),
            world,
            toast: None,
            keymap,
            rushed: false,
            theme,
            depth,
            ascii: false,
            readings: 0,
        }
    }

    /// Says something at the foot of the screen.
    pub fn say(&mut self, text: impl Into<String>, tone: Tone) {
        self.say_of(Topic::News, text, tone);
    }

    /// The same about something that may be over before it has been read.
    pub fn say_of(&mut self, topic: Topic, text: impl Into<String>, tone: Tone) {
        self.toast = Some(Toast::new(text, tone, topic, self.world.now));
    }

    /// What was said about this is over.
    pub fn unsay(&mut self, topic: Topic) {
        if self.toast.as_ref().is_some_and(|toast| toast.topic == topic) {
            self.toast = None;
        }
    }

    /// The id of the next reading of the world for a plan.
    pub fn next_reading(&mut self) -> u64 {
        self.readings += 1;
        self.readings
    }

    /// Writes into the journal what belongs to no execution.
    pub fn record(&self, environment: EnvironmentId, body: Body, effects: &mut Vec<Effect>) {
        let Some(known) = self.world.estate.environment(environment) else { return };
        let arn = self.world.identity(environment).map(|identity| identity.arn.clone()).unwrap_or_default();
        effects.push(Effect::Record { environment: known.name.clone(), arn, body: Box::new(body) });
    }
}
