"""Writes the report's files: the page, the same as Markdown, and the numbers as CSV."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from harness.plan.comparison import Declared
from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.report.content import content
from harness.report.figures.svg import Drawing
from harness.report.markdown_page import TEMPLATES, markdown_environment
from harness.report.numbers.csv_files import classes_csv, comparison_csv, epochs_csv, verdicts_csv
from harness.report.numbers.grouping import grouped
from harness.report.numbers.tables import classes, comparison, epochs
from harness.report.numbers.verdicts import verdicts
from harness.report.sections.peers import peers_section


def write_page(
    records: Sequence[RunRecord],
    folder: Path,
    *,
    title: str,
    command: str | None,
    peers: Path | None,
    earlier: Sequence[RunRecord],
    labels: Mapping[str, str],
    declared: Declared | None,
) -> Path:
    """Write the report's files; see ``harness.report.write_report``."""
    results = grouped(records, earlier, labels)
    compared, by_digit, by_epoch = comparison(results), classes(results), epochs(results)
    found = verdicts(results, declared)
    measured = peers_section(peers) if peers else None
    shown = content(
        results, compared, by_digit, by_epoch, found, declared=declared, title=title, command=command, peers=measured
    )
    files = {
        "verdicts.csv": verdicts_csv(found),
        "comparison.csv": comparison_csv(compared),
        "classes.csv": classes_csv(by_digit),
        "epochs.csv": epochs_csv(by_epoch),
        "report.md": markdown_environment().get_template("report.md.j2").render(report=shown),
        "index.html": _html_environment().get_template("page.html.j2").render(report=shown),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_atomically(folder / name, text.encode())
    return folder / "index.html"


def _html_environment() -> jinja2.Environment:
    # autoescape=True, not select_autoescape(): that goes by the file's ending and does not escape page.html.j2.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = _inline
    return environment


def _inline(drawn: Drawing) -> Markup:
    return Markup(drawn.svg)  # noqa: S704 # svg.py built it element by element, and ElementTree escaped every text
