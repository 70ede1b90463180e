"""Simulates all cells and writes results/reference/error_rates.json: ``python -m tests.statistics.simulate``."""

import concurrent.futures
import multiprocessing
from collections.abc import Callable

import click

from backends.machine import n_cores
from harness.statistics import MARGIN_PP
from tests.statistics.cells import F1, FAMILIES, TWO_HEADS
from tests.statistics.error_rates import (
    RATES,
    Cell,
    Counts,
    ErrorRates,
    F1Counts,
    FamilyCounts,
    Pairs,
    count,
    count_f1,
    count_families,
)

Job = tuple[Callable[[Cell], Counts | FamilyCounts | F1Counts], Cell]


def _done(job: Job) -> Counts | FamilyCounts | F1Counts:
    function, cell = job
    return function(cell)


def main() -> None:
    """Simulate on all cores; the counts do not depend on their number."""
    jobs: list[Job] = [(count_f1, cell) for cell in F1]  # the longest ones first
    jobs += [(count_families, cell) for cell in FAMILIES]
    jobs += [(count, cell) for cell in reversed(TWO_HEADS)]
    found: list[Counts | FamilyCounts | F1Counts] = []
    with concurrent.futures.ProcessPoolExecutor(n_cores(), multiprocessing.get_context("spawn")) as pool:
        for number, counts in enumerate(pool.map(_done, jobs), 1):
            click.echo(f"{number} of {len(jobs)}: {counts}")
            found.append(counts)
    rates = ErrorRates(
        source=Pairs.read().source,
        margin_pp=MARGIN_PP,
        counts=tuple(reversed([counts for counts in found if isinstance(counts, Counts)])),
        families=tuple(counts for counts in found if isinstance(counts, FamilyCounts)),
        f1=tuple(counts for counts in found if isinstance(counts, F1Counts)),
    )
    RATES.write_text(rates.model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
