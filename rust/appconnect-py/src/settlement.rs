//! The rated record of an ended call, as a Python class.

use appconnect::address::Address;
use appconnect::id::{AccountSid, ApplicationSid, CallSid};
use appconnect::money::MicroDollars;
use appconnect::settlement as core;
use appconnect::time::Millis;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::field::{Word, Wrap};
use crate::value::{Child, value};

value! {
    /// The rated record of an ended call (the CDR). Every call gets exactly one.
    Settlement from core::Settlement {
        /// The call.
        call: CallSid,
        /// The account that is charged.
        account: AccountSid,
        /// The call of the same account whose document dialled this one.
        parent_call: Option<CallSid>,
        /// The value of `Direction` in a webhook.
        direction: Word,
        /// Who called.
        from_ (from): Address,
        /// Who was called.
        to: Address,
        /// The application that the call belongs to.
        application: Option<ApplicationSid>,
        /// The terminal value of `CallStatus`.
        status: Word,
        /// When the call began, in milliseconds since the Unix epoch.
        started: Millis,
        /// When it was answered, if it was, in milliseconds since the Unix epoch.
        answered: Option<Millis>,
        /// When it ended, in milliseconds since the Unix epoch.
        ended: Millis,
        /// Whole seconds from answer to end; 0 when it was never answered.
        seconds: u64,
        /// The price of a started minute, in micro-dollars.
        rate: MicroDollars,
        /// What is charged, in micro-dollars.
        amount: MicroDollars,
        /// What kind of call was rated.
        leg: core::LegKind,
    }
    also {
        /// The fields by name, as JSON takes them. Nothing is redacted.
        #[pyo3(signature = () -> "dict[str, object]")]
        fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
            self.fields(PyDict::new(py))
        }

        /// The `price` of a Call resource: a negative decimal such as `-0.00250`; `None` when nothing is charged.
        #[getter]
        fn price(&self) -> Option<String> {
            (self.amount != MicroDollars(0)).then(|| format!("-{}", self.amount))
        }
    }
}

value! {
    /// Bill an ended call.
    Settle {
        /// What it costs, and why.
        settlement: Child<Settlement>,
    }
}

impl Wrap<core::Settlement> for Settle {
    fn wrap(py: Python<'_>, settlement: core::Settlement) -> PyResult<Self> {
        Ok(Self { settlement: Child::wrap(py, settlement)? })
    }
}
