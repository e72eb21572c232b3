//! The engine's choices as a Python class.

use appconnect::config as core;
use appconnect::http::Url;
use appconnect::money::MicroDollars;
use appconnect::policy::FamilyConnect;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::field::{Field, Given, Got};
use crate::tables::row;
use crate::value::Show;

/// One line for each choice: its name in Python, its type, and its place in the core's `Config`.
macro_rules! config {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty = $($place:ident).+;)*) => {
        /// How the engine behaves where it has a choice. Every argument is optional and by keyword.
        #[pyclass(frozen, eq, module = "appconnect._core")]
        #[derive(PartialEq)]
        pub(crate) struct Config(pub(crate) core::Config);

        #[pymethods]
        impl Config {
            #[new]
            #[pyo3(signature = (*, $($name=None),*))]
            fn new($($name: Option<Given<'_, '_, $type>>),*) -> PyResult<Self> {
                let mut config = core::Config::default();
                $(if let Some(given) = $name {
                    config.$($place).+ = given.take(stringify!($name))?;
                })*
                Ok(Self(config))
            }

            $($(#[doc = $doc])*
            #[getter]
            fn $name(&self) -> Got<'_, $type> {
                Got(&self.0.$($place).+)
            })*

            fn __repr__(&self) -> String {
                let fields = [$(format!(concat!(stringify!($name), "={}"), Show(&self.0.$($place).+))),*];
                format!("Config({})", fields.join(", "))
            }
        }

        /// Every choice of `Config`: its `name`, its `default` as Python writes it, the `choices` where it is one of
        /// a few words, and its `meaning`.
        #[pyfunction]
        #[pyo3(signature = () -> "list[dict[str, object]]")]
        pub(crate) fn config_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
            let config = core::Config::default();
            let rows = [$(row!(py, name: stringify!($name), default: Show(&config.$($place).+).to_string(),
                choices: <$type as Field>::WORDS, meaning: concat!($($doc),*).trim())),*];
            PyList::new(py, rows)
        }
    };
}

config! {
    /// Applications that one line may be handed through; the dial that would be one more is refused.
    hops: u32 = limits.hops;
    /// Legs and hops together that one root call may use.
    legs_per_root: u32 = limits.legs_per_root;
    /// TwiML documents that one root call may fetch.
    documents_per_root: u32 = limits.documents_per_root;
    /// Seconds that a root call may last.
    root_seconds: u64 = limits.root_seconds;
    /// Whether accounts of one family may dial each other without the public flag.
    family_connect: FamilyConnect = limits.family_connect;
    /// The price of a started minute of a call that comes in, in micro-dollars.
    inbound_rate: MicroDollars = rates.inbound;
    /// The price of a started minute of a call that goes out, in micro-dollars.
    outbound_rate: MicroDollars = rates.outbound;
    /// The price of a started minute that another application handed over, in micro-dollars.
    application_connect_rate: MicroDollars = rates.application_connect;
    /// Whether each connection between accounts is put to a programmable policy (`Consult`).
    consult: bool = consult;
    /// How long a `Consult` may take, in milliseconds; then the answer is no.
    consult_timeout_ms: u64 = consult_timeout_ms;
    /// What the dialling side sees when the webhook and the fallback of a dialled application fail.
    failed_application: core::FailedApplication = failed_application;
    /// The status of a call whose first document is empty.
    empty_document: core::EmptyDocument = empty_document;
    /// When a dialled application is told the SID of the dialling side's call.
    expose_parent_call_sid: core::ExposeParent = expose_parent_call_sid;
    /// What the geography parameters of a phone call hold when nothing is known.
    geography: core::Geography = geography;
    /// What a `<Play>` that cannot be played does to the call.
    play_failure: core::PlayFailure = play_failure;
    /// Whether `Param_*` are repeated on every request of a dialled application.
    repeat_parameters: bool = repeat_parameters;
    /// Whether a dialled application is told the true account behind the call (`AppConnect_SenderAccountSid`).
    sender_account: bool = sender_account;
    /// Whether requests carry a second, unambiguous and time-stamped signature (`webhook-signature`).
    standard_webhooks: bool = standard_webhooks;
    /// Whether form bodies say `; charset=UTF-8`.
    charset_suffix: bool = charset_suffix;
    /// Which caller IDs a document may use for a call to a phone number.
    caller_id: core::CallerIdRule = caller_id;
    /// How long the connector of a `<Pay>` may take, in milliseconds; then the payment has failed.
    charge_timeout_ms: u64 = charge_timeout_ms;
    /// What an `<Echo>` does.
    echo: core::Echo = echo;
    /// Whether the `action` of a `<Pay>` may be http. Twilio refuses it (64016); for development.
    pay_over_http: bool = pay_over_http;
    /// Whether a `<Dial>` that breaks a rule fails, instead of doing what it can with a warning.
    strict: bool = strict;
    /// Seconds that are added to the timeout of a `<Dial>`.
    dial_timeout_buffer: u64 = dial_timeout_buffer;
    /// Milliseconds in which the socket of a stream or relay must be open, name resolution and TLS included.
    socket_connect_ms: u32 = socket_connect_ms;
    /// Characters a second that count as spoken when the caller interrupts a `<ConversationRelay>`.
    relay_characters_per_second: u32 = relay_characters_per_second;
    /// Where recordings are served: `RecordingUrl` is this, `/2010-04-01/Accounts/AC…/Recordings/RE…`.
    recording_base: Box<str> = recording_base;
    /// The audio that a caller hears who waits in a queue or for a conference, where the document names no `waitUrl`;
    /// silence without it.
    hold_music: Option<Url> = hold_music;
    /// What becomes of a `<Dial>` to a queue that nobody has joined yet.
    missing_queue: core::MissingQueue = missing_queue;
    /// Whether the timeline is reported. Problems are, always.
    timeline: bool = timeline;
}
