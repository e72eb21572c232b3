//! The engine as a Python class: one lock, and no Python inside it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use appconnect::engine as core;
use appconnect::id::Seed;
use appconnect::input::InputError;
use appconnect::snapshot::Subject;
use appconnect::time::Millis;
use pyo3::IntoPyObjectExt as _;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyBytes;
use pyo3::{type_hint_identifier, type_hint_subscript};

use crate::config::Config;
use crate::effects::Effects;
use crate::errors::{input_error, internal_error, snapshot_error};
use crate::field::{Given, INT, Several, bad_value, list_of};
use crate::inputs::AnyInput;
use crate::registry::Registry;

/// Runs calls: give it one input and the time; it hands back every effect that follows. Perform them in order; answer
/// each one that carries a reply id, at least once, in any order, from any process; time never goes backwards;
/// nothing else happens. A stale or repeated reply changes nothing.
///
/// It may be used from several threads; they take turns.
#[pyclass(frozen, module = "appconnect._core")]
pub(crate) struct Engine(Mutex<core::Engine>);

/// Inputs that the engine refused, by their place in the batch.
pub(crate) struct Refusals(Vec<(usize, InputError)>);

impl<'py> IntoPyObject<'py> for Refusals {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    const OUTPUT_TYPE: PyStaticExpr = list_of!(type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        INT,
        type_hint_identifier!("appconnect.errors", "InputError")
    ));

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let refusals: Vec<_> = self.0.iter().map(|(place, error)| (*place, input_error(py, error))).collect();
        refusals.into_bound_py_any(py)
    }
}

impl Engine {
    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, core::Engine> {
        // A panic is caught while the lock is held, so it is never poisoned.
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the core. The core stops a panic at the step of one call; what still comes through must not reach Python as
/// a `BaseException`.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}

/// The core panicked.
struct Panicked;

fn defect(py: Python<'_>) -> PyErr {
    internal_error(py, "a defect in the engine: the input was not handled")
}

#[pymethods]
impl Engine {
    /// `seed` is 32 bytes, from a cryptographic source unless a run is to be repeated: SIDs follow from it.
    #[new]
    #[pyo3(signature = (registry, seed, config=None))]
    fn new(registry: &Registry, seed: &[u8], config: Option<&Config>) -> PyResult<Self> {
        let seed: [u8; 32] = seed
            .try_into()
            .map_err(|_| bad_value(format_args!("seed: expected 32 bytes, got {}", seed.len())))?;
        let config = config.map(|config| config.0.clone()).unwrap_or_default();
        let mut engine = core::Engine::new(config, Seed::new(seed));
        engine.set_registry(std::sync::Arc::clone(&registry.0));
        Ok(Self(Mutex::new(engine)))
    }

    /// Takes one input and the time in milliseconds since the Unix epoch; returns every effect that follows, in the
    /// order to perform them. An input that makes no sense raises `InputError` and changes nothing.
    fn handle(&self, py: Python<'_>, input: AnyInput, now: Given<'_, '_, Millis>) -> PyResult<Effects> {
        let now = now.take("now")?;
        let mut engine = self.lock(py);
        let outcome = guarded(|| engine.handle(now, input.0).map(|()| engine.take_effects()));
        drop(engine);
        match outcome {
            Ok(Ok(effects)) => Ok(Effects(effects)),
            Ok(Err(error)) => Err(input_error(py, &error)),
            Err(Panicked) => Err(defect(py)),
        }
    }

    /// Takes several inputs of one moment without holding the interpreter's lock meanwhile. Returns all effects, and
    /// for each input that made no sense its place and the error; the others are handled all the same.
    fn handle_many(
        &self,
        py: Python<'_>,
        inputs: Several<AnyInput>,
        now: Given<'_, '_, Millis>,
    ) -> PyResult<(Effects, Refusals)> {
        let now = now.take("now")?;
        let outcome = py.detach(|| {
            let mut engine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            guarded(|| {
                let mut refusals = Vec::new();
                for (place, input) in inputs.0.into_iter().enumerate() {
                    if let Err(error) = engine.handle(now, input.0) {
                        refusals.push((place, error));
                    }
                }
                (Effects(engine.take_effects()), Refusals(refusals))
            })
        });
        outcome.map_err(|Panicked| defect(py))
    }

    /// When the engine next wants an input, a `Tick` if nothing else happens: milliseconds since the Unix epoch.
    fn next_timeout(&self, py: Python<'_>) -> Option<u64> {
        self.lock(py).next_timeout().map(|at| at.0)
    }

    /// The line that a call stands on with every call on it, or a room, as bytes that `restore` reads in any process.
    /// `subject` is the SID of the call, the conference or the queue. Calls tell each other things within one engine only: lines that
    /// are connected, dial each other or meet in one room move together, and with their room.
    fn snapshot<'py>(
        &self,
        py: Python<'py>,
        subject: Given<'_, '_, Subject>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let subject = subject.take("subject")?;
        let snapshot = self.lock(py).snapshot(subject);
        snapshot.map(|bytes| PyBytes::new(py, &bytes)).map_err(|error| snapshot_error(py, error))
    }

    /// Forgets the line that a call stands on, or a room, without any effect: another engine goes on with its snapshot.
    fn release(&self, py: Python<'_>, subject: Given<'_, '_, Subject>) -> PyResult<()> {
        let subject = subject.take("subject")?;
        let released = self.lock(py).release(subject);
        released.map_err(|error| snapshot_error(py, error))
    }

    /// Goes on with what a snapshot holds; returns the SIDs of the calls of a line, the bottom one first, or of those that
    /// are in a room, the first one first. Raises `SnapshotError` if it cannot be read, or lives here already.
    fn restore(&self, py: Python<'_>, data: &[u8], now: Given<'_, '_, Millis>) -> PyResult<Vec<String>> {
        let now = now.take("now")?;
        let mut engine = self.lock(py);
        let restored = guarded(|| engine.restore(now, data));
        drop(engine);
        match restored {
            Ok(Ok(calls)) => Ok(calls.iter().map(ToString::to_string).collect()),
            Ok(Err(error)) => Err(snapshot_error(py, error)),
            Err(Panicked) => Err(defect(py)),
        }
    }

    /// Everything that is saved by itself: the SID of one call of each line, and of every room.
    fn subjects(&self, py: Python<'_>) -> Vec<String> {
        let name = |subject| match subject {
            Subject::Call(call) => call.to_string(),
            Subject::Conference(conference) => conference.to_string(),
            Subject::Queue(queue) => queue.to_string(),
        };
        self.lock(py).subjects().map(name).collect()
    }

    /// Replaces the registry; calls that live go on with what they have.
    fn set_registry(&self, py: Python<'_>, registry: &Registry) {
        self.lock(py).set_registry(std::sync::Arc::clone(&registry.0));
    }

    /// How many legs are left, with those that only wait for their last requests: 0 when nothing is.
    fn live_legs(&self, py: Python<'_>) -> usize {
        self.lock(py).live_legs()
    }
}
