//! The call engine of appconnect: executes TwiML and connects voice applications of different accounts.
//!
//! A call is data. The engine owns no socket, clock, thread, random source or callback; everything that waits is a
//! value that can be saved, moved to another worker, replayed and fast-forwarded.
//!
//! **The contract: give the engine one input and the time; it hands back every effect that follows; perform them in
//! order; answer each one that carries a reply id, at least once, in any order, from any process; time never goes
//! backwards; nothing else happens.** A stale or repeated reply changes nothing.
//!
//! ```text
//! Input (+ now)                                   Effect
//!   IncomingCall, HttpResponse, Digits,  ┌──────┐   Fetch, Notify, Say, Play, Collect,
//!   Speech, MediaDone, HungUp,         ─►│Engine│─► Ringback, HangUp, Consult, Settle, Report, ...
//!   Modify, Verdict, Tick                └──────┘
//!                         next_timeout()  snapshot()/restore()
//! ```
//!
//! `<Dial><Application>` is a function call: it puts a call of the receiving account on top of the leg's stack.
//! `<Parameter>`s are the arguments, `<Hangup>` and `<Reject>` return, and the `action` of the dialling account is
//! where the call comes back to.

#![forbid(unsafe_code)]

pub mod address;
mod call;
mod conference;
pub mod config;
pub mod effect;
pub mod engine;
pub mod event;
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod id;
pub mod input;
mod leg;
pub mod money;
pub mod party;
pub mod pii;
pub mod policy;
pub mod problem;
mod queue;
pub mod registry;
mod rooms;
pub mod settlement;
pub mod snapshot;
pub mod time;
pub mod twiml;

pub use call::{CallStatus, Direction};
pub use config::Config;
pub use effect::Effect;
pub use engine::Engine;
pub use event::Event;
pub use input::{Input, InputError};
