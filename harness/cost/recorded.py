"""What a recorded run would have sent to a device, from its own counts, and the duration of its circuit there."""

import dataclasses

from backends.analysis.dead_angles import structural_proofs
from backends.circuits.circuit import Circuit
from harness.cost.load import Batches, Load
from harness.cost.qpu_time import QUICK_EXECUTION_S, REP_DELAY_S
from harness.records.record import RunRecord
from harness.text import Missing

_MOST_EXECUTIONS = 1e18  # of a run; a device would need ten million years
_MOST_SHIFTS = 1e6  # of one circuit


@dataclasses.dataclass(frozen=True)
class Execution:
    """One execution of a circuit.

    Attributes:
        seconds: The delay before the next one included.
        device: Whose data the duration comes from; None: it is that of IBM's quick form.
    """

    seconds: float
    device: str | None


def recorded_load(record: RunRecord, circuit: Circuit) -> Load | Missing:
    """Return what a run would have sent to a device.

    Args:
        record: Of the run, with a head of circuits.
        circuit: Of its head.
    Returns:
        The load; a reason for exact probabilities, for a run that was not measured, and for counts that no run has.
    """
    head, steps = record.head, record.steps
    if record.spec.shots is None:
        return Missing("exact probabilities: a device only samples")
    if head is None or steps is None or not head.n_circuits:
        return Missing(f"not recorded ({record.status})")
    tested = [part.n_images for part in (record.evaluation, record.official) if part is not None]
    validation = record.dataset.n_validation if record.dataset else 0
    forward, backward = steps.forward_evaluations, steps.backward_evaluations
    images = len(record.epochs) * validation + sum(tested)
    evaluations_are_counts = 0 <= backward <= _MOST_SHIFTS * forward
    if not evaluations_are_counts or not _can_be_computed(
        steps.n_steps, forward + backward, images * head.n_circuits, record.spec.shots
    ):
        return Missing("the recorded counts are not those of a training")
    return Load(
        circuit=circuit,
        shots=record.spec.shots,
        n_circuits=head.n_circuits,
        n_shifts=round(backward / forward) if forward else 0,
        dead=frozenset(structural_proofs(circuit)),
        steps=(Batches(steps.n_steps, forward / head.n_circuits),) if steps.n_steps and forward else (),
        validation=(Batches(len(record.epochs), validation),) if record.epochs and validation else (),
        test=tuple(Batches(1, n_images) for n_images in tested),
    )


def _can_be_computed(n_steps: int, evaluations: float, classified: int, shots: int) -> bool:
    """Whether the executions of a run are a number that floats can hold exactly enough; a record may hold anything."""
    try:
        return 0 <= (n_steps * evaluations + classified) * shots <= _MOST_EXECUTIONS
    except OverflowError:
        return False


def recorded_execution(record: RunRecord) -> Execution:
    """Return the duration that the head recorded of its device, else that of IBM's quick form."""
    told = record.head.provenance if record.head else {}
    source = told.get("source")
    told = source if isinstance(source, dict) else told
    duration_s, device = told.get("duration_s"), told.get("device")
    if isinstance(duration_s, float) and 0 < duration_s < 1 and isinstance(device, str):
        return Execution(REP_DELAY_S + duration_s, device)
    return Execution(QUICK_EXECUTION_S, None)
