"""Mutation test of the core: ``tox run -e mutants``; docs/mutants.md says what it does and why.

Exit code 0 if enough mutants of the sample are noticed by the unit tests of their module, 1 if not.
"""

import argparse
import os
import queue
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import changes
import click
import equivalents
import modules
import trial
from trial import Outcome

_ROOT = Path(__file__).parents[2]
_LEAST_SHARE = 0.9
_SLOWEST = 5.0  # times the tests' own seconds, and a start
_START_S = 20.0


def sample(paths: list[str], *, size: int, seed: int) -> list[changes.Mutant]:
    """Return a simple random sample of the mutants of these modules, in the order of the modules' lines."""
    everywhere = sorted(
        (place for path in paths for place in changes.places(_ROOT, path, seed=seed)), key=lambda p: p.rank
    )
    chosen: list[changes.Mutant] = []
    for place in everywhere:
        mutant = changes.mutant_at(_ROOT, place)
        if mutant is not None:
            chosen.append(mutant)
        if len(chosen) == size:
            break
    click.echo(f"{len(chosen)} of {len(everywhere)} mutants of {len(paths)} modules, seed {seed}")
    return sorted(chosen, key=lambda mutant: (mutant.path, mutant.line))


class Trials:
    """Runs trials side by side, each on a copy of its own."""

    def __init__(self, folder: Path, *, jobs: int) -> None:
        self._pool = ThreadPoolExecutor(jobs)
        self._trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for index in range(jobs):
            self._trees.put(trial.copy_of(_ROOT, folder / str(index)))

    def limits(self, paths: list[str]) -> dict[str, float]:
        """Return the time limit of each module's tests, seconds, once they pass as it is and fail without it.

        Raises:
            SystemExit: the tests of a module fail, or pass without it: they would say nothing of its mutants.
        """
        sound = self._pool.map(lambda path: self._try(path, (_ROOT / path).read_text(), limit_s=600), paths)
        broken = self._pool.map(lambda path: self._try(path, "raise ImportError", limit_s=600), paths)
        limits = {}
        for path, (outcome, seconds), (without, _) in zip(paths, sound, broken, strict=True):
            if outcome is not Outcome.PASSED or without is Outcome.PASSED:
                self._pool.shutdown(cancel_futures=True)
                sys.exit(f"{path}: its tests {outcome.value} as it is, and {without.value} without it; mend them first")
            limits[path] = _START_S + _SLOWEST * seconds
        return limits

    def outcomes(self, mutants: list[changes.Mutant], limits: dict[str, float]) -> Iterator[Outcome]:
        """Yield how the trial of each mutant ended, in their order."""
        return self._pool.map(lambda m: self._try(m.path, m.source, limit_s=limits[m.path])[0], mutants)

    def _try(self, path: str, source: str, *, limit_s: float) -> tuple[Outcome, float]:
        tree = self._trees.get()
        try:
            return trial.try_source(tree, path, source, modules.tests_of(_ROOT, path), limit_s=limit_s)
        finally:
            self._trees.put(tree)


def main() -> int:
    """Try the sample and print what survives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="modules; by default all of tests/mutants/modules.py")
    parser.add_argument("--size", type=int, default=300, help="mutants in the sample (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default %(default)s)")
    given = parser.parse_args()
    started = time.monotonic()
    try:
        known = equivalents.read(_ROOT)
    except ValueError as error:
        sys.exit(str(error))
    mutants = sample(given.paths or modules.modules(_ROOT), size=given.size, seed=given.seed)
    judged = [mutant for mutant in mutants if (mutant.path, mutant.old, mutant.new) not in known]
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Path(folder), jobs=len(os.sched_getaffinity(0)))
        limits = trials.limits(sorted({mutant.path for mutant in judged}))
        ends: Counter[Outcome] = Counter()
        for mutant, outcome in zip(judged, trials.outcomes(judged, limits), strict=True):
            ends[outcome] += 1
            if outcome is Outcome.PASSED:
                click.echo(f"survived: {mutant.path}:{mutant.line}\n  - {mutant.old}\n  + {mutant.new}")
    share = 1 - ends[Outcome.PASSED] / len(judged)
    click.echo(
        f"{len(judged) - ends[Outcome.PASSED]} of {len(judged)} mutants killed, {share:.1%}; asked: at least "
        f"{_LEAST_SHARE:.0%}; {len(mutants) - len(judged)} more are listed as equivalent in {equivalents.LIST}; "
        f"{ends[Outcome.TOO_LONG]} ran into the time limit; {time.monotonic() - started:.0f} s"
    )
    return 0 if share >= _LEAST_SHARE else 1


if __name__ == "__main__":
    os.environ |= {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    sys.exit(main())
