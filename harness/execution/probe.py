"""Forecasts: how long a run would take and how much it would store, from two steps of it that are made in a child process."""

import dataclasses
import math
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from harness.data.dataset import DataFacts
from harness.data.division import Sizes, sizes_of
from harness.execution.child import make_in_child
from harness.execution.order import RunOrder
from harness.records.file import record_bytes
from harness.records.record import RunRecord, Times
from harness.records.store import Store
from harness.spec import Run, RunSpec
from harness.text import Missing
from harness.training.train import n_steps

_STEPS = 2  # of a probe: the first one of a process is slower
_TIMEOUT_S = 60.0
_NEVER_S = 1e9
_BYTES_OF_A_WEIGHT = 4
_CHECKPOINT = 2 * 3 * _BYTES_OF_A_WEIGHT  # a weight: two are kept, each with Adam's two moments
_BYTES_OF_AN_IMAGE = 2  # of a record: its predicted and its true class, at most


@dataclasses.dataclass(frozen=True)
class Forecast:
    """What a run would take on this machine.

    Attributes:
        n_steps: Optimizer steps.
        step_s: Seconds of one: of the faster of two.
        run_s: Seconds of the run: its process, its setup, the steps, and the images that are classified.
        stored_bytes: What it would leave in the results folder, at most.
        checkpoint_bytes: What it would hold there while it is made.
    """

    n_steps: int
    step_s: float
    run_s: float
    stored_bytes: int
    checkpoint_bytes: int


def forecast(run: Run, facts: DataFacts, *, n_threads: int | None, data_root: Path | None) -> Forecast | Missing:
    """Make two steps of a run in a child process and return what the whole would take. Nothing is kept.

    Args:
        run: The run.
        facts: Of its data set.
        n_threads: As of ``RunOrder``.
        data_root: torchvision's folder of data sets.

    Returns:
        The forecast; a reason where the steps could not be made.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.opened():
            order = RunOrder(
                run_id=run.run_id, label=run.label, spec=_probe_of(run.spec), attempt=1, n_threads=n_threads,
                timeout_s=_TIMEOUT_S, checkpoint_s=_NEVER_S, data_root=data_root.resolve() if data_root else None,
                results=store.root,
            )  # fmt: skip
            started = time.monotonic()
            record = make_in_child(order)
            seconds = time.monotonic() - started
    assert record is not None  # it is None only where a run is given up
    if record.status == "timeout":
        return Missing(f"its setup and {_STEPS} steps take more than {_TIMEOUT_S:.0f} s")
    if record.steps is None or record.times is None or record.head is None:
        failure = record.failure
        return Missing(f"{failure.kind}: {failure.message}" if failure else f"it ended as {record.status}")
    return _forecast(
        run.spec, sizes_of(run.spec.data, facts), record, record.times, step_s=record.steps.step_s_p10, seconds=seconds
    )


def total_s(forecasts: Iterable[tuple[float, bool]], *, jobs: int) -> float:
    """Return the seconds of several runs: those that use one core are made side by side, the others alone.

    Args:
        forecasts: Seconds of each run, and whether it is made alone.
        jobs: Runs that are made side by side.
    """
    found = list(forecasts)
    side_by_side = [seconds for seconds, alone in found if not alone]
    longest = max(side_by_side, default=0.0)
    return max(longest, sum(side_by_side) / jobs) + sum(seconds for seconds, alone in found if alone)


def _probe_of(spec: RunSpec) -> RunSpec:
    training = spec.training.model_copy(update={"max_steps": _STEPS, "fidelity_every": None})
    return spec.model_copy(update={"training": training, "weights_from": None})


def _forecast(
    spec: RunSpec, sizes: Sizes, record: RunRecord, times: Times, *, step_s: float, seconds: float
) -> Forecast:
    assert record.head is not None
    steps = 0 if spec.scope == "evaluation" else n_steps(spec.training, sizes.training)
    n_epochs = steps // math.ceil(sizes.training / spec.training.batch_size)
    n_classified = _n_tested(spec, sizes) + n_epochs * sizes.validation
    forward_s = times.features_forward_s + times.head_forward_s
    backward_s = times.head_backward_s + times.features_backward_s + times.optimizer_s
    image_s = step_s * forward_s / (forward_s + backward_s) / min(spec.training.batch_size, sizes.training)
    start_s = seconds - times.total_s + times.setup_s
    n_weights = record.head.n_parameters
    keeps_weights = spec.scope == "full"
    return Forecast(
        n_steps=steps,
        step_s=step_s,
        run_s=start_s + steps * step_s + n_classified * image_s,
        stored_bytes=len(record_bytes(record))
        + _BYTES_OF_AN_IMAGE * _n_tested(spec, sizes)
        + (_BYTES_OF_A_WEIGHT * n_weights if keeps_weights else 0),
        checkpoint_bytes=_CHECKPOINT * n_weights,
    )


def _n_tested(spec: RunSpec, sizes: Sizes) -> int:
    """Return how many images are classified at the end: the test images, and the data set's own."""
    n_test = sizes.test if spec.scope != "slice" or spec.weights_from is not None else 0
    return n_test + (spec.data.official_images if spec.scope != "slice" and spec.data.test == "split" else 0)
