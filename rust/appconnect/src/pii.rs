//! Personal data and secrets that must not leak through `Debug`, logs or `repr`.

use std::fmt;

use minicbor::{Decode, Encode};

/// A phone number, digits, speech or the like: `Debug` shows only its length.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Pii(#[n(0)] pub String);

impl Pii {
    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Pii {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Pii {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Pii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_length(&self.0, f)
    }
}

/// What a caller keyed in for a payment: never shown, not even by length. Unlike a `Secret` it goes into snapshots,
/// until the payment has been handed over.
#[derive(Clone, Default, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Concealed(#[n(0)] String);

impl Concealed {
    /// The text itself, for the payment gateway.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Adds a key.
    pub fn push(&mut self, key: char) {
        self.0.push(key);
    }

    /// Each character but the last `clear` ones replaced by `with`.
    #[must_use]
    pub fn masked(&self, with: char, clear: usize) -> String {
        let hidden = self.0.chars().count().saturating_sub(clear);
        self.0.chars().enumerate().map(|(place, key)| if place < hidden { with } else { key }).collect()
    }
}

impl From<&str> for Concealed {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Concealed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<concealed>")
    }
}

/// Writes all that may be shown of personal data.
pub(crate) fn show_length(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "<{} characters>", text.chars().count())
}

/// A token or password: never shown, not even by length.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for signing.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_numbers_nor_secrets() {
        assert_eq!(format!("{:?}", Pii::from("+15550100")), "<9 characters>");
        assert_eq!(format!("{:?}", Secret::new("token")), "<secret>");
        assert_eq!(format!("{:?}", Concealed::from("4111111111111111")), "<concealed>");
    }

    #[test]
    fn a_mask_leaves_the_last_characters_and_never_more_than_it_says() {
        for (text, clear, masked) in
            [("4111111111111111", 4, "xxxxxxxxxxxx1111"), ("123", 0, "xxx"), ("12", 4, "12"), ("", 4, "")]
        {
            assert_eq!(Concealed::from(text).masked('x', clear), masked);
            // A mask that is masked again stays the same.
            assert_eq!(Concealed::from(masked).masked('x', clear), masked);
        }
    }
}
