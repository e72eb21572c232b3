//! From the bytes that an application answers with to a checked document.
//!
//! `answer` looks at the Content-Type, `encoding` makes text of bytes, `reader` demands well-formed XML,
//! `validate` applies the table in [`schema`], and [`Document`] is what is left. A problem is never an
//! exception: what can be skipped is skipped and kept as a [`Problem`](crate::problem::Problem).

mod answer;
mod characters;
mod document;
mod encoding;
mod reader;
mod rules;
pub mod schema;
mod speech;
#[cfg(test)]
mod tests;
mod validate;

pub use answer::{MAX_INLINE_CHARACTERS, answer, inline};
pub use document::{AmbiguousOrMissing, Document, MAX_BYTES, Node};
pub use encoding::{charset, decode};
pub use schema::{Attribute, Element};
pub use speech::Speech;
