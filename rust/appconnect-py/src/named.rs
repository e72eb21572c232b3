//! Readers for the arguments whose default stands in the signature, where stubs show it.
//!
//! `PyO3` reads such an argument before the constructor runs, with a function that is not told its name; so each name
//! has a function here, and an error starts with it as those of [`crate::field::Given`] do.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::field::{Field, with_name};

/// A type whose value a signature can show: a flag, a number or a text.
pub(crate) trait Plain<'a>: Sized {
    /// The value of a Python object.
    fn read(object: &'a Bound<'_, PyAny>) -> PyResult<Self>;
}

impl Plain<'_> for bool {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::set(object.as_borrowed())
    }
}

impl Plain<'_> for u32 {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::set(object.as_borrowed())
    }
}

impl<'a> Plain<'a> for &'a str {
    fn read(object: &'a Bound<'_, PyAny>) -> PyResult<Self> {
        object.cast::<PyString>()?.to_str()
    }
}

macro_rules! named {
    ($($name:ident)*) => {$(
        pub(crate) fn $name<'a, T: Plain<'a>>(object: &'a Bound<'_, PyAny>) -> PyResult<T> {
            T::read(object).map_err(|error| with_name(object.py(), stringify!($name), &error))
        }
    )*};
}

named! {
    allow_private announce_method asynchronous_detection detail dual end friendly_name hold_method hops is_final kick message
    method provider public_application_connect_enabled reason silence_timeout speech_end_threshold speech_threshold
    status_callback_method timeout track trim voice_caller_id_lookup voice_fallback_method voice_method
}
