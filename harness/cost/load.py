"""What one run sends to a device: which images in how many jobs, and how many circuits each image takes."""

import dataclasses
import math
from collections.abc import Collection

from backends.analysis.dead_angles import structural_proofs
from backends.circuits.circuit import Circuit
from backends.errors import CircuitError
from backends.gradients import shifts_of
from harness.data.dataset import DataFacts
from harness.data.division import sizes_of
from harness.heads import ResolvedBaseline, resolve_head
from harness.spec import RunSpec, TrainingSpec
from harness.text import Missing


@dataclasses.dataclass(frozen=True)
class Batches:
    """Equal batches of images, one after the other; each is a job.

    Attributes:
        n: Batches.
        images: Images of each; the mean where a record has no more.
    """

    n: int
    images: float


@dataclasses.dataclass(frozen=True)
class Load:
    """What one run sends.

    Attributes:
        circuit: The circuit.
        shots: Of each evaluation.
        n_circuits: Circuits that an image takes without derivatives.
        n_shifts: Shifted evaluations of each circuit in a training step; a reason where there is no shift rule.
        dead: Angles that the circuit's structure proves dead on an ideal device.
        steps: Batches of the training steps. Each is a job at least: its angles depend on the step before.
        validation: Batches that are classified after each epoch.
        test: Batches that are classified at the end: the test images, and the data set's own.
    """

    circuit: Circuit
    shots: int
    n_circuits: int
    n_shifts: int | Missing
    dead: frozenset[int]
    steps: tuple[Batches, ...]
    validation: tuple[Batches, ...]
    test: tuple[Batches, ...]

    @property
    def n_shifts_alive(self) -> int | Missing:
        """The shifted evaluations that are left without the dead angles."""
        return _n_shifts(self.circuit, self.dead)


def planned_load(spec: RunSpec, facts: DataFacts, *, shots: int | None = None) -> Load | Missing:
    """Return what a planned run would send to a device.

    Args:
        spec: What is asked.
        facts: Of the data set.
        shots: Of each evaluation, in the place of the spec's; needed where that is exact.
    Returns:
        The load; a reason for a classical head and for exact probabilities.
    """
    resolved = resolve_head(spec, n_classes=facts.n_classes)
    if isinstance(resolved, ResolvedBaseline):
        return Missing("classical head: no circuits")
    asked = shots or spec.shots
    if asked is None:
        return Missing("exact probabilities: a device only samples; give --shots N")
    circuit, images = resolved.circuit, sizes_of(spec.data, facts)
    dead = frozenset(structural_proofs(circuit))
    per_epoch = math.ceil(images.training / spec.training.batch_size)
    n_epochs, n_more = divmod(0 if spec.scope == "evaluation" else _n_steps(spec.training, per_epoch), per_epoch)
    test = [images.test] if spec.scope == "full" or spec.weights_from is not None else []
    official = spec.data.official_images if spec.scope != "slice" and spec.data.test == "split" else 0
    test += [official] if official else []
    return Load(
        circuit=circuit,
        shots=asked,
        n_circuits=resolved.n_circuits,
        n_shifts=_n_shifts(circuit, dead if spec.training.skip_dead_angles else ()),
        dead=dead,
        steps=_steps(images.training, spec.training.batch_size, n_epochs=n_epochs, n_more=n_more),
        validation=(Batches(n_epochs, images.validation),) if n_epochs else (),
        test=tuple(Batches(1, n_images) for n_images in test),
    )


def _n_steps(spec: TrainingSpec, per_epoch: int) -> int:
    whole = spec.epochs * per_epoch
    return whole if spec.max_steps is None else min(whole, spec.max_steps)


def _steps(n_images: int, batch_size: int, *, n_epochs: int, n_more: int) -> tuple[Batches, ...]:
    """Return the batches of whole epochs and of some steps more; the last batch of an epoch may be smaller."""
    n_whole, rest = divmod(n_images, batch_size)
    found = (Batches(n_epochs * n_whole + n_more, batch_size), Batches(n_epochs, rest))
    return tuple(batches for batches in found if batches.n and batches.images)


def _n_shifts(circuit: Circuit, dead: Collection[int]) -> int | Missing:
    try:
        return sum(shift.angle not in dead for shift in shifts_of(circuit, "exact"))
    except CircuitError as error:
        return Missing(f"no parameter shift: {error}")
