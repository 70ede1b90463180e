"""Simulates all cells and writes results/reference/error_rates.json: ``python -m tests.statistics.simulate``."""

import concurrent.futures
import functools
import multiprocessing
from collections.abc import Callable
from typing import TypeVar

import click

from backends.machine import n_cores
from harness.statistics import MARGIN_PP
from tests.statistics.cells import BAD_SEEDS, F1, FAMILIES, PEEKING, TWO_HEADS
from tests.statistics.error_rates import (
    RATES,
    Cell,
    ErrorRates,
    Pairs,
    Typed,
    count,
    count_bad_seeds,
    count_f1,
    count_families,
    count_peeking,
)

Found = TypeVar("Found", bound=Typed)


def main() -> None:
    """Simulate on all cores; the counts do not depend on their number."""
    with concurrent.futures.ProcessPoolExecutor(n_cores(), multiprocessing.get_context("spawn")) as pool:
        submit = functools.partial(_submitted, pool)
        f1, families = submit(count_f1, F1), submit(count_families, FAMILIES)  # the longest ones begin first
        peeking = [pool.submit(count_peeking, cell, looks) for cell, looks in PEEKING]
        bad_seeds, two_heads = submit(count_bad_seeds, BAD_SEEDS), submit(count, TWO_HEADS)
        rates = ErrorRates(
            source=Pairs.read().source,
            margin_pp=MARGIN_PP,
            f1=_shown(f1),
            families=_shown(families),
            peeking=_shown(peeking),
            bad_seeds=_shown(bad_seeds),
            counts=_shown(two_heads),
        )
    RATES.write_text(rates.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _submitted(
    pool: concurrent.futures.Executor, function: Callable[[Cell], Found], cells: list[Cell]
) -> list[concurrent.futures.Future[Found]]:
    return [pool.submit(function, cell) for cell in cells]


def _shown(futures: list[concurrent.futures.Future[Found]]) -> tuple[Found, ...]:
    """Return the results; each is printed when it and those before it are there."""
    found = []
    for future in futures:
        click.echo(future.result())
        found.append(future.result())
    return tuple(found)


if __name__ == "__main__":
    main()
