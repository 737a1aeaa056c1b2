//! Whether the last refusal still stands: what does not hold any more is not said any more.

use std::mem::discriminant;
use std::time::Duration;

use super::approve::in_the_way;
use super::refused::{LastRefusal, RefusedBy};
use super::state::State as Open;
use crate::screens::State;
use crate::shell::Shell;
use crate::slices::{Plan, Refusal};
use crate::ui::format;

/// Takes the words away when what they say is over: it was armed, an operation has ended, the time has passed. Called
/// after every message.
pub fn forget_refusal(state: &mut State) {
    let Some(open) = state.views.plan() else { return };
    let Some((refusal, plan)) = open.refused.as_ref().zip(open.plan.as_deref()) else { return };
    if !stands(&state.shell, refusal, open, plan)
        && let Some(open) = state.views.plan_mut()
    {
        open.refused = None;
    }
}

/// Whether it would be refused for this again.
fn stands(shell: &Shell, refused: &LastRefusal, open: &Open, plan: &Plan) -> bool {
    let changes = &shell.world.changes;
    match &refused.by {
        RefusedBy::Blocked => changes.blocked.is_some(),
        RefusedBy::Journal => changes.journal.is_some(),
        // What is typed next takes these away.
        RefusedBy::Parameter
        | RefusedBy::Guard(
            Refusal::Gesture { .. }
            | Refusal::WrongName { .. }
            | Refusal::WrongFingerprint { .. }
            | Refusal::NoReason
            | Refusal::Tampered,
        ) => true,
        RefusedBy::Guard(Refusal::TooSoon { left }) => format::since(shell.world.now, refused.at) < rounded(*left),
        RefusedBy::Guard(refusal) => {
            in_the_way(shell, open, plan).iter().any(|now| discriminant(now) == discriminant(refusal))
        }
    }
}

/// The words round up to whole seconds.
fn rounded(left: Duration) -> Duration {
    Duration::from_secs(left.as_secs_f64().ceil() as u64)
}
