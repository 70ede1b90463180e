"""What a plan file may hold."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic

from backends.capabilities import Execution
from harness.data.dataset import DataFacts
from harness.data.division import check_sizes
from harness.data.load import resolved_options
from harness.data.mnist import MNIST_LIKE
from harness.spec import DataSpec, ModelSpec, Spec, TrainingSpec

Overrides = dict[str, Any]
"""Settings of a plan's table that an entry has otherwise, by name."""


class DataTable(DataSpec):
    """The ``[data]`` table. What it leaves open depends on the data set, and is filled in when the plan is expanded."""

    n_images: int | None = pydantic.Field(None, ge=10, le=10_000_000)  # type: ignore[assignment]  # a spec has a number
    """By default 5,000, or all where there are fewer."""
    official_images: int | None = pydantic.Field(None, ge=0, le=10_000_000)  # type: ignore[assignment]
    """By default 10,000, or all where there are fewer."""

    def filled(self, facts: DataFacts) -> DataSpec:
        """Return the spec of a run with this table.

        Args:
            facts: Of the data set.

        Raises:
            DatasetError: it has too few images.
            PlanError: it has no such options.
        """
        is_mnist = self.path is None and self.name in MNIST_LIKE
        n_images = min(5000, facts.n_training) if self.n_images is None else self.n_images
        official = min(10_000, facts.n_test) if self.official_images is None else self.official_images
        filled = {
            "n_images": n_images,
            "official_images": official,
            "options": resolved_options(self),
            "sha256": self.sha256 if is_mnist else facts.sha256,
            "stratified": self.stratified or not is_mnist,
        }
        spec = DataSpec(**self.model_dump() | filled)
        check_sizes(spec, facts, name=self.name)
        return spec


class Entry(Spec):
    """One ``[[runs]]`` table: a head, which gives a run for each seed."""

    head: str
    circuit: str | None = None
    """Name in the catalogue, or path of a .toml or .qasm file, from the plan's folder."""
    weights: list[str] = []  # noqa: RUF012  pydantic copies defaults
    """Of an OpenQASM file: which of its inputs are trainable weights; the others come from the network."""
    shots: int | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  pydantic copies defaults
    execution: Literal[Execution, "auto"] = "native"
    """table, channels: probabilities come from what answers in the backend's place, which is much faster (see RunSpec);
    auto: a table where that is small, else channels, else native."""
    label: str | None = pydantic.Field(None, min_length=1, max_length=100)
    """Its name in tables; by default made of head, device, circuit, shots and what it overrides."""
    seeds: list[int] | None = None
    """Instead of the plan's."""
    data: Overrides = {}  # noqa: RUF012  pydantic copies defaults
    """Settings of [data] that this entry has otherwise; the data set itself is the plan's."""
    model: Overrides = {}  # noqa: RUF012  pydantic copies defaults
    """Settings of [model] that this entry has otherwise."""
    training: Overrides = {}  # noqa: RUF012  pydantic copies defaults
    """Settings of [training] that this entry has otherwise."""
    vary: dict[str, list[Any]] = {}  # noqa: RUF012  pydantic copies defaults
    """One key and its values, {"options.device" = ["manila", "lima"]}: an entry for each value, which its label ends in."""
    max_steps: int | None = pydantic.Field(None, ge=1)
    """Stop after so many training steps: a slice, made to measure the cost."""
    weights_of: str | None = None
    """Label of an entry above: classify the test images with the weights that its run of the same seed trained. Without
    max_steps nothing is trained."""


class ComparisonSpec(Spec):
    """The ``[comparison]`` table: which heads are compared, declared before the runs."""

    control: str | None = None
    """Label of the entry with which every entry on the same data that trains in full is compared; by default that of the head
    linear on the same data."""
    also: list[Annotated[list[str], pydantic.Field(min_length=2, max_length=2)]] = []  # noqa: RUF012
    """Other pairs of labels."""
    margin_pp: float = pydantic.Field(0.5, gt=0, lt=100)
    """Percentage points of accuracy below which a difference does not matter. Ours."""


class Plan(Spec):
    """A plan file."""

    name: str = pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    description: str = ""
    seeds: list[int] = pydantic.Field([0], min_length=1)
    data: DataTable = DataTable()
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    comparison: ComparisonSpec = ComparisonSpec()
    runs: list[Entry] = pydantic.Field(min_length=1)
    _file: Path | None = pydantic.PrivateAttr(None)  # not content: a plan that moves stays the same plan
    _preset: str | None = pydantic.PrivateAttr(None)

    @property
    def file(self) -> Path | None:
        """The file that the plan was read from; None for a preset or a text."""
        return self._file

    @property
    def preset(self) -> str | None:
        """The name of the preset that the plan is; None for a file or a text."""
        return self._preset

    @property
    def results(self) -> Path:
        """The results folder where none is given."""
        return Path("results/runs") / (self._preset or self.name)

    @property
    def folder(self) -> Path:
        """Where relative paths in the plan begin: its file's folder, or the current one."""
        return self._file.parent if self._file else Path()

    def read_from(self, file: Path | None = None, *, preset: str | None = None) -> Self:
        """Return this plan as one that was read from a file, or is a preset."""
        found = self.model_copy()
        found._file, found._preset = file, preset
        return found


SECTIONS: dict[str, type[Spec]] = {
    "data": DataTable, "model": ModelSpec, "training": TrainingSpec, "comparison": ComparisonSpec, "runs": Entry,
}  # fmt: skip
"""What the tables of a plan hold, by their names."""


def sections_with(key: str) -> list[str]:
    """Return the plan's tables that have a key: "epochs" -> ["training"]; "" stands for the plan itself."""
    tables: dict[str, type[Spec]] = {"": Plan, **SECTIONS}
    return [name for name, fields in tables.items() if key in fields.model_fields and key not in SECTIONS]
