//! The call engine.

#![forbid(unsafe_code)]

pub mod address;
pub mod id;
pub mod money;
pub mod pii;
pub mod time;
