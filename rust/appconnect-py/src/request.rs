//! A finished webhook request, as a transport reads it.

use std::hash::{Hash, Hasher};

use appconnect::http::{self, Overrides};
use appconnect::id::AccountSid;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::field::{Field, Got};
use crate::value::Child;

/// A webhook request, whole and signed: write `head` and then `body`. Made by the engine only.
#[pyclass(frozen, eq, hash, module = "appconnect._core")]
#[derive(PartialEq)]
pub(crate) struct Request {
    pub(crate) inner: http::Request,
    pub(crate) overrides: Overrides,
    pub(crate) account: AccountSid,
}

impl Hash for Request {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.head().hash(state);
        self.account.hash(state);
    }
}

fn seconds(millis: u16) -> f64 {
    f64::from(millis) / 1_000.0
}

#[pymethods]
impl Request {
    /// `GET` or `POST`.
    #[getter]
    fn method(&self) -> &'static str {
        self.inner.method().as_str()
    }

    /// The absolute URL, without a fragment. It may hold credentials: they are in `headers` already.
    #[getter]
    fn url(&self) -> &str {
        self.inner.url().as_str()
    }

    /// `http` or `https`.
    #[getter]
    fn scheme(&self) -> &'static str {
        self.inner.url().scheme()
    }

    /// The host in lower case; an IPv6 address without brackets.
    #[getter]
    fn host(&self) -> &str {
        self.inner.url().host().trim_matches(['[', ']'])
    }

    /// The port, the scheme's own where the URL has none.
    #[getter]
    fn port(&self) -> u16 {
        self.inner.url().port()
    }

    /// Path and query, as the request line has them.
    #[getter]
    fn target(&self) -> String {
        self.inner.url().path_and_query().into_owned()
    }

    /// The header fields in the order sent.
    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.inner.headers().collect()
    }

    /// The body; empty for GET.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.body())
    }

    /// Request line, header fields and the blank line, ready for the wire.
    #[getter]
    fn head<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.head())
    }

    /// Head and body together, ready for the wire.
    #[getter]
    fn wire<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.wire())
    }

    /// Time for the connection and the TLS handshake, in seconds.
    #[getter]
    fn connect_timeout(&self) -> f64 {
        seconds(self.overrides.connect_ms)
    }

    /// Time to the first byte of the answer and between two reads, in seconds.
    #[getter]
    fn read_timeout(&self) -> f64 {
        seconds(self.overrides.read_ms)
    }

    /// Time for the whole exchange, in seconds.
    #[getter]
    fn total_timeout(&self) -> f64 {
        seconds(self.overrides.total_ms)
    }

    /// The account that owns the webhook; connections are not shared between accounts.
    #[getter]
    fn account(&self) -> Got<'_, AccountSid> {
        Got(&self.account)
    }

    fn __repr__(&self) -> String {
        // The URL is shown without credentials and query.
        format!(
            "Request(method='{}', url='{:?}', head=<{} bytes>, body=<{} bytes>)",
            self.inner.method(),
            self.inner.url(),
            self.inner.head().len(),
            self.inner.body().len()
        )
    }
}

impl Field for Child<Request> {
    const HINT: PyStaticExpr = <Request as IntoPyObject>::OUTPUT_TYPE;

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.0.bind(py).clone().into_any())
    }

    fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Ok(Self(object.cast::<Request>()?.to_owned().unbind()))
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.get().__repr__())
    }
}
