//! The exceptions of `appconnect.errors`, imported once. They are written in Python, where their documentation is read.

use std::fmt;

use appconnect::input::InputError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

macro_rules! exceptions {
    ($($(#[$doc:meta])* $function:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $function(py: Python<'_>, message: impl fmt::Display) -> PyErr {
            static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            match CLASS.import(py, "appconnect.errors", $name) {
                Ok(class) => PyErr::from_type(class.clone(), message.to_string()),
                Err(error) => error,
            }
        }
    )*};
}

exceptions! {
    /// A defect of ours, stopped where it happened.
    internal_error = "InternalError";
    /// A registry that contradicts itself.
    registry_error = "RegistryError";
    /// A snapshot that cannot be read.
    snapshot_error = "SnapshotError";
    /// A document that cannot be run at all.
    twiml_error = "TwimlError";
}

/// An input that the engine refused; nothing was changed.
pub(crate) fn input_error(py: Python<'_>, error: &InputError) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let kind = match error {
        InputError::BadDigits => "bad-digits",
        InputError::BadTwiml(_) => "bad-twiml",
        InputError::CannotChange(_) => "cannot-change",
        InputError::CannotPlace(_) => "cannot-place",
        InputError::CannotRedirect => "cannot-redirect",
        InputError::DuplicateLeg => "duplicate-leg",
        InputError::NotInConference => "not-in-conference",
        InputError::NotInProgress => "not-in-progress",
        InputError::NotLive => "not-live",
        InputError::NotQueued => "not-queued",
        InputError::TimeWentBack => "time-went-back",
        InputError::UnknownCall => "unknown-call",
        InputError::UnknownConference => "unknown-conference",
        InputError::UnknownQueue => "unknown-queue",
    };
    match CLASS.import(py, "appconnect.errors", "InputError") {
        Ok(class) => PyErr::from_type(class.clone(), (error.to_string(), kind)),
        Err(error) => error,
    }
}
