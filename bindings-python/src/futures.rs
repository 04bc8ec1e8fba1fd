//! Futures of Python get their outcomes.

use pyo3::exceptions::PyBaseException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Resolves a future of an event loop, on the loop's thread.
pub(crate) fn resolve(future: &Bound<'_, PyAny>, outcome: Bound<'_, PyAny>) -> PyResult<()> {
    let py = future.py();
    let set = match outcome.is_instance_of::<PyBaseException>() {
        true => intern!(py, "set_exception"),
        false => intern!(py, "set_result"),
    };
    match future.call_method1(set, (outcome,)) {
        // Whoever waited for it was cancelled.
        Err(_) if future.call_method0(intern!(py, "done"))?.is_truthy()? => Ok(()),
        set => set.map(drop),
    }
}

/// Resolves a `SendFuture` that nobody watches, and says whether it did.
///
/// Nobody can begin to watch it between the look and the end: no Python code runs there, nothing is
/// made there that the collector would run for, and the interpreter's lock, which is one for all
/// threads as this module asks for, is not let go of. To make a name that is used for the first time
/// lets go of it: so all are there before the look.
pub(crate) fn resolve_unwatched(
    future: &Bound<'_, PyAny>,
    outcome: &Bound<'_, PyAny>,
) -> PyResult<bool> {
    let py = future.py();
    let part = match outcome.is_instance_of::<PyBaseException>() {
        true => intern!(py, "_exception"),
        false => intern!(py, "_result"),
    };
    let (is_watched, state) = (intern!(py, "_is_watched"), intern!(py, "_state"));
    let (finished, condition) = (intern!(py, "FINISHED"), intern!(py, "_condition"));
    let unlocked = Unlocked::get(py)?;
    future.setattr(part, outcome)?;
    if future.getattr(is_watched)?.is_truthy()? {
        return Ok(false);
    }
    future.setattr(state, finished)?;
    future.setattr(condition, unlocked)?;
    Ok(true)
}

/// The condition of futures that were resolved before anybody asked for one. They change no more:
/// there is nothing to lock, and nothing to wait for.
#[pyclass(frozen, module = "onsmq._onsmq")]
struct Unlocked;

impl Unlocked {
    fn get(py: Python<'_>) -> PyResult<&Bound<'_, Self>> {
        static THE_ONE: PyOnceLock<Py<Unlocked>> = PyOnceLock::new();
        let the_one = THE_ONE.get_or_try_init(py, || Py::new(py, Self))?;
        Ok(the_one.bind(py))
    }
}

#[pymethods]
impl Unlocked {
    fn acquire(&self) {}

    fn release(&self) {}

    fn __enter__(&self) {}

    fn __exit__(
        &self,
        _kind: &Bound<'_, PyAny>,
        _error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) {
    }
}
