"""What happens with 10 to 10,000 workers: measures it, and writes tables into docs/scale-out.md.

python -m docs.figures.many_workers                                        measures, about 8 minutes
python -m docs.figures.many_workers results/reference/many_workers.json    writes a measurement again
python -m docs.figures.many_workers --disk FOLDER                          prints how many checkpoints FOLDER's disk takes

The measurement goes to results/reference/many_workers.json. Up to 1,000 workers are Dask's own, and sleep instead of making
runs; the scheduler and the client are the real ones. For 10,000 the client alone is measured, against a stand-in for Dask.
"""

import argparse
import os
import time
from pathlib import Path

import click
import psutil
import pydantic

from docs.figures import between_marks
from docs.figures.checkpoint_writers import N_RUNS, Writers, checkpoint, writers
from docs.figures.client_parts import Part, client_parts
from docs.figures.simulated_runs import runs_of, seconds_of, sleeping
from docs.figures.simulated_workers import StandIn, cluster_of
from harness.execution.cluster.dask_executor import DaskExecutor
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import CHECKPOINT_S
from harness.records.environment import environment
from harness.records.record import Environment, now
from harness.text import count, significant

_HERE = Path(__file__).resolve().parents[2]
DOCUMENT = _HERE / "docs" / "scale-out.md"
REFERENCE = _HERE / "results" / "reference" / "many_workers.json"
_WITH_DASK, _WITHOUT = (10, 100, 1000), 10_000
_LEAST_RUNS, _RUNS_S, _IDLE_S, _DISK_S = 200, 20.0, 5.0, 10.0
_TO_SET = {
    10: "nothing",
    100: "nothing",
    1000: "`ulimit -n 8192` where the scheduler runs: the usual 1,024 files are too few; `--checkpoint-every 60` on a slow disk",
    10_000: "ten commands of a tenth of the seeds each, with a scheduler and a results folder of their own, then `qhb merge`",
}


class Workers(pydantic.BaseModel):
    """What so many workers ask of the client and of the scheduler.

    Attributes:
        n_workers: How many.
        client_ms: Milliseconds of the client's processor time a run.
        scheduler_ms: The same of the scheduler's, without what it takes anyhow; None: there was a stand-in for Dask.
        idle_share: How much of a core the scheduler takes while there is nothing to do; None as above.
        open_files: How many files and connections the scheduler has open; None as above.
    """

    n_workers: int
    client_ms: float
    scheduler_ms: float | None = None
    idle_share: float | None = None
    open_files: int | None = None


class Measurement(pydantic.BaseModel):
    """All that is measured: when and where, and the three tables."""

    started_at: str
    environment: Environment
    load_after: float
    parts: list[Part]
    workers: list[Workers]
    checkpoint_mb: float
    writers: list[Writers]


def with_dask(record: str, n_workers: int) -> Workers:
    """Measure runs that sleep: two or more for each of so many workers, 20 seconds of them."""
    runs_each = max(2, _LEAST_RUNS // n_workers)
    n_runs = runs_each * n_workers
    with cluster_of(n_workers) as (client, scheduler):
        seconds_of(runs_of(n_workers), sleeping(client, record, 0.0))  # imports
        before = _cpu(scheduler)
        time.sleep(_IDLE_S)
        idle_share = (_cpu(scheduler) - before) / _IDLE_S
        before = _cpu(scheduler)
        took = seconds_of(runs_of(n_runs), sleeping(client, record, _RUNS_S / runs_each))
        of_runs = _cpu(scheduler) - before - idle_share * took.wall
        return Workers(
            n_workers=n_workers,
            client_ms=1e3 * took.cpu / n_runs,
            scheduler_ms=1e3 * of_runs / n_runs,
            idle_share=idle_share,
            open_files=scheduler.num_fds(),
        )


def without_dask(record: str, n_workers: int) -> Workers:
    """Measure the client alone: a stand-in for Dask answers at once. Records are written."""
    n_runs = 2 * n_workers
    executor = DaskExecutor(StandIn(n_workers, n_runs, record), say=click.echo)  # type: ignore[arg-type]
    return Workers(n_workers=n_workers, client_ms=1e3 * seconds_of(runs_of(n_runs), executor).cpu / n_runs)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def measure() -> Measurement:
    """Measure all."""
    started_at, where = now(), environment("cpu")
    record, content = seconds_of(runs_of(1), LocalExecutor()).record, checkpoint()
    parts = client_parts(record)
    written = writers(content, _DISK_S, None)
    workers = [without_dask(record, _WITHOUT)]
    for n_workers in _WITH_DASK:
        click.echo(f"{n_workers} workers")
        workers.append(with_dask(record, n_workers))
    return Measurement(
        started_at=started_at,
        environment=where,
        load_after=round(os.getloadavg()[0], 2),
        parts=parts,
        workers=sorted(workers, key=lambda row: row.n_workers),
        checkpoint_mb=len(content) / 1e6,
        writers=written,
    )


def tables(found: Measurement) -> str:
    """Return the three tables as Markdown, and a line about the measurement."""
    where = found.environment
    lines = [
        "| workers | how | client, ms a run | scheduler, ms a run | idle scheduler, of a core | its open files | shortest runs | checkpoints/s | what to set |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---|",
        *map(_line, found.workers),
        "",
        f"**The client's {significant(sum(part.ms for part in found.parts))} ms a run**: four workers, 2,000 runs that do nothing, "
        "scheduler in a process of its own (measured).",
        "",
        "| part | ms of processor time a run |",
        "|---|---:|",
        *(f"| {part.what} | {significant(part.ms)} |" for part in found.parts),
        "",
        f"**Checkpoints of {N_RUNS:,} runs in one folder**, {significant(found.checkpoint_mb)} MB each; threads stand for the runs "
        "(simulated), the disk is a real one.",
        "",
        f"| writers at a time | checkpoints/s | MB/s | runs that it carries, one each {CHECKPOINT_S:g} s |",
        "|---:|---:|---:|---:|",
        *(f"| {row.n_writers} | {significant(row.per_s)} | {significant(row.per_s * found.checkpoint_mb)} | {_rough(row.per_s * CHECKPOINT_S)} |" for row in found.writers),
        "",
        f"{found.started_at[:10]}, {where.cpu}, {where.n_cores} cores for all, load {where.load_average} before and {found.load_after} "
        f"after, commit {str(where.git_commit)[:7]}.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _line(row: Workers) -> str:
    slowest = max(row.client_ms, row.scheduler_ms or 0.0)
    cells = [
        count(row.n_workers),
        "simulated: the client alone" if row.scheduler_ms is None else "measured",
        significant(row.client_ms),
        "" if row.scheduler_ms is None else significant(row.scheduler_ms),
        "" if row.idle_share is None else f"{row.idle_share:.0%}",
        "" if row.open_files is None else count(row.open_files),
        f"{'over ' if row.scheduler_ms is None else ''}{significant(row.n_workers * slowest / 1e3)} s",
        _rough(row.n_workers / CHECKPOINT_S),
        _TO_SET[row.n_workers],
    ]
    return f"| {' | '.join(cells)} |"


def _rough(number: float) -> str:
    return f"{round(number):,}"


def with_tables(text: str, found: Measurement) -> str:
    """Return the document with the tables in their place."""
    return between_marks(text, "many workers", tables(found))


def main() -> None:
    """Measure or read a measurement, and write the document; or look at one disk."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("measurement", nargs="?", type=Path, help="write this one again instead of measuring")
    parser.add_argument("--disk", type=Path, help="measure checkpoints in this folder alone, and write nothing")
    asked = parser.parse_args()
    if asked.disk:
        content = checkpoint()
        for row in writers(content, _DISK_S, asked.disk):
            click.echo(f"{row.n_writers:3} writers: {row.per_s:8.1f} checkpoints/s of {len(content) / 1e6:.2f} MB")
        return
    if asked.measurement:
        found = Measurement.model_validate_json(asked.measurement.read_bytes())
    else:
        found = measure()
        REFERENCE.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
