//! A journal, a NUL, its head.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| quarterdeck::fuzzing::journal(input));
