"""Records in, one self-contained page out: index.html, and the same numbers as Markdown and CSV.

matplotlib, pandas and jinja2 are the extra ``report``; they are imported when a report is written, not before.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from harness.errors import HarnessError, StoreError
from harness.records.record import RunRecord

_PACKAGES = ("jinja2", "matplotlib", "pandas")


class ReportPackageError(HarnessError, ImportError):
    """A package that only reports need is not installed."""

    exit_code = 2


def write_report(
    records: Sequence[RunRecord], folder: Path, *, title: str, command: str | None = None, peers: Path | None = None
) -> Path:
    """Write index.html, report.md, comparison.csv, classes.csv and epochs.csv; each file appears whole or not at all.

    Args:
        records: Runs of any status, in the order in which they are to be shown; none is left out.
        folder: Where to write; made where it is missing.
        title: The page's heading.
        command: The command line that made the runs, shown as it is.
        peers: The file of ``qhb peers --output``; shown where it is.
    Returns:
        The path of index.html.
    Raises:
        ReportPackageError: matplotlib, pandas or jinja2 is not installed.
        StoreError: ``peers`` is not such a file.
    """
    missing = [package for package in _PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise ReportPackageError(
            f"a report needs {', '.join(missing)}, not installed: pip install 'quantum-head-bench[report]'"
        )
    from harness.report.page import write_page

    try:
        return write_page(records, folder, title=title, command=command, peers=peers)
    except OSError as error:
        raise StoreError(
            f"the report cannot be written to {folder}: {error.strerror or error}; name a folder that can with --output"
        ) from error
