//! A theme file.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| quarterdeck::fuzzing::theme(input));
