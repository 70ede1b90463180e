"""Reports: records in, one self-contained page out (index.html), and the same numbers as Markdown and CSV.

matplotlib, pandas, jinja2 and scipy are in the extra ``report``; they are imported when a report is written, not before.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path

from backends.errors import pip_line
from harness.errors import MissingExtraError, StoreError
from harness.plan.comparison import Declared
from harness.records.record import RunRecord

_PACKAGES = ("jinja2", "matplotlib", "pandas", "scipy")


def missing_packages() -> list[str]:
    """Return the packages that a report needs and that are not installed."""
    return [package for package in _PACKAGES if importlib.util.find_spec(package) is None]


def write_report(
    records: Sequence[RunRecord],
    folder: Path,
    *,
    title: str,
    command: str | None = None,
    results_folder: Path | None = None,
    peers: Path | None = None,
    earlier: Sequence[RunRecord] = (),
    labels: Mapping[str, str] | None = None,
    declared: Declared | None = None,
) -> Path:
    """Write index.html, report.md, verdicts.csv, comparison.csv, classes.csv and epochs.csv; each file appears whole or not at all.

    Args:
        records: Runs of any status, in the order in which they are to be shown; all are shown.
        folder: Where to write; made where it is missing.
        title: The page's heading.
        command: The command line that made the runs, shown as it is.
        results_folder: Where the records are; the commands that make a run again name it.
        peers: The file of ``qhb peers --output``; shown where it exists.
        earlier: Attempts that no longer count, because a later attempt does or the run was started over. They are listed, with
            their reasons, and enter no number.
        labels: Labels of the latest plan by run id; None: runs keep the label of the newest record of their configuration.
        declared: The plan's comparisons; None: each head is compared with the linear one, and that is called exploratory.
    Returns:
        The path of index.html.
    Raises:
        MissingExtraError: a package of the extra ``report`` is not installed.
        StoreError: ``peers`` is not such a file, or the folder cannot be written.
    """
    if missing := missing_packages():
        raise MissingExtraError(f"a report needs {', '.join(missing)}, not installed: {pip_line('report')}")
    from harness.report.page import write_page

    try:
        return write_page(
            records,
            folder,
            title=title,
            command=command,
            results_folder=results_folder,
            peers=peers,
            earlier=earlier,
            labels=labels or {},
            declared=declared,
        )
    except OSError as error:
        raise StoreError(
            f"the report cannot be written to {folder}: {error.strerror or error}; give --output another folder"
        ) from error
