"""RunSpec: everything that is asked of one run. Two runs with equal specs on one machine give equal bits.

Defaults that the paper leaves open are marked "Ours"; values of the paper are given with its section.
"""

import hashlib
import json
from collections.abc import Collection
from pathlib import PurePath
from typing import Any, Literal, NamedTuple

import pydantic

from backends.capabilities import Execution
from backends.circuits.circuit import Circuit

Scope = Literal["full", "slice", "evaluation"]


class Spec(pydantic.BaseModel):
    """Base of the parts of a plan: frozen, unknown keys refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataSpec(Spec):
    """Which samples, and how they are divided (Sec. 3: 8:2 into training and test, the training part 8:2 again).

    "Images" are the samples, also where these are vectors.
    """

    name: str = pydantic.Field("mnist-5000", min_length=1, max_length=200)
    """Of qhb list, or package.module:function; of a file what reports call it, by default the file's name."""
    path: str | None = None
    """An npz file of your own, see docs/data.md. A relative path begins at the plan's folder."""
    options: dict[str, Any] = {}
    """Of a data set that is drawn by a generator, or of another package's function."""
    classes: list[int | str] | None = pydantic.Field(None, min_length=2)
    """Names of the classes to take, in the order in which they are to be counted, [3, 5]; None: all."""
    sha256: str | None = None
    """SHA-256 of the content, as found when the plan was read; None for MNIST and those of its form. In a plan: the content
    that is expected."""
    n_images: int = pydantic.Field(5000, ge=10, le=10_000_000)
    """Ours: which 5,000 images; the first ones of the training file."""
    test: Literal["split", "official"] = "split"
    """split: a fifth of the images, as in the paper; official: the data set's own test images, 10,000 of MNIST."""
    split_seed: int = pydantic.Field(0, ge=0)
    """Ours. Chooses the test images, which are the same for every run; training and validation images vary with the run's
    seed."""
    pixel_scaling: Literal["unit", "standard", "none"] = "unit"
    """Ours. unit: [0, 1]; standard: zero mean, unit variance over the training images; none: as they are in the file. Whole
    numbers from 0 to 255 (uint8) are divided by 255 for unit, other values are scaled from their least and largest value in
    the training images. Each feature of a vector is scaled by itself, the pixels of images alike."""
    official_images: int = pydantic.Field(10_000, ge=0, le=10_000_000)
    """Ours. With test = "split", a run that is not a slice also classifies so many of the data set's own test images, the
    first ones: 1,000 images cannot settle a difference of one percentage point."""
    labels: Literal["true", "shuffled"] = "true"
    """shuffled: training and validation images get each other's labels. A control: the head must then guess the test images."""
    stratified: bool = False
    """Ours. true: the images that are used, and each part of them, have the classes in the proportions of the whole file.
    With few images a class may otherwise have none to train with. Data sets that are not of MNIST's form are always divided so."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _name_of_the_file(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("path"), str) and "name" not in values:
            return values | {"name": PurePath(values["path"]).stem or "data"}
        return values

    @property
    def not_counting(self) -> frozenset[str]:
        """The fields that do not count in what was asked: a file counts by its content, not by its path or name."""
        return frozenset({"path", "sha256"} if self.path is None else {"path", "sha256", "name"})


class ModelSpec(Spec):
    """The network around the head: samples -> features -> angle layer -> head -> readout -> class scores."""

    padding: Literal["valid", "same"] = "valid"
    """Ours."""
    pool_kernel: int = pydantic.Field(2, ge=2, le=3)
    """Ours; the stride of 2 is the paper's."""
    dropout: float = pydantic.Field(0.25, ge=0, lt=1)
    """Ours; that a 2-D dropout stands there is the paper's."""
    initialization: Literal["torch", "xavier"] = "torch"
    """Ours. torch: PyTorch's defaults; xavier: Glorot uniform weights, zero biases."""
    logit_scale: float = pydantic.Field(1.0, gt=0)
    """Ours. Cross-entropy takes logit_scale times the class scores; where these are p(0) of ten classes, at 1 the loss cannot
    fall below ln(1 + 9/e) = 1.4612."""
    angle_layer: Literal["trained", "frozen", "none"] = "trained"
    """The linear layer between features and head. frozen: it keeps its random start, a control; none: the features are what
    the head takes, radians, which needs as many features as the head has inputs."""
    features: str = "paper"
    """The feature extractor. paper: the convolutions of Fig. 4; mlp: two fully connected layers of 128 with ReLU; none: the
    sample's values as they are; or "package.module:Class", an nn.Module made as Class(shape of a sample), which turns
    (batch, *shape) into (batch, n). Padding, pool_kernel and dropout are those of "paper"."""
    angle_activation: Literal["none", "tanh"] = "none"
    """tanh: the head takes pi/2 * tanh of what the angle layer returns, as in Mari et al., Quantum 4, 340 (2020)."""
    readout: Literal["probability", "linear"] = "probability"
    """What follows the head. probability, as in the paper: the head returns a score for each class, p(0) of a circuit;
    linear: <Z> = 2 p(0) - 1 of each of the head's values enters a trained linear layer with an output for each class (a
    "dressed" circuit, Mari et al., Quantum 4, 340 (2020)). Values of classical heads that are no probabilities enter as they
    are."""
    head_width: int | None = pydantic.Field(None, ge=1, le=1000)
    """Values that the head returns to a linear readout, the same for quantum and classical heads: as many circuits as give
    them. None: the number of classes, as it must be with readout = "probability"."""
    head_weights: Literal["trained", "frozen"] = "trained"
    """frozen: the head's own weights keep their random start; with a frozen angle layer too, a random function of the
    features. A control, without effect on a head that has no weights."""


class TrainingSpec(Spec):
    """The training of Sec. 3."""

    epochs: int = pydantic.Field(20, ge=1, le=10_000)
    batch_size: int = pydantic.Field(32, ge=1, le=60_000)
    """Ours."""
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    shift_rule: Literal["exact", "paper_eq9"] = "exact"
    """Deviation from paper: exact is the true derivative; paper_eq9 is Eq. (9) as printed, twice as large at pi/2."""
    skip_dead_angles: bool = False
    """Deviation from paper where true: shifted evaluations of angles that provably cannot matter are left out; the paper
    makes them. Heads that torch differentiates make no shifted evaluations."""
    max_steps: int | None = pydantic.Field(None, ge=1)
    """Stop after so many steps: a slice, made to measure the cost."""
    fidelity_every: int | None = pydantic.Field(None, ge=1)
    """Every so many steps, from the first, compare the gradient from shots with the exact gradient of the same head, noise
    included; it changes no result."""
    channels_memory_gib: float = pydantic.Field(2.0, gt=0, le=1024)
    """Ours. GiB that a step through channels may keep for its derivative; where it needs more, the derivative computes the
    circuits again, part by part. It changes no result."""
    torch_device: str = "cpu"
    """The device on which torch computes, as in ``torch.device``."""


class RunSpec(Spec):
    """One run: one head trained with one seed."""

    head: str
    head_code: str | None = None
    """SHA-256 of the files that define an outside head, so that an edited head is another run; None for ours."""
    features_code: str | None = None
    """The same of an outside feature extractor."""
    circuit: str | None = None
    """Name in the catalogue with all parameters, or name of a file; None for a classical head."""
    own_circuit: Circuit | None = None
    """The circuit in the file, so that the run can be made again without it; None for a circuit of the catalogue."""
    shots: int | None = None
    """Repetitions of each evaluation; None = exact probabilities."""
    options: dict[str, Any] = {}
    execution: Execution = "native"
    """native: the backend executes every evaluation; table and channels: it executes only what builds and verifies a
    response table, or a chain of noisy channels, which answers in its place."""
    seed: int = pydantic.Field(0, ge=0, lt=2**31)
    data: DataSpec = DataSpec()
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    weights_from: str | None = None
    """Id of another run: classify the test images with the weights that it trained. Without max_steps nothing is trained."""

    @property
    def scope(self) -> Scope:
        """full: the training goes to its end; slice: it stops after ``max_steps``; evaluation: there is no training."""
        if self.training.max_steps is not None:
            return "slice"
        return "full" if self.weights_from is None else "evaluation"

    @property
    def title(self) -> str:
        """A short name for tables, the same for all seeds."""
        parts = [self.head]
        if "device" in self.options:
            parts[0] += f"[{self.options['device']}]"
        if self.circuit:
            parts += [self.circuit, "exact" if self.shots is None else f"{self.shots} shots"]
        execution = "" if self.execution == "native" else f", {self.execution}"
        scope = {"full": "", "slice": f", {self.training.max_steps} steps", "evaluation": ", not trained"}[self.scope]
        return " ".join(parts) + execution + scope


class Run(NamedTuple):
    """A planned run: its id, the label of its plan entry, and what is asked."""

    run_id: str
    label: str
    spec: RunSpec


def run_id_of(spec: RunSpec, *, dataset_sha256: str, circuit_fingerprint: str | None) -> str:
    """Return a run's id: the SHA-256 of the spec and of what its names stand for. The seed counts, the machine does not.

    A circuit counts by its name and by what it computes (``Circuit.fingerprint``): a file that changes is another run, a
    file that moves is not. An outside head counts by its name and its code.
    """
    left_out = {"own_circuit"} if spec.head_code else {"own_circuit", "head_code"}
    asked = {
        "schema": 1,
        "spec": _counting(spec, left_out),
        "dataset_sha256": dataset_sha256,
        "circuit": circuit_fingerprint,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


_FIRST_FIELDS: dict[type[Spec], frozenset[str]] = {
    DataSpec: frozenset({
        "name", "n_images", "test", "split_seed", "pixel_scaling", "official_images", "labels",
    }),
    ModelSpec: frozenset({"padding", "pool_kernel", "dropout", "initialization", "logit_scale", "angle_layer"}),
    TrainingSpec: frozenset({
        "epochs", "batch_size", "learning_rate", "shift_rule", "skip_dead_angles", "max_steps", "fidelity_every", "torch_device",
    }),
    RunSpec: frozenset({
        "head", "head_code", "circuit", "own_circuit", "shots", "options", "execution", "seed", "data", "model", "training",
        "weights_from",
    }),
}  # fmt: skip
"""The fields that every id counts. A field that is added later is not listed here: it counts only where it differs from its
default, so that runs that leave it there keep the ids that they had before it was added."""


def _counting(settings: Spec, left_out: Collection[str] = ()) -> dict[str, Any]:
    """Return the values of a part of the spec that its id counts, as JSON values."""
    kind = type(settings)
    values = settings.model_dump(mode="json")
    for name, field in kind.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Spec):
            values[name] = _counting(value, value.not_counting if isinstance(value, DataSpec) else ())
        if name in left_out or (name not in _FIRST_FIELDS[kind] and value == field.get_default()):
            del values[name]
    return values
