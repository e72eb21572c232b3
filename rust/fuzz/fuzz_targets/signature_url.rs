//! URLs, references and signatures.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| appconnect::fuzzing::signature_url(bytes));
