//! AWS's answers: a byte for the call, one for the status, the body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quarterdeck::fuzzing::Wire;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// One session for all inputs; opening it costs more than an answer.
    static WIRE: (Runtime, Wire) = {
        // Its clock stands and jumps, so that the SDK's pauses between attempts take no time.
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
        let wire = runtime.block_on(Wire::open());
        (runtime, wire)
    };
}

fuzz_target!(|input: &[u8]| WIRE.with(|(runtime, wire)| runtime.block_on(wire.hear(input))));
