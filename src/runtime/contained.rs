//! A panic in one task ends that task and nothing else, and whoever waits for it hears of it.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::domain::{Fault, FaultKind};

/// Name of the threads that tasks run on: a panic on one of them is a task's. One elsewhere is the
/// console's own.
pub const WORKER: &str = "worker";

/// Does a task's work; when it panics, what it said.
///
/// # Errors
/// The panic's message. Where it was is in the log, see [`super::terminal::install_panic_hook`].
pub async fn contained<T>(work: impl Future<Output = T>) -> Result<T, String> {
    // Nothing of the work is looked at after it: it is gone with its panic.
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| said(&*panic))
}

/// A defect of our own, as the fault of the call that it was found at.
pub fn defect(call: &str, said: &str) -> Fault {
    Fault {
        kind: FaultKind::Other { code: String::new() },
        call: call.to_owned(),
        message: crate::aws::error::one_line(&format!("a defect of qd's own, the log says where: {said}")),
        request_id: None,
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unused_async, reason = "what is contained is a future")]
    async fn headers(bad: u8) -> u8 {
        assert!(bad != 1, "a bad header");
        assert!(bad == 0, "{bad} bad headers");
        7
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        assert_eq!(contained(headers(0)).await, Ok(7));
        assert_eq!(contained(headers(1)).await, Err("a bad header".to_owned()));
        assert_eq!(contained(headers(3)).await, Err("3 bad headers".to_owned()));
        let fault = defect("rds:DescribeDBInstances", "a bad\nheader\u{1b}");
        assert_eq!(fault.message, "a defect of qd's own, the log says where: a bad header?");
    }
}
