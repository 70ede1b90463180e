"""The presets of a folder, run in turn: ``qhb run --preset gallery``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.api.console import Console
from harness.records.store import Store


def run_in_turn(names: Sequence[str], run: Callable[[str, Path], int], *, folder: Path, console: Console) -> int:
    """Run presets one after the other, each into its own results folder, and say at the end what each of them found.

    Args:
        names: Of the presets: "gallery/mari-2020".
        run: Runs a preset of a name into a results folder and returns the exit code.
        folder: Holds the results folders: "mari-2020" of that preset.
        console: Where the table goes.

    Returns:
        The largest exit code.
    """
    codes = []
    for number, name in enumerate(names, start=1):
        console.line(f"\n{name} ({number} of {len(names)})")
        codes.append(run(name, folder / _leaf(name)))
    console.line("")
    for name in names:
        console.line(f"{_leaf(name)}: {_found(folder / _leaf(name))}")
    return max(codes)


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _found(folder: Path) -> str:
    """Return how many runs of a results folder are ok, and the verdict of the first comparison that its plan declares."""
    from harness.report.numbers.study import study_in
    from harness.report.numbers.verdicts import verdicts  # scipy, which is in the extra report

    study = study_in(Store(folder))
    runs = study.results.runs
    sentences = [verdict.sentence for verdict in verdicts(study.results, study.declared)]
    n_ok = sum(run.status == "ok" for run in runs)
    return " ".join([f"{n_ok} of {len(runs)} runs ok.", *sentences[:1]])
