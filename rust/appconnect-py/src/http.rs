//! The address guard and the signatures of webhooks, for Python.

use std::net::IpAddr;

use appconnect::http::{self as core, Signer, Url};
use appconnect::pii::Secret;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::field::{Given, STR, bad_value, sequence_of};
use crate::named;

/// Which addresses webhooks may reach. The default allows the public internet only.
#[pyclass(frozen, module = "appconnect._core")]
pub(crate) struct Guard(core::Guard);

#[pymethods]
impl Guard {
    /// `allow_private` opens loopback and private networks, for tests and closed networks. `allow` and `deny` are
    /// blocks such as `10.0.0.0/8`; `own` are the platform's own listeners, such as `192.0.2.1:8080`.
    #[new]
    #[pyo3(signature = (*, allow_private: "bool" = false, allow=None, deny=None, own=None))]
    fn new(
        #[pyo3(from_py_with = named::allow_private)] allow_private: bool,
        allow: Option<Given<'_, '_, Vec<Box<str>>>>,
        deny: Option<Given<'_, '_, Vec<Box<str>>>>,
        own: Option<Given<'_, '_, Vec<Box<str>>>>,
    ) -> PyResult<Self> {
        Ok(Self(core::Guard {
            allow_private,
            allow: each_parsed("allow", allow)?,
            deny: each_parsed("deny", deny)?,
            own: each_parsed("own", own)?,
        }))
    }

    /// Judges a host (an IPv6 address without brackets) and port before the name is resolved: why it is refused, or
    /// `None`.
    fn check(&self, host: &str, port: Given<'_, '_, u16>) -> PyResult<Option<String>> {
        let port = port.take("port")?;
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        match Url::parse(&format!("http://{bracketed}:{port}/")) {
            Ok(url) => Ok(self.0.check_url(&url).err().map(|denied| denied.to_string())),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    /// Judges every address that a name resolved to: why the name is refused, or `None`. One refused address
    /// refuses them all.
    fn check_addresses(
        &self,
        addresses: Given<'_, '_, Vec<Box<str>>>,
        port: Given<'_, '_, u16>,
    ) -> PyResult<Option<String>> {
        let (addresses, port) = (addresses.take("addresses")?, port.take("port")?);
        let addresses: Result<Vec<IpAddr>, _> = addresses.iter().map(|address| address.parse()).collect();
        match addresses {
            Ok(addresses) => Ok(self.0.check_all(&addresses, port).err().map(|denied| denied.to_string())),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    fn __repr__(&self) -> String {
        format!("Guard(allow_private={})", if self.0.allow_private { "True" } else { "False" })
    }
}

fn each_parsed<T>(name: &str, texts: Option<Given<'_, '_, Vec<Box<str>>>>) -> PyResult<Vec<T>>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let texts = texts.map(|texts| texts.take(name)).transpose()?.unwrap_or_default();
    texts
        .iter()
        .map(|text| text.parse().map_err(|error| bad_value(format_args!("{name}: {text:?}: {error}"))))
        .collect()
}

/// Form parameters: a dictionary, or pairs where a name may repeat.
pub(crate) struct Parameters(Vec<(PyBackedStr, PyBackedStr)>);

impl<'py> FromPyObject<'_, 'py> for Parameters {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, STR),
        sequence_of!(type_hint_subscript!(type_hint_identifier!("builtins", "tuple"), STR, STR))
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyDict>() {
            Ok(fields) => fields.items().extract().map(Self),
            Err(_) => object.extract().map(Self),
        }
    }
}

impl Parameters {
    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value)).collect()
    }
}

/// The value of `X-Twilio-Signature` for a form POST, or with no parameters for a GET of `url`.
#[pyfunction]
#[pyo3(signature = (auth_token, url, parameters=None))]
pub(crate) fn sign(auth_token: &str, url: &str, parameters: Option<Parameters>) -> PyResult<String> {
    let url = Url::parse(url).map_err(bad_value)?;
    let parameters = parameters.unwrap_or(Parameters(Vec::new()));
    Ok(Signer::new(&Secret::new(auth_token)).sign_form(&url, &parameters.pairs()))
}

/// Whether a signature is that of a form POST, or with no parameters of a GET of `url`, with or without its port.
#[pyfunction]
#[pyo3(signature = (auth_token, url, parameters, signature))]
pub(crate) fn verify(auth_token: &str, url: &str, parameters: Parameters, signature: &str) -> PyResult<bool> {
    let url = Url::parse(url).map_err(bad_value)?;
    Ok(Signer::new(&Secret::new(auth_token)).verify(&url, &parameters.pairs(), signature))
}
