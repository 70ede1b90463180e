"""The rows of the report's tables. HTML, Markdown, CSV, figures and the terminal show these numbers and compute no others."""

import dataclasses
from typing import Literal

from harness.records.record import Status
from harness.spec import Scope
from harness.text import Missing, listed

Number = float | Missing
"""A number, or the reason why there is none."""


@dataclasses.dataclass(frozen=True)
class Weights:
    """The weights that classified the test images.

    Attributes:
        trained_by: The runs that trained them, by label and seed; empty where each run trained its own.
    """

    trained_by: tuple[str, ...]

    def __str__(self) -> str:
        return f"transferred from {listed(list(self.trained_by))}" if self.trained_by else "own"


@dataclasses.dataclass(frozen=True)
class Scores:
    """Scores on the test images: means over the seeds, and the smallest and largest accuracy.

    The interval of macro F1 is a 95 % one, for new seeds and new images.
    """

    accuracy_mean: float
    accuracy_min: float
    accuracy_max: float
    test_images: int
    macro_precision: Number
    macro_recall: Number
    macro_f1: Number
    macro_f1_low: Number
    macro_f1_high: Number
    weights: Weights


@dataclasses.dataclass(frozen=True)
class Difference:
    """Accuracy minus that of the linear head with the same seed and test images, percentage points, over all pairs."""

    difference_pp_mean: float
    difference_pp_min: float
    difference_pp_max: float


@dataclasses.dataclass(frozen=True)
class Costs:
    """Times and counts: medians over the runs that ended ok; set-up evaluations and memory are the largest of the runs.

    Attributes:
        wall_s: Wall time of a run, seconds.
        steps: Optimizer steps.
        step_ms: Wall time of a step, milliseconds.
        forward_evaluations: Circuit evaluations that the forward pass of a step requests.
        backward_evaluations: Circuit evaluations that a step requests for derivatives.
        formula_evaluations: What batch x circuits x (1 + shifts) gives for a step.
        formula: The same with its factors.
        executed_evaluations: Circuit evaluations that the backend executes for a step.
        setup_evaluations: Circuit evaluations that the backend executed once, before the training.
        shots_per_step: Shots of a step.
        evaluations_per_s: Requested evaluations over seconds inside the head.
        training_s: Wall time of a run without its set-up, validation and tests, seconds.
        training_evaluations: Circuit evaluations that all steps of a run request.
        peak_rss_mib: Memory of the process, MiB.
    """

    wall_s: Number
    steps: Number
    step_ms: Number
    forward_evaluations: Number
    backward_evaluations: Number
    formula_evaluations: Number
    formula: str | Missing
    executed_evaluations: Number
    setup_evaluations: Number
    shots_per_step: Number
    evaluations_per_s: Number
    training_s: Number
    training_evaluations: Number
    peak_rss_mib: Number


@dataclasses.dataclass(frozen=True)
class Phases:
    """Wall time by phase, seconds, means over the runs that ended ok; the phases add up to the total."""

    setup_s: float
    features_forward_s: float
    head_forward_s: float
    head_backward_s: float
    features_backward_s: float
    optimizer_s: float
    evaluation_s: float
    other_s: float
    total_s: float


@dataclasses.dataclass(frozen=True)
class ComparisonRow:
    """The runs of one configuration, compared with the others.

    Attributes:
        label: Shown for the configuration; unique in a report.
        head: Name of the head.
        circuit: Name of the circuit.
        shots: Of each circuit evaluation.
        execution: Who answers in a step: the backend ("native"), its response table, a table estimated from shots,
            or its channels.
        scope: Whether the training went to its end.
        runs_ok: Runs that ended ok.
        runs: All runs, each with the attempt that counts.
        status: How the runs ended: "2 ok, 1 diverged".
        seeds: Of the runs that ended ok.
        runs_evaluated: Runs that ended ok and classified the test images.
        scores: Of these runs, on the test images of the split.
        official: Of these runs, on the data set's own test images, which are apart from all others.
        pairs: Seeds in common with the linear head.
        difference: From the linear head.
        costs: Times, circuit evaluations, memory.
        phases: Wall time by phase.
        parameters: Trainable parameters of the classifier.
        settings: Settings that most configurations of the report do not have, in words: "batch size 64".
        shuffled: Whether the labels of its training images were shuffled: a sanity check, which must end at chance.
        gradient: How the head's derivatives are computed.
        checked: Whether the head had passed ``qhb check`` when each of the runs was made; heads of this project have.
    """

    label: str
    head: str
    circuit: str | Missing
    shots: int | Literal["exact"] | Missing
    execution: str | Missing
    scope: Scope
    runs_ok: int
    runs: int
    status: str
    seeds: tuple[int, ...] | Missing
    runs_evaluated: int
    scores: Scores | Missing
    official: Scores | Missing
    pairs: int
    difference: Difference | Missing
    costs: Costs
    phases: Phases | Missing
    parameters: int | Missing
    settings: tuple[str, ...]
    shuffled: bool
    gradient: str | Missing
    checked: bool | Missing


@dataclasses.dataclass(frozen=True)
class ClassRow:
    """Scores of one digit: means over ``seeds`` runs, each on ``images`` test images of that digit.

    The interval of F1 is a 95 % one, for new seeds and new images.
    """

    label: str
    digit: int
    precision: Number
    recall: Number
    f1: Number
    f1_low: Number
    f1_high: Number
    images: int | Missing
    seeds: int | Missing


@dataclasses.dataclass(frozen=True)
class EpochRow:
    """Losses and accuracies of one run after one epoch."""

    label: str
    seed: int
    status: Status
    scope: Scope
    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
