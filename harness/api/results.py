"""The results of a study as Python sees them: tables of runs, verdicts, and what a notebook shows."""

import dataclasses
import functools
import html
import importlib.util
import shutil
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backends.errors import pip_line
from harness.api.compared import HeadComparison, compare
from harness.api.summary import Summary, summary
from harness.errors import DamagedError, MissingExtraError
from harness.plan.comparison import Declared
from harness.plan.last_plan import LastPlan, in_order_of, labels_of, read_last_plan
from harness.records.folders import results_folder
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.report.numbers.grouping import grouped
from harness.report.numbers.groups import Results
from harness.text import WIDTH, clean

if TYPE_CHECKING:
    import pandas as pd


@dataclasses.dataclass(frozen=True, repr=False)
class StudyResults:
    """The runs of a results folder, in the order of its plan.

    ``print(results)`` shows what ``qhb run`` prints at its end, and a notebook shows it as a table.

    Attributes:
        folder: The results folder.
        results: The runs by configuration, as the report has them.
        declared: The comparisons that the plan declares; None where the folder has no plan.
        asked: Ids of the runs that were asked for: all of the plan, unless ``run`` was given ``only``.
    """

    folder: Path
    results: Results
    declared: Declared | None
    asked: frozenset[str]

    @functools.cached_property
    def records(self) -> list[RunRecord]:
        """The record that counts for each run, with the label that the report shows."""
        labels = self.results.label_of
        return [run.model_copy(update={"label": labels[run.run_id]}) for run in self.results.runs]

    @property
    def labels(self) -> list[str]:
        """The label of each configuration: what ``compare`` takes."""
        return [group.label for group in self.results.groups]

    @property
    def n_missing(self) -> int:
        """How many of the runs that were asked for have no record yet."""
        return len(self.asked - {run.run_id for run in self.results.runs})

    @property
    def complete(self) -> bool:
        """Whether every run that was asked for was made and is ok."""
        return not self.n_missing and all(run.status == "ok" for run in self.results.runs if run.run_id in self.asked)

    def frame(self) -> "pd.DataFrame":
        """Return a row for each run: all settings, counts, times and scores.

        The columns are those of ``qhb export``, which docs/export.md describes, without ``counts``. An entry that a run
        lacks is NA.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        _need("frame", "pandas")
        from harness.api.frames import runs_frame

        return runs_frame(self.records)

    def epochs(self) -> "pd.DataFrame":
        """Return a row for each epoch of each run: losses and accuracies.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        _need("epochs", "pandas")
        from harness.api.frames import epochs_frame

        return epochs_frame(self.records)

    def classes(self) -> "pd.DataFrame":
        """Return a row for each class of the test images of each run: precision, recall, F1 and number of images.

        The column ``test_set`` is "split" for the test images of the division, and "official" for the data set's own.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        _need("classes", "pandas")
        from harness.api.frames import classes_frame

        return classes_frame(self.records)

    def compare(self, ours: str, theirs: str) -> HeadComparison:
        """Return the verdict on two heads: the difference in accuracy is ours minus theirs.

        A comparison that the plan declares has the verdict of the report, in which p-values are adjusted for all declared
        comparisons. Any other one is exploratory: it is judged by itself, and says so.

        Args:
            ours: Label of a head.
            theirs: Label of the other one.

        Raises:
            StatisticsError: there is no such label, or it is the same twice.
            MissingExtraError: scipy is not installed.
        """
        _need("compare", "scipy")
        return compare(self.results, self.declared, ours, theirs)

    def verdicts(self) -> list[HeadComparison]:
        """Return the verdict of each comparison that the plan declares; without a plan, of each head against the linear one.

        Raises:
            MissingExtraError: scipy is not installed.
        """
        _need("verdicts", "scipy")
        from harness.report.numbers.verdicts import verdicts

        declared = self.declared is not None
        return [HeadComparison.of(found, declared=declared) for found in verdicts(self.results, self.declared)]

    def __repr__(self) -> str:
        statuses = Counter(run.status for run in self.results.runs)
        ended = ", ".join(f"{count} {status}" for status, count in statuses.most_common()) or "no runs"
        missing = f", {self.n_missing} not made yet" if self.n_missing else ""
        return f"StudyResults({str(self.folder)!r}: {ended}{missing})"

    def __str__(self) -> str:
        return "\n".join(clean(line) for line in self.summary_lines())

    def summary_lines(self) -> list[str]:
        """Return what ``qhb run`` prints at its end: a line for each configuration, and the verdicts, as wide as the terminal.

        Raises:
            MissingExtraError: scipy is not installed.
        """
        return self._summary().lines(width=shutil.get_terminal_size((WIDTH, 24)).columns)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a row for each configuration, and the verdicts; every text is escaped."""
        found = self._summary()
        notes = [*found.sentences, *([found.footnote] if found.footnote else []), repr(self)]
        return _table(found.table) + "".join(f"<div>{_text(note)}</div>" for note in notes)

    def _summary(self) -> Summary:
        _need("a summary of results", "scipy")
        return summary(self.results, self.declared)


def load_results(folder: str | Path) -> StudyResults:
    """Return the results in a folder that ``qhb run`` or ``harness.run`` made.

    A damaged record is left out with a warning, as ``qhb report`` does.

    Args:
        folder: The results folder, for example results/runs/my-plan.

    Raises:
        StoreError: it is no results folder, or cannot be read.
    """
    store = results_folder(Path(folder))
    contents = store.read()
    for damaged in contents.damaged:
        warnings.warn(damaged.why, stacklevel=2)
    plan = _plan_of(store)
    records = in_order_of(plan, contents.records) if plan else contents.records
    results = grouped(records, contents.earlier, labels_of(plan) if plan else {})
    asked = frozenset(results.labels) if plan else frozenset(run.run_id for run in records)
    return StudyResults(store.root, results, plan.comparison if plan else None, asked)


def _plan_of(store: Store) -> LastPlan | None:
    try:
        return read_last_plan(store.root)
    except DamagedError as error:
        warnings.warn(f"{error}; labels and comparisons are those of the records", stacklevel=3)
        return None


def _need(who: str, package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(f"{who} needs {package}, not installed: {pip_line('report')}")


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = (
        "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in row)
        for tag, row in zip(["th", *["td"] * (len(rows) - 1)], rows, strict=True)
    )
    lines = "".join(f"<tr>{line}</tr>" for line in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _text(text: str) -> str:
    return html.escape(clean(text))
