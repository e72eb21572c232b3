//! Forms and queries.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| appconnect::fuzzing::form_roundtrip(bytes));
