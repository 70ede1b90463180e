"""What a process is asked to do for one run, and what it answers: one form for child processes and for Dask workers.

Both travel as JSON. Imports no torch, so that a Dask worker stays small.
"""

import os
from pathlib import Path
from typing import Annotated, Any

import pydantic

from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import Run, RunSpec

_CONFIG = pydantic.ConfigDict(frozen=True, extra="forbid")


def _path_to_text(path: Path) -> str:
    return os.fsencode(path).decode("latin-1")


def _text_to_path(value: Any) -> Path:
    if isinstance(value, str):
        return Path(os.fsdecode(value.encode("latin-1")))
    if isinstance(value, Path):
        return value
    raise ValueError(f"expected a path, got {value!r}")


# A path is bytes, which need not be UTF-8 as JSON is: each byte travels as one character.
_AnyPath = Annotated[
    Path,
    pydantic.PlainValidator(_text_to_path),
    pydantic.PlainSerializer(_path_to_text, return_type=str, when_used="json-unless-none"),
]


class RunOrder(pydantic.BaseModel):
    """A run, and how to make it.

    Attributes:
        run_id: The run's id.
        label: The label of its plan entry.
        spec: What is asked.
        attempt: 1 for the first try.
        n_threads: How many threads its libraries may use; None: as many as they find cores.
        timeout_s: Deadline in seconds after its process was started; None: no deadline.
        checkpoint_s: Seconds between its checkpoints.
        data_root: torchvision's folder of data sets.
        results: The results folder, where weights, checkpoints, log and progress go; None for a Dask worker that does not
            share it, until it has made one.
    """

    model_config = _CONFIG

    run_id: str
    label: str
    spec: RunSpec
    attempt: int
    n_threads: int | None
    timeout_s: float | None
    checkpoint_s: float
    data_root: _AnyPath | None
    results: _AnyPath | None

    @property
    def store(self) -> Store:
        """The results folder; the order must have one."""
        assert self.results is not None
        return Store(self.results)

    @property
    def run(self) -> Run:
        """The run that is asked for."""
        return Run(self.run_id, self.label, self.spec)


class RunAnswer(pydantic.BaseModel):
    """What the child process of a run answers: its record, or why the results folder takes no more.

    Attributes:
        record: The run's record; None if the disk refused a file.
        disk_error: What the disk said; None if there is a record.
    """

    model_config = _CONFIG

    record: RunRecord | None = None
    disk_error: str | None = None
