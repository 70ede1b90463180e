"""Sentences about the machines that the runs were made on, and what slowed the runs."""

from collections.abc import Sequence

from harness.records.record import Environment
from harness.report.numbers.groups import Results
from harness.report.numbers.load import OTHER_WORK, Load, loads
from harness.text import clean, counted


def machines(results: Results) -> list[str]:
    """Return a sentence for each machine: what it is, its load when the runs began, and who made that load."""
    known = loads(results.attempts)
    found: dict[str, list[Load]] = {}
    cores: dict[str, int] = {}
    for run in results.runs:
        if run.environment is None:
            continue
        name = _name(run.environment)
        cores[name] = run.environment.n_cores
        load = known.get((run.run_id, run.attempt))
        found.setdefault(name, []).extend([load] if load else [])
    return [f"{name}.{_load(found[name], cores[name])}" for name in found] or ["Not recorded."]


def _name(where: Environment) -> str:
    threads = counted(where.torch_threads, "torch thread")
    device = "" if where.torch_device == "cpu" else f", torch on {clean(where.torch_device)}"
    return f"{clean(where.cpu)}, {counted(where.n_cores, 'core')}, {threads} a run{device}"


def _load(found: Sequence[Load], n_cores: int) -> str:
    if not found:
        return ""
    least, most = (f"{total:.2f}" for total in (min(load.total for load in found), max(load.total for load in found)))
    text = f" Load when the runs began: {least}" + (f" to {most}" if most != least else "")
    high = [load for load in found if load.total > n_cores]
    if not high:
        return f"{text}."
    own, other = max(load.own for load in high), max(load.other for load in high)
    if other < OTHER_WORK:
        return (
            f"{text}, above the number of cores. The runs of this report made this load themselves, side by side: they "
            "slowed one another, and their times are upper bounds."
        )
    return (
        f"{text}, above the number of cores. The runs of this report made up to {own:.1f} of it, other work up to "
        f"{other:.1f}: other work slowed these runs, and their times are upper bounds."
    )
