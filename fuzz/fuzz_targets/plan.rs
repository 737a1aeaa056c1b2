//! A plan as `qd plan --json` writes it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| quarterdeck::fuzzing::plan(input));
