//! The Python face of the core: `appconnect._core`.
//!
//! Translation only. Each Python class is a row that names the fields of a value of the core; nothing here decides
//! what a call does. Rust never calls Python, except to import the exception classes of `appconnect.errors`.

#![deny(unsafe_code)]
// A constructor in Python takes one argument for each field, and PyO3 hands arguments over by value. The macros make
// variables of the fields' names, some of which are as like as `caller_account` and `callee_account`.
#![allow(clippy::too_many_arguments, clippy::needless_pass_by_value, clippy::similar_names)]

mod config;
mod effects;
mod engine;
mod errors;
mod events;
mod field;
mod http;
mod inputs;
mod named;
mod names;
mod registry;
mod request;
mod settlement;
mod tables;
mod twiml;
mod value;

/// The core of appconnect: the engine, its inputs, effects and events, the registry and the parser.
#[pyo3::pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::config::{Config, config_table};
    #[pymodule_export]
    use super::effects::{
        Answer, Bridge, ChangeParticipant, Charge, CloseRelay, CloseStream, Collect, Conceal, Consult, Dial,
        Echo, Endpoint, Facts, Fetch, HangUp, JoinConference, LeaveConference, MachineDetection, Notify,
        OpenRelay, OpenStream, PaymentDetails, Play, Refer, Ringback, Say, SendDtmf, SendMessage, SendRelay,
        SocketRequest, SpeechOptions, StartAgent, StartConferenceRecording, StartRecording, StartSiprec,
        StartTranscription, StopAgent, StopCollect, StopConferenceRecording, StopMedia, StopRecording,
        StopSiprec, StopTranscription, Transcribe, Unbridge,
    };
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::events::{
        Began, ConferenceEnded, ConferenceStarted, Connected, Decided, Dequeued, Dialled, Heard, Joined,
        Left, Placed, Pressed, ProblemRaised, Queued, Relayed, Report, Requested, Responded, Returned, Said,
        ServiceChanged, Settled, StatusChanged, VerbBegan,
    };
    #[pymodule_export]
    use super::http::{Guard, sign, verify};
    #[pymodule_export]
    use super::inputs::{
        AgentDone, CallRecording, ChargeDone, Dequeue, Digits, HttpFailure, HttpResponse, HungUp,
        IncomingCall, IncomingSip, MachineDetected, MediaDone, MessageStatus, Modify, ModifyConference,
        ModifyParticipant, Originate, Progress, RecordingTranscribed, ReferProgress, Referred, RelayEvent,
        RelayMessage, SipFacts, SiprecEvent, Speaking, Speech, StreamEvent, Tick, Transcribed,
        TranscriptionFailed, Verdict,
    };
    #[pymodule_export]
    use super::registry::{Account, Admission, Application, Client, PhoneNumber, Registry, Route, SipDomain};
    #[pymodule_export]
    use super::request::Request;
    #[pymodule_export]
    use super::settlement::{Settle, Settlement};

    #[pymodule_export]
    use super::tables::{codes_table, schema_table, status_table};
    #[pymodule_export]
    use super::twiml::{Document, Problem, Verb, parse};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "a Python module calls its version so")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// How this module was built, for a report of a defect.
    #[pyfunction]
    #[pyo3(signature = () -> "dict[str, str]")]
    fn build_info(py: Python<'_>) -> PyResult<Bound<'_, pyo3::types::PyDict>> {
        let info = pyo3::types::PyDict::new(py);
        info.set_item("version", __version__)?;
        info.set_item("profile", env!("APPCONNECT_PROFILE"))?;
        info.set_item("opt_level", env!("APPCONNECT_OPT_LEVEL"))?;
        info.set_item("target", env!("APPCONNECT_TARGET"))?;
        Ok(info)
    }
}
