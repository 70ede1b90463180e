"""What ``qhb run`` would do with a plan: runs, time and disk, by entry and in all."""

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from harness.execution.probe import Forecast, total_s
from harness.heads import wants_all_cores
from harness.spec import Run
from harness.text import Missing

NOT_TIMED = Missing("not timed")
_REPORT_BYTES = 3_000_000  # of a large study


@dataclasses.dataclass(frozen=True)
class EntryForecast:
    """The runs of a plan that have one label.

    Attributes:
        label: The label.
        n_runs: Runs, one for each seed.
        n_to_make: Those that would be made now.
        n_steps: Optimizer steps of each.
        step_s: Seconds of a step.
        run_s: Seconds of a run.
        alone: Whether each is made alone, because its backend uses all cores.
    """

    label: str
    n_runs: int
    n_to_make: int
    n_steps: int | Missing
    step_s: float | Missing
    run_s: float | Missing
    alone: bool


@dataclasses.dataclass(frozen=True)
class PlanForecast:
    """What ``qhb run`` would do with a plan.

    Attributes:
        results: The results folder.
        n_runs: Runs in all.
        n_to_make: Those that would be made now.
        entries: By label.
        jobs: Runs that are made side by side.
        total_s: Seconds of all that would be made now.
        stored_bytes: What they would leave in the results folder, at most.
        free_bytes: What is free there.
    """

    results: str
    n_runs: int
    n_to_make: int
    entries: tuple[EntryForecast, ...]
    jobs: int
    total_s: float | Missing
    stored_bytes: int | Missing
    free_bytes: int


class Timed(Protocol):
    """Times a run."""

    def __call__(self, run: Run, *, alone: bool) -> Forecast | Missing:
        """Return the forecast of a run, made alone or beside others."""


def plan_forecast(
    runs: Sequence[Run], left: Sequence[Run], results: Path, *, jobs: int, timed: Timed | None
) -> PlanForecast:
    """Return what would be made of a plan. One run of each entry is timed, for all its seeds.

    Args:
        runs: Of the plan.
        left: Those that would be made now.
        results: The results folder; it need not exist.
        jobs: Runs that are made side by side.
        timed: Times a run; None: nothing is timed.
    """
    to_make = {run.run_id for run in left}
    entries, times, stored, unknown = [], [], _REPORT_BYTES, None
    for label in dict.fromkeys(run.label for run in runs):
        own = [run for run in runs if run.label == label]
        mine = [run for run in own if run.run_id in to_make]
        alone = wants_all_cores(own[0].spec)
        one: Forecast | Missing = Missing("nothing to make")
        if mine:
            one = timed(mine[0], alone=alone) if timed else NOT_TIMED
        if isinstance(one, Missing):
            entries.append(EntryForecast(label, len(own), len(mine), one, one, one, alone))
            unknown = one if mine else unknown
            continue
        entries.append(EntryForecast(label, len(own), len(mine), one.n_steps, one.step_s, one.run_s, alone))
        times += [(one.run_s, alone)] * len(mine)
        stored += one.stored_bytes * len(mine) + one.checkpoint_bytes * min(jobs, len(mine))
    return PlanForecast(
        results=str(results),
        n_runs=len(runs),
        n_to_make=len(left),
        entries=tuple(entries),
        jobs=jobs,
        total_s=total_s(times, jobs=jobs) if unknown is None else unknown,
        stored_bytes=stored if unknown is None else unknown,
        free_bytes=shutil.disk_usage(_existing(results)).free,
    )


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above that exists."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.exists())
