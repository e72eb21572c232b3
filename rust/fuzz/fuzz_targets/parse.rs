//! Answers of applications: any bytes, any type.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| appconnect::fuzzing::parse(bytes));
