"""The page: tables, figures and sentences put into the templates, and the files written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from harness.records.disk import write_atomically
from harness.records.record import RunRecord
from harness.report import paper
from harness.report.beside_paper import classes_table
from harness.report.confusion import confusion_figure, confusion_of, shown, small_confusions
from harness.report.curves import curves_figure
from harness.report.figures import accuracy_figure, phases_figure
from harness.report.groups import Results, grouped
from harness.report.layout import Cell, Table, comparison_table, phases_table, plain_table
from harness.report.peers import peers_section
from harness.report.settings import circuit_figures, environment_table, head_settings, open_points, runs_table
from harness.report.statements import problems, statements
from harness.report.svg import Drawing
from harness.report.tables import classes, comparison, csv_text, epochs
from harness.text import clean, fenced, markdown

_TEMPLATES = Path(__file__).parent / "templates"
LIMITS = (
    "Accuracies are of one small set of test images, and of the seeds listed; other images and other seeds give others.",
    "Times are of the machine above with the load above. They say how fast this software ran there, not what a device could do.",
    "A slice says what a step costs. Its accuracy, where there is one, is of weights that another head trained.",
    "A simulator of a device has the errors that its noise model knows, and no others.",
    "Peak memory is of the whole process: Python, torch and data included.",
)


def write_page(
    records: Sequence[RunRecord], folder: Path, *, title: str, command: str | None, peers: Path | None
) -> Path:
    """Write the report's five files; see ``harness.report.write_report``."""
    results = grouped(records)
    frames = {"comparison": comparison(results), "classes": classes(results), "epochs": epochs(results)}
    content = _content(results, frames, title=clean(title), command=command)
    content["peers"] = peers_section(peers) if peers else None
    files = {f"{name}.csv": csv_text(frame) for name, frame in frames.items()}
    files["report.md"] = _markdown_environment().get_template("report.md.j2").render(content)
    files["index.html"] = _html_environment().get_template("page.html.j2").render(content)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_atomically(folder / name, text.encode())
    return folder / "index.html"


def _content(results: Results, frames: dict[str, Any], *, title: str, command: str | None) -> dict[str, Any]:
    """Return what both templates show."""
    compared = frames["comparison"]
    return {
        "title": title,
        "statements": statements(results, compared),
        "problems": problems(results),
        "comparison": comparison_table(compared),
        "phases": phases_table(compared),
        "classes": classes_table(frames["classes"], compared, results),
        "reference": results.reference,
        "confusion": _confusion_table(results),
        "open_points": open_points(results),
        "heads": head_settings(results),
        "runs": runs_table(results),
        "environment": environment_table(results, command),
        "figures": {
            "accuracy": accuracy_figure(results, compared),
            "phases": phases_figure(compared),
            "curves": curves_figure(results, frames["epochs"]),
            "confusion": confusion_figure(results),
            "confusions": small_confusions(results),
        },
        "circuits": circuit_figures(results),
        "limits": LIMITS,
        "citation": paper.CITATION,
        "commits": sorted({run.environment.git_commit or "" for run in results.runs if run.environment} - {""}),
    }


def _confusion_table(results: Results) -> Table | None:
    group = shown(results)
    if group is None:
        return None
    matrix = confusion_of(group)
    rows = [[str(digit), *(Cell(f"{images}") for images in row)] for digit, row in enumerate(matrix)]
    caption = f"Images of {group.label} by true digit (rows) and predicted digit (columns), summed over seeds."
    return plain_table("confusion", caption, ["True", *map(str, range(len(matrix)))], rows)


def _html_environment() -> jinja2.Environment:
    # autoescape=True, not select_autoescape(): that goes by the file's ending and does not escape page.html.j2.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = _inline
    environment.tests["drawing"] = _is_drawing
    return environment


def _inline(drawn: Drawing) -> Markup:
    return Markup(drawn.svg)  # noqa: S704 # svg.py built it element by element, and ElementTree escaped every text


def _is_drawing(value: object) -> bool:
    return isinstance(value, Drawing)


class _Verbatim(str):
    """Text that is Markdown already."""


def _markdown_environment() -> jinja2.Environment:
    """Return an environment that escapes for Markdown whatever a template inserts, unless it is ``_Verbatim``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=False,  # noqa: S701 # HTML escapes are wrong in Markdown; finalize escapes for Markdown
        undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=lambda value: value if isinstance(value, _Verbatim) else markdown(value),
    )  # fmt: skip
    environment.filters["fenced"] = lambda text, language="": _Verbatim(fenced(text, language))
    environment.filters["table"] = _markdown_table
    environment.tests["drawing"] = _is_drawing
    return environment


def _markdown_table(table: Table) -> _Verbatim:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def text(cell: Cell) -> str:
        small = f" ({cell.small})" if cell.small else ""
        return markdown(cell.text + small + (f" [{cell.mark}]" if cell.mark else ""))

    head = table.head
    if any(name for name, _ in table.groups):
        above = [name for name, width in table.groups for _ in range(width)]
        head = [f"{group}: {name}" if group else name for group, name in zip(above, table.head, strict=True)]
    numbers = [bool(table.rows) and table.rows[0][index].number for index in range(len(head))]
    lines = [line([markdown(name) for name in head]), line(["---:" if number else ":---" for number in numbers])]
    lines += [line([text(cell) for cell in row]) for row in table.rows]
    notes = [f"- {markdown(f'[{mark}]')} {markdown(reason)}" for mark, reason in table.notes]
    return _Verbatim("\n".join([*lines, "", markdown(table.caption), *(["", *notes] if notes else [])]))
