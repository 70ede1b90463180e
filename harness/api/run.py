"""``harness.run``: what ``qhb run`` does, called from a program or a notebook."""

import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from backends.errors import did_you_mean
from backends.machine import n_cores
from harness.api.console import Console, Display, NoDisplay
from harness.api.notebook import NotebookDisplay
from harness.api.results import StudyResults
from harness.api.study import StudyOrder, make_study, say_what_is_not_ok
from harness.errors import PlanError
from harness.execution.options import CHECKPOINT_S, ExecutionOptions, Retry
from harness.execution.signals import Signals, Stopped
from harness.plan.plan import load_plan
from harness.plan.schema import Plan


def run(
    plan: Plan | str | Path,
    *,
    results: str | Path | None = None,
    only: str | Sequence[str] = (),
    jobs: int | None = None,
    dask: str | None = None,
    timeout_s: float | None = None,
    checkpoint_s: float = CHECKPOINT_S,
    retry: Retry | None = None,
    fresh: bool = False,
    fail_fast: bool = False,
    wait: bool = False,
    data_root: str | Path | None = None,
    download: bool = False,
    progress: bool = True,
) -> StudyResults:
    """Train and measure every run of a plan, write the report, and return the results.

    The arguments are the options of ``qhb run``, and both go on with each other's results folders: a run that is ok is not
    made again, and one that was stopped continues from its checkpoint. Each run is made in a process of its own, which does
    not import the calling script: no ``if __name__ == "__main__"`` is needed.

    Args:
        plan: A plan, or what ``load_plan`` takes.
        results: The results folder; by default results/runs/NAME-OF-PLAN.
        only: A label of an entry or a part of it, or several: makes these and the runs whose weights they need; none: all.
        jobs: Single-core runs side by side; by default the number of cores.
        dask: Address of a Dask scheduler, tcp://host:port or tls://host:port, whose workers make the runs.
        timeout_s: Seconds that a run may take; None: no limit.
        checkpoint_s: Seconds of work that a kill may cost; 0: a checkpoint after every step.
        retry: Also make these again: "failed" (failed, diverged, invalid output), "timeout", or "all" of them.
        fresh: Make every run again, from its beginning; earlier records are kept but no longer count.
        fail_fast: Stop at the first run that is not ok.
        wait: If another process holds the results folder, wait for it.
        data_root: Folder of data sets: torchvision's, or where the path of [data] begins.
        download: Let torchvision fetch the data set into ``data_root``.
        progress: Say what happens: in a notebook below the cell, else on standard output.

    Returns:
        The plan's runs, also those that are not ok: ``results.complete`` says whether all are.

    Raises:
        HarnessError: the plan, the data set or the results folder cannot be used.
        KeyboardInterrupt: Ctrl-C, or the notebook's stop button. Every run that ended is kept, and the same call goes on.
    """
    asked = plan if isinstance(plan, Plan) else _loaded(plan)
    _check(jobs=jobs, dask=dask, timeout_s=timeout_s, checkpoint_s=checkpoint_s, retry=retry)
    folder = Path(results) if results is not None else asked.results
    options = ExecutionOptions(
        jobs=jobs or n_cores(),
        timeout_s=timeout_s,
        checkpoint_s=checkpoint_s,
        data_root=Path(data_root) if data_root is not None else None,
        fail_fast=fail_fast,
    )
    labels = (only,) if isinstance(only, str) else tuple(only)  # a text is a sequence too: of its letters
    order = StudyOrder(
        asked,
        folder,
        _call(asked, folder, labels),
        options,
        plan_command=_call(asked, folder),
        only=labels,
        dask=dask,
        retry=retry,
        fresh=fresh,
        wait=wait,
        download=download,
    )
    display = _display() if progress else NoDisplay()
    try:
        with _interruptible() as signals:
            found = make_study(order, display, signals)
    except Stopped:
        raise KeyboardInterrupt(f"stopped; every run that ended is kept. To go on: {order.command}") from None
    say_what_is_not_ok(found, display, command=order.command)
    display.line(f"report: {folder / 'report' / 'index.html'}")
    return found


def _loaded(plan: object) -> Plan:
    if not isinstance(plan, str | Path):
        raise PlanError(
            f"run: expected a plan, the path of one, or its text, got {type(plan).__name__}; harness.load_plan makes a plan"
        )
    return load_plan(plan)


def _check(
    *, jobs: int | None, dask: str | None, timeout_s: float | None, checkpoint_s: float, retry: str | None
) -> None:
    """Refuse arguments that ``qhb run`` refuses as options.

    Raises:
        PlanError: with every problem, one a line.
    """
    problems = []
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        problems.append(f"run: expected jobs to be a whole number from 1 on, or None for one a core, got {jobs!r}")
    if timeout_s is not None and not timeout_s > 0:
        problems.append(f"run: expected timeout_s to be more than 0 seconds, or None for no limit, got {timeout_s!r}")
    if not checkpoint_s >= 0:
        problems.append(f"run: expected checkpoint_s to be 0 seconds or more, got {checkpoint_s!r}")
    if retry is not None and retry not in get_args(Retry):
        known = get_args(Retry)
        problems.append(
            f"run: expected retry to be None or one of {', '.join(known)}, got {retry!r}{did_you_mean(str(retry), known)}"
        )
    if dask is not None and jobs is not None:
        problems.append(f"run: jobs = {jobs} is for runs on this machine, dask = {dask!r} for others; give one of them")
    if dask is not None and dask.startswith("local:"):
        problems.append(
            f"run: dask = {dask!r} would start processes that import this program again; give the address of a scheduler, "
            "or jobs = N for N runs side by side on this machine"
        )
    if problems:
        raise PlanError("\n".join(problems))


def _call(plan: Plan, folder: Path, only: Sequence[str] = ()) -> str:
    """Return the call that goes on with these runs, for messages and for ``qhb status``."""
    if plan.preset:
        source = f"harness.load_plan(preset={plan.preset!r})"
    else:
        source = repr(str(plan.file)) if plan.file else f"plan {plan.name!r}"
    chosen = f", only={list(only)!r}" if only else ""
    return f"harness.run({source}, results={str(folder)!r}{chosen})"


def _display() -> Display:
    return NotebookDisplay.here() or Console(sys.stdout)


def _interruptible() -> Signals:
    """Handle Ctrl-C as ``qhb run`` does, without its exit at the second one. Only the main thread may, and gets it."""
    main = threading.current_thread() is threading.main_thread()
    return Signals((signal.SIGINT,) if main else (), exits=False)
