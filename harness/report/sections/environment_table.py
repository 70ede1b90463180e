"""The table of machine, versions, data and command."""

from collections.abc import Iterator

from harness.records.record import RunRecord
from harness.report.numbers.groups import Results
from harness.report.sections.layout import Table, plain_table
from harness.text import Missing, clean, short

_MAX_VALUE = 400


def environment_table(results: Results, command: str | None) -> Table:
    """Return what the runs recorded of where they were made; values that differ stand side by side."""
    found: dict[str, dict[str, None]] = {}
    for run in results.runs:
        for name, value in _facts(run):
            found.setdefault(name, {})[short(clean(value), _MAX_VALUE)] = None
    rows: list[list[str | Missing]] = [[name, "; ".join(values)] for name, values in found.items()]
    rows.append(["command", clean(command) if command else Missing("not handed to the report")])
    return plain_table("environment", "Machine, versions, data and command.", ["What", "Value"], rows)


def _facts(run: RunRecord) -> Iterator[tuple[str, object]]:
    if where := run.environment:
        yield "cpu", where.cpu
        yield "cores", where.n_cores
        yield "torch threads", where.torch_threads
        yield "torch device", where.torch_device
        yield "platform", where.platform
        yield "python", where.python
        yield from sorted(where.versions.items())
        yield "git commit", where.git_commit or "not a checkout"
    if images := run.dataset:
        sizes = f"{images.n_train:,} training, {images.n_validation:,} validation, {images.n_test:,} test images"
        yield "data set", f"{images.name}: {sizes}"
        yield "data set SHA-256", images.sha256
