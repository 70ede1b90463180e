"""RunRecord: what is kept of one attempt at a run. Its JSON schema is docs/record.schema.json."""

import datetime
import json
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
import pydantic

from harness.records.packed import unpack
from harness.spec import RunSpec, Scope

SCHEMA_VERSION: Literal[6] = 6
Status = Literal["ok", "failed", "timeout", "killed", "diverged", "invalid_output", "skipped"]
STATUSES: tuple[Status, ...] = get_args(Status)


class RecordPart(pydantic.BaseModel):
    """Base of the record's parts: frozen, unknown keys refused, no NaN in the JSON."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _field(text: str, **default: Any) -> Any:
    return pydantic.Field(description=text, **default)


Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class Epoch(RecordPart):
    """Losses and accuracies after one epoch."""

    epoch: int = _field("1, 2, ...")
    train_loss: float = _field("mean over the epoch's batches, as they were trained (dropout on, weights moving)")
    train_accuracy: Share = _field("over the same batches")
    validation_loss: float = _field("after the epoch, dropout off")
    validation_accuracy: Share = _field("after the epoch, dropout off")


class ClassScore(RecordPart):
    """Scores of one class: paper Eq. (10)-(12). None where there is nothing to divide by."""

    label: int = _field("the class: 0, 1, ...")
    precision: Share | None
    recall: Share | None
    f1: Share | None
    support: pydantic.NonNegativeInt = _field("test images of this class")


class Evaluation(RecordPart):
    """The test images, classified."""

    weights_from: str | None = _field("run id of the run that trained the weights; None = this run")
    n_images: pydantic.NonNegativeInt = _field("test images")
    accuracy: Share = _field("test images whose class was predicted, over all test images")
    loss: float = _field("cross-entropy, mean over the test images")
    macro_precision: Share | None = _field("mean over the classes that have one; None = no class has one")
    macro_recall: Share | None = _field("mean over the classes that have one; None = no class has one")
    macro_f1: Share | None = _field("mean over the classes that have one; None = no class has one")
    classes: list[ClassScore] = _field("precision, recall, F1 and number of images of each class")
    confusion: list[list[int]] = _field("confusion[true class][predicted class], images")
    predictions: str = _field(
        "predicted class of each test image, in the order of the test set: a byte an image, compressed with zlib, in base64"
    )
    labels: str | None = _field(
        "true class of each test image, likewise, with the bytes of the predictions as zlib's dictionary; None = not "
        "recorded, as in records of schema 4 and before",
        default=None,
    )
    seconds: pydantic.NonNegativeFloat = _field("wall time of classifying the test images")
    circuit_evaluations: pydantic.NonNegativeInt = _field(
        "circuit evaluations that the backend executed to classify the test images"
    )
    shots: pydantic.NonNegativeInt = _field("shots of these, all together")

    @pydantic.model_validator(mode="after")
    def _classes_are_of_the_images(self) -> Self:
        known = self.true_classes()
        if len(self.predicted()) != self.n_images or (known is not None and len(known) != self.n_images):
            raise ValueError(f"expected a predicted and a true class of each of {self.n_images} test images")
        return self

    def predicted(self) -> np.ndarray:
        """Return the predicted class of each test image, uint8, shape (n_images,).

        Raises:
            DamagedError: the text is not what ``pack`` returned.
        """
        return unpack(self.predictions)

    def true_classes(self) -> np.ndarray | None:
        """Return the true class of each test image, uint8, shape (n_images,); None where it was not recorded."""
        return None if self.labels is None else unpack(self.labels, beside=self.predicted())

    def right(self) -> np.ndarray | None:
        """Return whether each test image was classified rightly, bool; None where the true classes were not recorded."""
        known = self.true_classes()
        return None if known is None else known == self.predicted()


class GradientFidelity(RecordPart):
    """The gradient of one step from shots, beside the exact gradient of the same head, weights and images."""

    step: int = _field("optimizer step: 1, 2, ...")
    cosine: float = _field("cosine of the angle between the two gradients of all trainable parameters")
    signal_to_noise: pydantic.NonNegativeFloat = _field(
        "|exact gradient|^2 over |gradient from shots - exact gradient|^2"
    )
    circuit_evaluations: pydantic.NonNegativeInt = _field(
        "circuit evaluations that the backend executed for the exact gradient; no other number of the record counts them",
        default=0,
    )


class Steps(RecordPart):
    """The cost of training, counted where it happened."""

    n_steps: pydantic.NonNegativeInt = _field("optimizer steps")
    batch_size: int = _field("images of a step, the last one of an epoch aside")
    step_s_median: pydantic.NonNegativeFloat = _field("wall time of one optimizer step, data to update")
    step_s_p10: pydantic.NonNegativeFloat = _field("10th percentile of the same")
    step_s_p90: pydantic.NonNegativeFloat = _field("90th percentile of the same")
    forward_evaluations: float = _field("circuit evaluations a step requested by the forward pass")
    backward_evaluations: float = _field("circuit evaluations a step requested for derivatives")
    executed_evaluations: float = _field(
        "circuit evaluations a step that the backend executed; 0 where a response table or channels answer, see head.setup_evaluations"
    )
    formula_evaluations: float = _field(
        "batch x circuits x (1 + shifts, without skipped angles); equals the requested sum"
    )
    shots: float = _field(
        "shots a step; where a response table or channels answer they are drawn from their probabilities"
    )
    head_seconds: pydantic.NonNegativeFloat = _field("seconds inside the backend, all steps")


class Times(RecordPart):
    """Wall time by phase; the phases and ``other_s`` add up to ``total_s``.

    A parameter-shift head sends its shifted evaluations together with the forward ones; the job's seconds are divided
    between head_forward_s and head_backward_s in proportion to the evaluations.
    """

    setup_s: pydantic.NonNegativeFloat = _field("data, model, transpilation, noise model")
    features_forward_s: pydantic.NonNegativeFloat = _field("forward pass of the feature extractor")
    head_forward_s: pydantic.NonNegativeFloat = _field("forward pass of the head")
    head_backward_s: pydantic.NonNegativeFloat = _field("derivatives of the head")
    features_backward_s: pydantic.NonNegativeFloat = _field("derivatives of the feature extractor")
    optimizer_s: pydantic.NonNegativeFloat = _field("updates of the weights")
    evaluation_s: pydantic.NonNegativeFloat = _field("validation after each epoch, and the test images")
    other_s: pydantic.NonNegativeFloat = _field("everything else; the exact gradients of fidelity_every too")
    total_s: pydantic.NonNegativeFloat = _field("sum of the phases")


PHASES = tuple(name for name in Times.model_fields if name != "total_s")
"""The phases of a run, in order; they add up to ``total_s``."""


class HeadFacts(RecordPart):
    """What the head was, as built."""

    summary: str = _field("the head in one line, as it describes itself")
    n_parameters: pydantic.NonNegativeInt = _field("trainable parameters of the whole classifier")
    n_head_parameters: pydantic.NonNegativeInt = _field(
        "of these, in the head itself (circuit weights, or the layers of a classical head)"
    )
    gradient: str = _field("autograd or parameter-shift")
    n_circuits: pydantic.NonNegativeInt = _field("0 for a classical head")
    n_angles: pydantic.NonNegativeInt = _field("angles of one circuit")
    circuit: dict[str, Any] | None = _field("the circuit's gates, as data")
    provenance: dict[str, Any] = _field("the backend's setup: method, device, layout, calibration, ...")
    setup_evaluations: pydantic.NonNegativeInt = _field(
        "circuit evaluations that the backend executed to build and verify a response table, or the response that proves "
        "angles of a noisy head dead; 0 otherwise",
        default=0,
    )
    setup_shots: pydantic.NonNegativeInt = _field("shots of these", default=0)
    skipped_angles: dict[int, str] = _field(
        "angles, counted from 1, whose shifted evaluations were left out (skip_dead_angles), and the proof that they "
        "cannot matter: structure, response, response with noise, or channels with noise",
        default={},
    )
    checked: bool | None = _field(
        "whether the head had passed the conformance suite in these versions, with this code and these options, when the run "
        "was made (qhb check); true for the heads of this project, which its own tests check; None = not known, as in records "
        "of schema 3 and before",
        default=None,
    )


class DatasetFacts(RecordPart):
    """Which images."""

    name: str = _field("the data set's")
    sha256: str = _field("of its content: of MNIST of image bytes then label bytes, training file and test file")
    shape: tuple[int, ...] = _field("of one image: channels, height, width; of a vector: its features")
    class_names: tuple[str, ...] = _field("of the classes 0, 1, ...")
    n_train: pydantic.NonNegativeInt = _field("images to train with")
    n_validation: pydantic.NonNegativeInt = _field("images to validate with after each epoch")
    n_test: pydantic.NonNegativeInt = _field("images to test with")


class Environment(RecordPart):
    """Where it ran."""

    versions: dict[str, str] = _field("installed version of each package that a result depends on")
    python: str = _field("its version")
    platform: str = _field("operating system, kernel and architecture")
    cpu: str = _field("model of the processor")
    n_cores: int = _field("cores that the process may use")
    torch_threads: int = _field("threads that torch may use")
    load_average: float = _field("of the machine, 1 minute, when the run began")
    torch_device: str = _field("cpu, or the name of the CUDA device")
    git_commit: str | None = _field(
        "of the checkout that the code ran from, -dirty if files differ; None = it was installed"
    )


class Failure(RecordPart):
    """Why a run is not ok."""

    kind: str = _field("exception class, or signal")
    message: str = _field("what the exception said, or how the process ended")
    traceback: str = _field("the exception's; empty where the process ended without one")
    log_tail: list[str] = _field("last lines the run printed")


class RunRecord(RecordPart):
    """One attempt at one run. Written once, never edited."""

    schema_version: Literal[6] = _field("version of this schema", default=SCHEMA_VERSION)
    run_id: str = _field("SHA-256 of what was asked")
    label: str = _field("what tables call it; the same for all seeds")
    spec: RunSpec = _field("what was asked")
    attempt: int = _field("number of the attempt at this run: 1, 2, ...")
    status: Status = _field("how it ended: " + ", ".join(STATUSES))
    started_at: str = _field("time at which it began: UTC, ISO 8601")
    seconds: pydantic.NonNegativeFloat = _field(
        "from start of the child process's work to its end; with ``resumed_at``, see there. Of a run whose process left no "
        "result (killed, timeout), the seconds that this process had, its start included"
    )
    scope: Scope = _field(
        "full: trained to the end; slice: a fixed number of steps, for its cost; evaluation: weights of another run, no training"
    )
    head: HeadFacts | None = None
    dataset: DatasetFacts | None = None
    epochs: list[Epoch] = _field("losses and accuracies after each epoch", default=[])
    steps: Steps | None = None
    times: Times | None = None
    evaluation: Evaluation | None = None
    official: Evaluation | None = _field(
        "the data set's own test images, where ``evaluation`` is of a part of the training file", default=None
    )
    fidelity: list[GradientFidelity] = _field(
        "gradients from shots beside exact ones at the steps 1, 1 + fidelity_every, ...; a step at which one of them is zero, "
        "or both are equal, is left out",
        default=[],
    )
    peak_rss_mib: float | None = _field("largest memory of the run's process, MiB", default=None)
    environment: Environment | None = None
    failure: Failure | None = None
    resumed_at: int | None = _field(
        "step of the checkpoint that this process went on from; None = it made every step, or left no result. All seconds and "
        "counts are sums over the processes of the run, without the work between the last checkpoint of one and its end",
        default=None,
    )
    notes: list[str] = _field("events of the run, e.g. a damaged checkpoint that was not used", default=[])
    weights_sha256: str | None = _field("SHA-256 of the trained weights, the same as in their file", default=None)


def now() -> str:
    """Return the time as records give it: UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def schema() -> str:
    """Return the JSON schema of a record, as docs/record.schema.json holds it."""
    return json.dumps(RunRecord.model_json_schema(), indent=1) + "\n"
