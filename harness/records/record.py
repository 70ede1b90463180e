"""RunRecord: everything that is kept of one run. Its JSON schema is docs/record.schema.json."""

import datetime
import json
from typing import Annotated, Any, Literal, get_args

import pydantic

from harness.spec import RunSpec

SCHEMA_VERSION: Literal[4] = 4
Status = Literal["ok", "failed", "timeout", "killed", "diverged", "invalid_output", "skipped"]
STATUSES: tuple[Status, ...] = get_args(Status)


class Part(pydantic.BaseModel):
    """Base of the record's parts: frozen, unknown keys refused, no NaN in the JSON."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _field(text: str, **default: Any) -> Any:
    return pydantic.Field(description=text, **default)


Count = Annotated[int, pydantic.Field(ge=0)]
Seconds = Annotated[float, pydantic.Field(ge=0)]
Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class Epoch(Part):
    """Losses and accuracies after one epoch."""

    epoch: int = _field("1, 2, ...")
    train_loss: float = _field("mean over the epoch's batches, as they were trained (dropout on, weights moving)")
    train_accuracy: Share = _field("over the same batches")
    validation_loss: float = _field("after the epoch, dropout off")
    validation_accuracy: Share


class ClassScore(Part):
    """Scores of one class: paper Eq. (10)-(12). None where there is nothing to divide by."""

    label: int
    precision: Share | None
    recall: Share | None
    f1: Share | None
    support: Count = _field("test images of this class")


class Evaluation(Part):
    """The test images, classified."""

    weights_from: str | None = _field("run id of the run that trained the weights; None = this run")
    n_images: Count
    accuracy: Share
    loss: float
    macro_precision: Share | None
    macro_recall: Share | None
    macro_f1: Share | None
    classes: list[ClassScore]
    confusion: list[list[int]] = _field("confusion[true class][predicted class], images")
    predictions: list[int] = _field("predicted class of each test image, in the order of the test set")
    seconds: Seconds
    circuit_evaluations: Count
    shots: Count


class Steps(Part):
    """The cost of training, counted where it happened."""

    n_steps: Count
    batch_size: int
    step_s_median: Seconds = _field("wall time of one optimizer step, data to update")
    step_s_p10: Seconds
    step_s_p90: Seconds
    forward_evaluations: float = _field("circuit evaluations a step requested by the forward pass")
    backward_evaluations: float = _field("circuit evaluations a step requested for derivatives")
    executed_evaluations: float = _field(
        "circuit evaluations a step that the backend executed; none of a response table's, see head.setup_evaluations"
    )
    formula_evaluations: float = _field(
        "batch x circuits x (1 + shifts, without skipped angles); equals the requested sum"
    )
    shots: float = _field("shots a step; those of a response table are drawn from its probabilities")
    head_seconds: Seconds = _field("seconds inside the backend, all steps")


class Times(Part):
    """Wall time by phase; the phases and ``other_s`` add up to ``total_s``.

    A parameter-shift head sends its shifted evaluations together with the forward ones; the job's seconds are divided
    between head_forward_s and head_backward_s in proportion to the evaluations.
    """

    setup_s: Seconds = _field("data, model, transpilation, noise model")
    features_forward_s: Seconds
    head_forward_s: Seconds
    head_backward_s: Seconds
    features_backward_s: Seconds
    optimizer_s: Seconds
    evaluation_s: Seconds = _field("validation after each epoch, and the test images")
    other_s: Seconds
    total_s: Seconds


PHASES = tuple(name for name in Times.model_fields if name != "total_s")
"""The phases of a run, in order; they add up to ``total_s``."""


class HeadFacts(Part):
    """What the head was, as built."""

    summary: str
    n_parameters: Count = _field("trainable parameters of the whole classifier")
    n_head_parameters: Count = _field("of these, in the head itself (circuit weights)")
    gradient: str = _field("autograd or parameter-shift")
    n_circuits: Count = _field("0 for a classical head")
    n_angles: Count
    circuit: dict[str, Any] | None = _field("the circuit's gates, as data")
    provenance: dict[str, Any] = _field("what the backend was set up as: method, device, layout, calibration, ...")
    setup_evaluations: Count = _field(
        "circuit evaluations that the backend executed to build and verify a response table, or the response that proves "
        "angles of a noisy head dead; 0 otherwise",
        default=0,
    )
    setup_shots: Count = _field("shots of these", default=0)
    skipped_angles: dict[int, str] = _field(
        "angles, counted from 1, whose shifted evaluations were left out (skip_dead_angles), and the proof that they "
        "cannot matter: structure, response, or response with noise",
        default={},
    )
    checked: bool | None = _field(
        "whether the head had passed the conformance suite in these versions, with this code and these options, when the run "
        "was made (qhb check); true for the heads of this project, which its own tests check; None = not known, as in records "
        "of schema 3 and before",
        default=None,
    )


class DatasetFacts(Part):
    """Which images."""

    name: str
    sha256: str = _field("of image bytes then label bytes, training file and test file")
    n_train: Count
    n_validation: Count
    n_test: Count


class Environment(Part):
    """Where it ran."""

    versions: dict[str, str]
    python: str
    platform: str
    cpu: str
    n_cores: int
    torch_threads: int
    load_average: float = _field("of the machine, 1 minute, when the run began")
    torch_device: str
    git_commit: str | None


class Failure(Part):
    """Why a run is not ok."""

    kind: str = _field("exception class, or signal")
    message: str
    traceback: str
    log_tail: list[str] = _field("last lines the run printed")


class RunRecord(Part):
    """One attempt at one run. Written once, never edited."""

    schema_version: Literal[4] = SCHEMA_VERSION
    run_id: str = _field("SHA-256 of what was asked")
    label: str
    spec: RunSpec
    attempt: int = _field("1, 2, ...")
    status: Status
    started_at: str = _field("UTC, ISO 8601")
    seconds: Seconds = _field(
        "from start of the child process's work to its end; with ``resumed_at``, see there. Of a run whose process left no "
        "result (killed, timeout), the seconds that this process had, its start included"
    )
    scope: Literal["full", "slice"] = _field("full: trained to the end; slice: a fixed number of steps, for its cost")
    head: HeadFacts | None = None
    dataset: DatasetFacts | None = None
    epochs: list[Epoch] = []
    steps: Steps | None = None
    times: Times | None = None
    evaluation: Evaluation | None = None
    peak_rss_mib: float | None = None
    environment: Environment | None = None
    failure: Failure | None = None
    resumed_at: int | None = _field(
        "step that this process went on from, by a checkpoint; None = it made every step, or left no result. All seconds "
        "and counts are sums over the processes; what one did after the checkpoint and before it was stopped is lost and in none of them",
        default=None,
    )
    notes: list[str] = _field("what happened on the way, e.g. a damaged checkpoint that was passed over", default=[])
    weights_sha256: str | None = _field("of the trained weights, as their file says it", default=None)


def now() -> str:
    """Return the time as records give it: UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def schema() -> str:
    """Return the JSON schema of a record, as docs/record.schema.json holds it."""
    return json.dumps(RunRecord.model_json_schema(), indent=1) + "\n"
