"""Measures how time and memory of a step grow; ``docs.figures.growth`` writes them into docs/performance.md."""

import ctypes
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pydantic
import torch

from backends import Angle, Circuit, Gate, head_class
from backends.capabilities import Execution
from backends.surrogates.choice import factory_for

N_CIRCUITS = 10
IMAGES = 32
_LEAST_S = 0.2  # of all timed steps of a point
_LEAST_STEPS, _MOST_STEPS = 3, 200
_NOISE = {
    "depolarizing_1q": 0.001, "depolarizing_2q": 0.01, "amplitude_damping": 0.001, "phase_damping": 0.001,
    "readout_p1_given_0": 0.02, "readout_p0_given_1": 0.04,
}  # fmt: skip
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class Way(NamedTuple):
    """How a step is computed: the name in the figure, the head, what answers in its place, and its options."""

    name: str
    head: str
    execution: Execution
    options: dict[str, float]


STATEVECTOR = Way("statevector, ideal", "statevector", "native", {})
CHANNELS = Way("channels", "aer_noise", "channels", _NOISE)
TABLE = Way("table", "aer_noise", "table", _NOISE)
NATIVE = Way("native, Aer", "aer_noise", "native", _NOISE)


class Task(NamedTuple):
    """A point to measure.

    Attributes:
        along: What grows in its panel: "qubits", "angles" or "images".
        x: How many of them.
        way: How the step is computed.
        circuit: Its circuit.
        images: Images of the step.
        measured_on: How many of them are measured; the time is scaled, the memory is left out.
    """

    along: str
    x: int
    way: Way
    circuit: Circuit
    images: int = IMAGES
    measured_on: int = IMAGES


class Point(pydantic.BaseModel):
    """A point as it was measured: seconds of a step and MiB that it needs beyond what stays allocated between steps."""

    model_config = pydantic.ConfigDict(frozen=True)

    along: str
    x: int
    way: str
    seconds: float
    mib: float | None
    images: int
    measured_on: int


def rotations(n_angles: int, n_qubits: int = 3) -> Circuit:
    """Return a circuit in which so many inputs, each in one rotation, and all qubits matter: layers of ry, then a chain of CNOTs."""
    gates: list[Gate] = []
    for angle in range(n_angles):
        gates.append(Gate("ry", (angle % n_qubits,), (Angle(angle),)))
        if (angle + 1) % n_qubits == 0 or angle == n_angles - 1:
            gates += [Gate("cx", (target + 1, target)) for target in reversed(range(n_qubits - 1))]
    return Circuit(f"rotations({n_angles}, {n_qubits})", n_qubits, n_angles, tuple(gates), (0,), source="benchmark")


def tasks() -> Iterator[Task]:
    """Yield all points, the quick ones of a way first."""
    for way, widths in (
        (STATEVECTOR, (2, 4, 6, 8, 10, 12)),
        (CHANNELS, (2, 3, 4, 5, 6, 7, 8)),
        (NATIVE, (2, 3, 4, 5, 6)),
    ):
        for width in widths:
            yield Task("qubits", width, way, rotations(2 * width, width), measured_on=4 if way is NATIVE else IMAGES)
    for way, numbers in (
        (TABLE, (2, 4, 6, 8)), (CHANNELS, (2, 4, 6, 8, 12, 16, 24)), (STATEVECTOR, (2, 4, 6, 8, 12, 16, 24)), (NATIVE, (2, 4, 8, 16)),
    ):  # fmt: skip
        for number in numbers:
            yield Task("angles", number, way, rotations(number), measured_on=4 if way is NATIVE else IMAGES)
    for way, batches in (
        (TABLE, (1, 8, 32, 128, 512)), (CHANNELS, (1, 8, 32, 128, 512)), (STATEVECTOR, (1, 8, 32, 128, 512)), (NATIVE, (1, 8, 32)),
    ):  # fmt: skip
        for images in batches:
            yield Task("images", images, way, rotations(6), images, measured_on=images)


def measure(task: Task) -> Point:
    """Measure a point: exact, forward and backward, on one thread; the median of the steps."""
    way = task.way
    factory = factory_for(head_class(way.head), way.execution)
    head = factory(task.circuit, n_circuits=N_CIRCUITS, seed=1, options=way.options)
    generator = torch.Generator().manual_seed(1)
    shape = (task.measured_on, N_CIRCUITS, task.circuit.n_inputs)
    angles = torch.empty(shape, dtype=torch.float64).uniform_(-3.0, 3.0, generator=generator).requires_grad_()

    def step() -> None:
        angles.grad = None
        head(angles).sum().backward()

    seconds = _seconds(step)
    whole = task.measured_on == task.images
    return Point(
        along=task.along,
        x=task.x,
        way=way.name,
        seconds=seconds * task.images / task.measured_on,
        mib=_mib(step) if whole else None,
        images=task.images,
        measured_on=task.measured_on,
    )


def _seconds(step: Callable[[], None]) -> float:
    step()  # allocates
    taken: list[float] = []
    while len(taken) < _LEAST_STEPS or (sum(taken) < _LEAST_S and len(taken) < _MOST_STEPS):
        started = time.perf_counter()
        step()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _mib(step: Callable[[], None]) -> float | None:
    """Return the peak of the resident memory in a step, less the memory before it; None where the system does not tell."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what earlier steps freed counts as unused
        before = _kib("VmRSS")
        _CLEAR.write_text("5")  # the peak begins anew; Linux, proc(5)
    except (OSError, AttributeError):
        return None
    step()
    return (_kib("VmHWM") - before) / 1024


def _kib(name: str) -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])
