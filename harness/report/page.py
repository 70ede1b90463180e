"""Writes the report's files: the page, the same as Markdown, and the numbers as CSV."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from harness.plan.comparison import Declared
from harness.records.disk import write_atomically
from harness.records.environment import versions
from harness.records.record import RunRecord
from harness.report.content import Content, content
from harness.report.figures.svg import DASHES, Drawing
from harness.report.markdown_page import TEMPLATES, markdown_environment
from harness.report.numbers.csv_files import classes_csv, comparison_csv, epochs_csv, verdicts_csv
from harness.report.numbers.grouping import grouped
from harness.report.numbers.names import Names
from harness.report.numbers.tables import classes, comparison, epochs
from harness.report.numbers.verdicts import verdicts
from harness.report.sections.peers import peers_section


def write_page(
    records: Sequence[RunRecord],
    folder: Path,
    *,
    title: str,
    command: str | None,
    results_folder: Path | None,
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
        results,
        compared,
        by_digit,
        by_epoch,
        found,
        declared=declared,
        title=title,
        command=command,
        folder=results_folder,
        peers=measured,
    )
    files = {
        "verdicts.csv": verdicts_csv(found),
        "comparison.csv": comparison_csv(compared),
        "classes.csv": classes_csv(by_digit),
        "epochs.csv": epochs_csv(by_epoch),
        "report.md": markdown_environment().get_template("report.md.j2").render(report=shown),
        "index.html": _html(shown),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_atomically(folder / name, text.encode())
    return folder / "index.html"


def _html(shown: Content) -> str:
    """Return the page: its policy allows its own style and script, by their digests, and nothing else."""
    style, script = _style(shown), _source("page.js")
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    template = _html_environment(shown).get_template("page.html.j2")
    return template.render(
        report=shown, policy=policy, version=versions().get("quantum-head-bench", "of an unknown version"),
        style=Markup(style), script=Markup(script),  # noqa: S704 # our own files; no label is in them
    )  # fmt: skip


def _style(shown: Content) -> str:
    """Return the style sheet, with a rule for each part of a figure that can be hidden."""
    drawn = shown.figures.curves
    rules = [
        f"figure:has(#{part.name}:not(:checked)) .{part.name} {{ display: none; }}"
        for part in (drawn.parts if drawn else ())
    ]
    return "\n".join([_source("page.css"), _source("controls.css"), *rules])


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _html_environment(shown: Content) -> jinja2.Environment:
    # autoescape=True, not select_autoescape(): that goes by the file's ending and does not escape page.html.j2.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = _inline
    environment.filters["named"] = lambda text: _named(text, shown.names)
    environment.filters["number"] = lambda value: f"{value:.10g}"
    environment.filters["dashes"] = lambda dash: " ".join(f"{2.2 * length:g}" for length in DASHES[dash])
    return environment


def _inline(drawn: Drawing) -> Markup:
    return Markup(drawn.svg)  # noqa: S704 # svg.py built it element by element, and ElementTree escaped every text


def _named(text: str, names: Names) -> str | Markup:
    """Return the short name of a head, whole where the mouse rests on it; any other text as it is."""
    before, label = ("against ", text[8:]) if text.startswith("against ") else ("", text)
    if label not in names.cut:
        return text
    return before + Markup('<span title="{}">{}</span>').format(label, names.short(label))
