//! The core's tables as plain Python values. The generator of the documentation and of `appconnect.codes` reads them.

use appconnect::CallStatus;
use appconnect::problem::{Code, Level};
use appconnect::twiml::Element;
use appconnect::twiml::schema::{AttributeRow, DefaultValue, ValueType};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// A dictionary of these keys and values.
macro_rules! row {
    ($py:expr, $($key:ident: $value:expr),* $(,)?) => {{
        let row = pyo3::types::PyDict::new($py);
        $(row.set_item(stringify!($key), $value)?;)*
        row
    }};
}
pub(crate) use row;

/// The name of a variant in small letters.
fn name(variant: impl std::fmt::Debug) -> String {
    format!("{variant:?}").to_lowercase()
}

/// Every code of a problem: `number`, `name`, `level`, `effect` and `meaning`.
#[pyfunction]
#[pyo3(signature = () -> "list[dict[str, object]]")]
pub(crate) fn codes_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows: PyResult<Vec<_>> = Code::ALL
        .iter()
        .map(|code| {
            let level = match code.level() {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            Ok(row!(py, number: code.number(), name: code.name(), level: level, effect: name(code.effect()),
                meaning: code.meaning()))
        })
        .collect();
    PyList::new(py, rows?)
}

/// Every status of a call: `status`, `terminal` and the statuses that may come `next`.
#[pyfunction]
#[pyo3(signature = () -> "list[dict[str, object]]")]
pub(crate) fn status_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows: PyResult<Vec<_>> = CallStatus::ALL
        .iter()
        .map(|status| {
            let next: Vec<_> = status.next().iter().map(|next| next.as_str()).collect();
            Ok(row!(py, status: status.as_str(), terminal: status.is_terminal(), next: next))
        })
        .collect();
    PyList::new(py, rows?)
}

/// Every verb and noun with its attributes.
#[pyfunction]
#[pyo3(signature = () -> "list[dict[str, object]]")]
pub(crate) fn schema_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows: PyResult<Vec<_>> = Element::ALL
        .iter()
        .map(|element| {
            let row = element.row();
            let children: Vec<_> = row.children.iter().map(|child| child.name()).collect();
            let attributes: PyResult<Vec<_>> =
                row.attributes.iter().map(|attribute| attribute_row(py, attribute)).collect();
            Ok(row!(py, name: element.name(), meaning: row.meaning, choices: row.choices, kind: name(row.kind), priority: name(row.priority),
                executed: row.executed, answers: name(row.answers), text: name(row.text),
                longest_text: row.longest_text.map(|(characters, _)| characters), children: children,
                attributes: attributes?))
        })
        .collect();
    PyList::new(py, rows?)
}

fn attribute_row<'py>(py: Python<'py>, row: &AttributeRow) -> PyResult<Bound<'py, PyDict>> {
    Ok(row!(py, name: row.attribute.name(), value: in_words(row.value_type), words: row.value_type.words(),
        default: default(row.default), code: row.code.number(), support: name(row.support), aliases: row.aliases))
}

fn default(value: DefaultValue) -> Option<String> {
    match value {
        DefaultValue::None => None,
        DefaultValue::Flag(flag) => Some(flag.to_string()),
        DefaultValue::Number(number) => Some(number.to_string()),
        DefaultValue::Word(word) | DefaultValue::Computed(word) => Some(word.to_owned()),
        DefaultValue::Method(method) => Some(method.to_string()),
    }
}

fn in_words(value: ValueType) -> String {
    match value {
        ValueType::Text { max: 0 } => "text".to_owned(),
        ValueType::Text { max } => format!("text of at most {max} characters"),
        ValueType::Url => "URL".to_owned(),
        ValueType::StreamUrl => "wss URL".to_owned(),
        ValueType::Flag => "true or false".to_owned(),
        ValueType::Number { min, max: u32::MAX } => format!("{min} or more"),
        ValueType::Number { min, max } => format!("{min} to {max}"),
        ValueType::NumberOr { min, max, .. } => format!("{min} to {max}, or a word"),
        ValueType::Word(_) => "word".to_owned(),
        ValueType::Words(_) => "words".to_owned(),
        ValueType::Method => "GET or POST".to_owned(),
        ValueType::Keys { max } => format!("at most {max} keys"),
        ValueType::Digits => "keys and pauses".to_owned(),
        ValueType::Language => "language".to_owned(),
        ValueType::Voice => "voice".to_owned(),
        ValueType::CallerId => "caller id".to_owned(),
        ValueType::Time => "time".to_owned(),
        ValueType::Amount => "amount".to_owned(),
    }
}
