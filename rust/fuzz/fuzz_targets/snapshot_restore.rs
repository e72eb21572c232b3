//! Saved state that may be damaged.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| appconnect::fuzzing::snapshot_restore(bytes));
