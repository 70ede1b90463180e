"""Ways to get the same training and test from a device, and the use of the device in each."""

import dataclasses
import enum
from collections.abc import Collection

from backends.errors import ConfigError
from backends.surrogates.build import SAMPLED_ROWS
from backends.surrogates.polynomial import Grid
from backends.surrogates.table import estimate_shots
from harness.cost.load import Batches, Load
from harness.cost.qpu_time import Use, use_of
from harness.text import Missing


class Way(enum.StrEnum):
    """How a run uses a device.

    ``side_by_side`` is an upper bound of what is saved: it takes any free qubits for neighbours and ignores crosstalk. Dead
    angles are proven for an ideal device. ``table`` answers training, validation and test from one measured response table;
    it needs no points for dead angles, ``table_of_all_angles`` measures them as well.
    """

    PLANNED = "as planned"
    ALIVE = "dead angles left out"
    SIDE_BY_SIDE = "side by side"
    BOTH = "dead angles left out, side by side"
    TABLE = "response table"
    TABLE_OF_ALL_ANGLES = "response table of all angles"


@dataclasses.dataclass(frozen=True)
class WayUse:
    """The use of a device by one run in one way.

    Attributes:
        way: Which.
        step: One training step, the largest.
        training: All steps, and the validation after each epoch.
        testing: Classification of the test images.
    """

    way: Way
    step: Use | Missing
    training: Use | Missing
    testing: Use | Missing


_ANSWERED = Missing("the response table answers")


def uses(load: Load, *, execution_s: float, copies: int) -> list[WayUse]:
    """Return the use of a device in each way.

    Args:
        load: What one run sends.
        execution_s: Seconds of one execution of the circuit, the delay before the next included.
        copies: Circuits that fit on the device side by side.
    """
    found = []
    for way, n_shifts, together in (
        (Way.PLANNED, load.n_shifts, 1),
        (Way.ALIVE, load.n_shifts_alive, 1),
        (Way.SIDE_BY_SIDE, load.n_shifts, copies),
        (Way.BOTH, load.n_shifts_alive, copies),
    ):
        found.append(_natively(load, way, n_shifts, execution_s=execution_s, copies=together))
    for way, dead in ((Way.TABLE, load.dead), (Way.TABLE_OF_ALL_ANGLES, ())):
        use = _table(load, dead, execution_s=execution_s)
        others = use if isinstance(use, Missing) else _ANSWERED
        found.append(WayUse(way, others, use, others))
    return found


def _table(load: Load, dead: Collection[int], *, execution_s: float) -> Use | Missing:
    """Return the use of a device that measures a response table once and verifies it, as ``backends.surrogates`` does."""
    try:
        n_rows = Grid.of(load.circuit, dead=dead).n_points + SAMPLED_ROWS
        return use_of(1, n_rows, shots=estimate_shots(load.circuit, dead=dead), execution_s=execution_s)
    except ConfigError:
        return Missing("the circuit has too many angles for a response table")


def _natively(load: Load, way: Way, n_shifts: int | Missing, *, execution_s: float, copies: int) -> WayUse:
    def of(batches: tuple[Batches, ...], circuits_per_image: int) -> Use:
        total = Use()
        for some in batches:
            total += use_of(
                some.n, some.images * circuits_per_image, shots=load.shots, execution_s=execution_s, copies=copies
            )
        return total

    testing = of(load.test, load.n_circuits) if load.test else Missing("the run does not classify the test images")
    if not load.steps:
        nothing = Missing("the run trains nothing")
        return WayUse(way, nothing, nothing, testing)
    if isinstance(n_shifts, Missing):
        return WayUse(way, n_shifts, n_shifts, testing)
    per_image = load.n_circuits * (1 + n_shifts)
    largest = max(load.steps, key=lambda batches: batches.images)
    return WayUse(
        way,
        step=of((Batches(1, largest.images),), per_image),
        training=of(load.steps, per_image) + of(load.validation, load.n_circuits),
        testing=testing,
    )
