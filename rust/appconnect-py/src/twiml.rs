//! The parser for Python: what `appconnect check` prints and tests look at.

use appconnect::problem::{self, Level, LineColumn};
use appconnect::twiml as core;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::{type_hint_identifier, type_hint_union};

use crate::errors::twiml_error;
use crate::field::{Field, STR, Text, Word, list_of, no_list, sequence_of, show_list};
use crate::value::{Child, value};

value! {
    /// Something wrong with a document.
    Problem {
        /// Twilio's number for it.
        code: u32,
        /// How grave it is: after an `error` something that the document asked for does not happen.
        level: Level,
        /// What is wrong and what to do about it, in one line.
        message: Box<str>,
        /// Line from 1, where the problem has a place in the document.
        line: Option<u32> = None,
        /// Column from 1, in characters.
        column: Option<u32> = None,
    }
}

impl Problem {
    fn new_at(problem: &problem::Problem, source: &str) -> Self {
        let place = problem.span.map(|span| span.line_column(source));
        Self {
            code: problem.code.number(),
            level: problem.level(),
            message: problem.message.clone(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }
}

value! {
    /// A verb or noun of a document, as the engine will run it.
    Verb {
        /// Its name, for instance `Dial`.
        name: Word,
        /// Line of its start tag, from 1.
        line: u32,
        /// Column of its start tag, from 1, in characters.
        column: u32,
        /// Its attributes as written and valid.
        attributes: Vec<(Word, Text)>,
        /// Its text.
        text: Box<str>,
        /// What is inside it.
        children: Vec<Child<Verb>>,
    }
}

impl Field for Vec<Child<Verb>> {
    const HINT: PyStaticExpr = list_of!(Child::<Verb>::HINT);
    const ACCEPTS: PyStaticExpr = sequence_of!(Child::<Verb>::HINT);

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let verbs: Vec<_> = self.iter().map(|verb| &verb.0).collect();
        pyo3::IntoPyObjectExt::into_bound_py_any(verbs, py)
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let verbs: Vec<Bound<'_, Verb>> = object.extract().map_err(|error| no_list(object, error))?;
        Ok(verbs.into_iter().map(|verb| Child(verb.unbind())).collect())
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        show_list(f, self, Field::show)
    }
}

fn verbs(py: Python<'_>, parent: core::Node<'_>, source: &str) -> PyResult<Vec<Child<Verb>>> {
    parent
        .children()
        .map(|node| {
            let LineColumn { line, column } = node.span().line_column(source);
            let attributes = node.element().row().attributes.iter().map(|row| row.attribute);
            let verb = Verb {
                name: Word::Borrowed(node.element().name()),
                line,
                column,
                attributes: attributes
                    .filter_map(|name| Some((Word::Borrowed(name.name()), node.attribute(name)?.into())))
                    .collect(),
                text: node.text().into(),
                children: verbs(py, node, source)?,
            };
            Ok(Child(Py::new(py, verb)?))
        })
        .collect()
}

/// A parsed TwiML document with what is wrong with it.
#[pyclass(frozen, module = "appconnect._core")]
pub(crate) struct Document {
    outcome: Result<core::Document, problem::Problem>,
    /// The text that positions point into; a document has its own.
    source: Option<Box<str>>,
}

#[pymethods]
impl Document {
    /// Whether the document cannot be run at all.
    #[getter]
    fn fatal(&self) -> bool {
        self.outcome.is_err()
    }

    /// What is wrong, in the order of the document. Of a fatal document, what makes it so.
    #[getter]
    fn problems(&self) -> Vec<Problem> {
        match &self.outcome {
            Ok(document) => document
                .problems()
                .iter()
                .map(|problem| Problem::new_at(problem, document.source()))
                .collect(),
            Err(problem) => vec![Problem::new_at(problem, self.source.as_deref().unwrap_or_default())],
        }
    }

    /// How many more problems there are than `problems` holds.
    #[getter]
    fn omitted_problems(&self) -> u32 {
        self.outcome.as_ref().map_or(0, core::Document::omitted_problems)
    }

    /// The verbs that would run, in order. Raises `TwimlError` if the document cannot be run at all.
    fn verbs(&self, py: Python<'_>) -> PyResult<Vec<Py<Verb>>> {
        match &self.outcome {
            Ok(document) => {
                let verbs = verbs(py, document.root(), document.source())?;
                Ok(verbs.into_iter().map(|verb| verb.0).collect())
            }
            Err(problem) => Err(twiml_error(py, problem)),
        }
    }

    fn __repr__(&self) -> String {
        match &self.outcome {
            Ok(document) => format!("Document(<{} problems>)", document.problems().len()),
            Err(problem) => format!("Document(fatal, {})", problem.code),
        }
    }
}

/// A document to parse: bytes as an application sends them, or text.
pub(crate) enum Source {
    Bytes(PyBackedBytes),
    Text(PyBackedStr),
}

impl<'py> FromPyObject<'_, 'py> for Source {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(type_hint_identifier!("builtins", "bytes"), STR);

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.extract() {
            Ok(text) => Ok(Self::Text(text)),
            Err(_) => Ok(Self::Bytes(object.extract()?)),
        }
    }
}

/// Parses and checks a document. Nothing is raised for what is wrong with it: see `problems`.
///
/// With a `content_type` it is judged as the answer of a webhook at `url`: plain text is spoken, audio is played.
#[pyfunction]
#[pyo3(signature = (body, content_type=None, url=""))]
pub(crate) fn parse(body: Source, content_type: Option<&str>, url: &str) -> Document {
    let bytes: &[u8] = match &body {
        Source::Bytes(bytes) => bytes,
        Source::Text(text) => text.as_bytes(),
    };
    let outcome = match (&body, content_type) {
        (_, Some(_)) => core::answer(content_type, bytes, url),
        (Source::Bytes(_), None) => core::Document::parse(bytes, None),
        (Source::Text(text), None) => core::Document::from_text(text),
    };
    // Only a problem that is fatal needs the source kept here, and only if it has a place.
    let placed = outcome.as_ref().err().is_some_and(|problem| problem.span.is_some());
    let source = placed.then(|| match &body {
        Source::Bytes(_) => {
            core::decode(bytes, content_type.and_then(core::charset)).unwrap_or_default().into()
        }
        Source::Text(text) => (**text).into(),
    });
    Document { outcome, source }
}
