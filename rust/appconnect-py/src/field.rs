//! How one value of the core looks from Python: what it reads as, what is accepted for it, and how `repr` shows it.
//!
//! One implementation for each type, so that a class in [`crate::value`] is only a list of fields.

use std::borrow::Cow;
use std::fmt;

use appconnect::address::Address;
use appconnect::http::Url;
use appconnect::id::{
    AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, MessageSid, QueueSid, RecordingSid, RelaySid,
    ReplyId, SiprecSid, StreamSid, TranscriptionSid,
};
use appconnect::money::MicroDollars;
use appconnect::pii::{Concealed, Pii, Secret};
use appconnect::snapshot::Subject;
use appconnect::time::Millis;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PySequence, PyString};
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

/// `list[T]`.
macro_rules! list_of {
    ($item:expr) => {
        pyo3::type_hint_subscript!(pyo3::type_hint_identifier!("builtins", "list"), $item)
    };
}
/// `collections.abc.Sequence[T]`.
macro_rules! sequence_of {
    ($item:expr) => {
        pyo3::type_hint_subscript!(pyo3::type_hint_identifier!("collections.abc", "Sequence"), $item)
    };
}
pub(crate) use {list_of, sequence_of};

/// A value of the core as a field of a Python class.
pub(crate) trait Field: Sized {
    /// What it reads as.
    const HINT: PyStaticExpr;
    /// What a constructor accepts for it.
    const ACCEPTS: PyStaticExpr = Self::HINT;
    /// The texts that it can be, where they are few.
    const WORDS: &'static [&'static str] = &[];

    /// The Python object that stands for it.
    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;

    /// The value that a Python object stands for.
    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self>;

    /// How `repr` shows it.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// The object for a dictionary of plain values, as JSON takes them.
    fn plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.get(py)
    }
}

/// Takes a value of the core into the field of a Python class.
pub(crate) trait Wrap<T>: Sized {
    /// Takes it in.
    fn wrap(py: Python<'_>, value: T) -> PyResult<Self>;
}

impl<T> Wrap<T> for T {
    fn wrap(_: Python<'_>, value: T) -> PyResult<Self> {
        Ok(value)
    }
}

/// A field on its way out, with the type that the stub says.
pub(crate) struct Got<'a, T>(pub(crate) &'a T);

impl<'py, T: Field> IntoPyObject<'py> for Got<'_, T> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    const OUTPUT_TYPE: PyStaticExpr = T::HINT;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.get(py)
    }
}

/// An argument on its way in, with the type that the stub says. Read late, so that an error can name the argument.
pub(crate) struct Given<'a, 'py, T> {
    object: Borrowed<'a, 'py, PyAny>,
    kind: std::marker::PhantomData<T>,
}

impl<'a, 'py, T: Field> FromPyObject<'a, 'py> for Given<'a, 'py, T> {
    type Error = std::convert::Infallible;

    const INPUT_TYPE: PyStaticExpr = T::ACCEPTS;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Self::Error> {
        Ok(Self { object, kind: std::marker::PhantomData })
    }
}

impl<T: Field> Given<'_, '_, T> {
    /// The value; an error starts with the name of the argument.
    pub(crate) fn take(&self, name: &str) -> PyResult<T> {
        T::set(self.object).map_err(|error| with_name(self.object.py(), name, &error))
    }
}

/// The same error about an argument, whose name comes first.
pub(crate) fn with_name(py: Python<'_>, name: &str, error: &PyErr) -> PyErr {
    PyErr::from_type(error.get_type(py), format!("{name}: {}", error.value(py)))
}

/// Says of what is no list that it should be one; any other error is about an item and stays.
pub(crate) fn no_list(object: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyErr {
    if object.cast::<PySequence>().is_ok() && object.cast::<PyString>().is_err() {
        return error;
    }
    match object.get_type().fully_qualified_name() {
        Ok(got) => PyTypeError::new_err(format!("expected a list, got {got}")),
        Err(error) => error,
    }
}

/// A whole number that must be in a range; Python's own know none.
fn whole<'a, 'py, T>(object: Borrowed<'a, 'py, PyAny>, most: impl fmt::Display) -> PyResult<T>
where
    T: FromPyObject<'a, 'py, Error = PyErr>,
{
    object.extract().map_err(|error: PyErr| {
        let out_of_range = error.is_instance_of::<PyOverflowError>(object.py());
        if out_of_range { bad_value(format_args!("expected a number from 0 to {most}")) } else { error }
    })
}

/// Several arguments of one type, as a sequence other than a `str`.
pub(crate) struct Several<T>(pub(crate) Vec<T>);

impl<'a, 'py, T> FromPyObject<'a, 'py> for Several<T>
where
    T: for<'i> FromPyObject<'i, 'py>,
{
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = sequence_of!(T::INPUT_TYPE);

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        object.extract().map(Self)
    }
}

/// A text in `repr`: quoted, control characters escaped.
pub(crate) fn show_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "'{}'", text.escape_debug())
}

/// Personal data in `repr`: its length.
pub(crate) fn show_length(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "<{} characters>", text.chars().count())
}

/// Details of a payment in `repr`: nothing, not even their length.
fn show_nothing(_: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("<concealed>")
}

/// An argument that is read from its text.
pub(crate) fn parsed<T: std::str::FromStr<Err: fmt::Display>>(name: &str, text: &str) -> PyResult<T> {
    text.parse().map_err(|error| bad_value(format_args!("{name}: {error}")))
}

/// An error about the value of an argument.
pub(crate) fn bad_value(message: impl fmt::Display) -> PyErr {
    PyValueError::new_err(message.to_string())
}

pub(crate) const STR: PyStaticExpr = type_hint_identifier!("builtins", "str");
pub(crate) const INT: PyStaticExpr = type_hint_identifier!("builtins", "int");
const NONE: PyStaticExpr = PyStaticExpr::Constant { value: PyStaticConstant::None };
const PAIR: PyStaticExpr = type_hint_subscript!(type_hint_identifier!("builtins", "tuple"), STR, STR);

/// Types that are a text in Python: how to read it, how to make one of it, how to show it.
macro_rules! texts {
    ($($name:ty: |$value:ident| $text:expr, |$given:ident| $parse:expr, $show:ident;)*) => {$(
        impl Field for $name {
            const HINT: PyStaticExpr = STR;

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let $value = self;
                Ok(PyString::new(py, $text).into_any())
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                let text = object.cast::<PyString>()?;
                let $given = text.to_str()?;
                $parse
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self;
                $show($text, f)
            }
        }
    )*};
}

texts! {
    AccountSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    Address: |address| address.as_str(), |text| Ok(Self::new(text)), show_length;
    ApplicationSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    Box<str>: |text| text, |given| Ok(given.into()), show_text;
    CallSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    Concealed: |keys| keys.reveal(), |text| Ok(Self::from(text)), show_nothing;
    Cow<'static, str>: |text| text, |given| Ok(Cow::Owned(given.to_owned())), show_text;
    ConferenceSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    LegId: |leg| leg.as_str(), |text| text.parse().map_err(bad_value), show_text;
    MessageSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    Pii: |pii| pii.reveal(), |text| Ok(Self::from(text)), show_length;
    QueueSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    RecordingSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    RelaySid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    ReplyId: |reply| &reply.to_string(), |text| text.parse().map_err(bad_value), show_text;
    SiprecSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    StreamSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
    String: |text| text, |given| Ok(given.to_owned()), show_text;
    TranscriptionSid: |sid| sid.as_str(), |text| text.parse().map_err(bad_value), show_text;
}

impl Wrap<&'static str> for Cow<'static, str> {
    fn wrap(_: Python<'_>, value: &'static str) -> PyResult<Self> {
        Ok(Cow::Borrowed(value))
    }
}

impl Wrap<Option<&'static str>> for Option<Cow<'static, str>> {
    fn wrap(_: Python<'_>, value: Option<&'static str>) -> PyResult<Self> {
        Ok(value.map(Cow::Borrowed))
    }
}

impl Field for Subject {
    const HINT: PyStaticExpr = STR;

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Call(call) => call.get(py),
            Self::Conference(conference) => conference.get(py),
            Self::Queue(queue) => queue.get(py),
        }
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let object = object.cast::<PyString>()?;
        let text = object.to_str()?;
        if text.starts_with("CF") {
            return text.parse().map(Self::Conference).map_err(bad_value);
        }
        if text.starts_with("QU") {
            return text.parse().map(Self::Queue).map_err(bad_value);
        }
        text.parse().map(Self::Call).map_err(bad_value)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(call) => call.show(f),
            Self::Conference(conference) => conference.show(f),
            Self::Queue(queue) => queue.show(f),
        }
    }
}

impl Field for Url {
    const HINT: PyStaticExpr = STR;

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyString::new(py, self.as_str()).into_any())
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Self::parse(object.cast::<PyString>()?.to_str()?).map_err(bad_value)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its `Display` has no credentials.
        show_text(&self.to_string(), f)
    }
}

/// A secret that can be a field of a class: nothing of it goes into the hash.
#[derive(Clone, PartialEq)]
pub(crate) struct Hidden(pub(crate) Secret);

impl std::hash::Hash for Hidden {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl Wrap<Option<Secret>> for Option<Hidden> {
    fn wrap(_: Python<'_>, value: Option<Secret>) -> PyResult<Self> {
        Ok(value.map(Hidden))
    }
}

impl Field for Hidden {
    const HINT: PyStaticExpr = STR;

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyString::new(py, self.0.reveal()).into_any())
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Ok(Self(Secret::new(object.cast::<PyString>()?.to_str()?)))
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// Types that are a number or a flag in Python.
macro_rules! plain {
    ($($name:ty: $python:literal, |$value:ident| $inner:expr, |$given:ident| $make:expr;)*) => {$(
        impl Field for $name {
            const HINT: PyStaticExpr = type_hint_identifier!("builtins", $python);

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let $value = self;
                $inner.into_bound_py_any(py)
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                let $given = object;
                Ok($make)
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self;
                write!(f, "{}", $inner)
            }
        }
    )*};
}

use pyo3::IntoPyObjectExt as _;

plain! {
    Confidence: "float", |value| value.0, |given| Self::checked(given.extract()?)?;
    MicroDollars: "int", |value| value.0, |given| Self(whole(given, u64::MAX)?);
    Millis: "int", |value| value.0, |given| Self(whole(given, u64::MAX)?);
    u16: "int", |value| *value, |given| whole(given, Self::MAX)?;
    u32: "int", |value| *value, |given| whole(given, Self::MAX)?;
    u64: "int", |value| *value, |given| whole(given, Self::MAX)?;
}

impl Field for bool {
    const HINT: PyStaticExpr = type_hint_identifier!("builtins", "bool");

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.into_bound_py_any(py)
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        object.extract()
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self { "True" } else { "False" })
    }
}

/// How sure a recogniser is, 0.0 to 1.0; compared and hashed by its bits.
#[derive(Clone, Copy)]
pub(crate) struct Confidence(pub(crate) f32);

impl Confidence {
    fn checked(given: f32) -> PyResult<Self> {
        // Not a number is in no range.
        let known = (0.0..=1.0).contains(&given);
        if known { Ok(Self(given)) } else { Err(bad_value(format_args!("{given} is not from 0.0 to 1.0"))) }
    }
}

impl PartialEq for Confidence {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Confidence {}

impl std::hash::Hash for Confidence {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl Wrap<Option<f32>> for Option<Confidence> {
    fn wrap(_: Python<'_>, value: Option<f32>) -> PyResult<Self> {
        Ok(value.map(Confidence))
    }
}

impl<T: Field> Field for Option<T> {
    const HINT: PyStaticExpr = type_hint_union!(T::HINT, NONE);
    const ACCEPTS: PyStaticExpr = type_hint_union!(T::ACCEPTS, NONE);

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref().map_or_else(|| Ok(py.None().into_bound(py)), |value| value.get(py))
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { T::set(object).map(Some) }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => value.show(f),
            None => f.write_str("None"),
        }
    }

    fn plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref().map_or_else(|| Ok(py.None().into_bound(py)), |value| value.plain(py))
    }
}

/// Lists of texts.
macro_rules! lists {
    ($($name:ty),*) => {$(
        impl Field for Vec<$name> {
            const HINT: PyStaticExpr = list_of!(STR);
            const ACCEPTS: PyStaticExpr = sequence_of!(STR);

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let texts: Vec<_> = self.iter().map(|text| text.get(py)).collect::<PyResult<_>>()?;
                texts.into_bound_py_any(py)
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                let texts: Vec<Bound<'_, PyAny>> = object.extract().map_err(|error| no_list(object, error))?;
                texts.iter().map(|text| Field::set(text.as_borrowed())).collect()
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show_list(f, self, Field::show)
            }
        }
    )*};
}

lists!(AccountSid, Box<str>);

pub(crate) fn show_list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    show: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    f.write_str("[")?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        show(item, f)?;
    }
    f.write_str("]")
}

/// Names and values of the type `list[tuple[str, str]]`.
macro_rules! pairs {
    ($name:ident, $value:ident) => {
        impl Field for Vec<($name, $value)> {
            const HINT: PyStaticExpr = list_of!(PAIR);
            const ACCEPTS: PyStaticExpr = sequence_of!(PAIR);

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let pairs: PyResult<Vec<_>> =
                    self.iter().map(|(name, value)| Ok((name.get(py)?, value.get(py)?))).collect();
                pairs?.into_bound_py_any(py)
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                let pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> =
                    object.extract().map_err(|error| no_list(object, error))?;
                pairs
                    .iter()
                    .map(|(name, value)| {
                        Ok(($name::set(name.as_borrowed())?, $value::set(value.as_borrowed())?))
                    })
                    .collect()
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show_list(f, self, |(name, value), f| {
                    f.write_str("(")?;
                    name.show(f)?;
                    f.write_str(", ")?;
                    value.show(f)?;
                    f.write_str(")")
                })
            }
        }
    };
}

/// A word of our own tables or a customer's.
pub(crate) type Word = Cow<'static, str>;
/// A text that is kept as it is.
pub(crate) type Text = Box<str>;

pairs!(String, Pii);
pairs!(Word, Text);

impl Wrap<Vec<(&'static str, Box<str>)>> for Vec<(Word, Text)> {
    fn wrap(_: Python<'_>, value: Vec<(&'static str, Box<str>)>) -> PyResult<Self> {
        Ok(value.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }
}

/// Header fields, kept as the Python texts they came as: nothing is copied until the engine takes them.
#[derive(PartialEq, Hash)]
pub(crate) struct Headers(pub(crate) Vec<(PyBackedStr, PyBackedStr)>);

impl Field for Headers {
    const HINT: PyStaticExpr = list_of!(PAIR);
    const ACCEPTS: PyStaticExpr = sequence_of!(PAIR);

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pairs: Vec<_> =
            self.0.iter().map(|(name, value)| (name.as_py_str(), value.as_py_str())).collect();
        pairs.into_bound_py_any(py)
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        object.extract().map(Self).map_err(|error| no_list(object, error))
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} headers>", self.0.len())
    }
}

/// A body, kept as the Python bytes it came as.
#[derive(PartialEq, Hash)]
pub(crate) struct Body(pub(crate) PyBackedBytes);

impl Field for Body {
    const HINT: PyStaticExpr = type_hint_identifier!("builtins", "bytes");
    const ACCEPTS: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "bytes"),
        type_hint_identifier!("builtins", "bytearray")
    );

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyBytes::new(py, &self.0).into_any())
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Ok(Self(object.extract()?))
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}
