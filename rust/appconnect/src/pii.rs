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
        write!(f, "<{} characters>", self.0.chars().count())
    }
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
    }
}
