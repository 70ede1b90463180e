"""Measures how a step grows, and writes a figure and a table into docs/performance.md.

python -m docs.figures.growth                                   measures, up to 5 minutes
python -m docs.figures.growth results/reference/growth.json     writes a measurement again

The measurement goes to results/reference/growth.json, the figure to docs/growth.svg.
"""

import datetime
import io
import os
import sys
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
import pydantic
import torch
from matplotlib.figure import Figure

from docs.figures import between_marks
from docs.figures.growth_steps import CHANNELS, NATIVE, STATEVECTOR, TABLE, Point, measure, tasks
from harness.records.environment import environment
from harness.text import significant

_HERE = Path(__file__).resolve().parents[2]
DOCUMENT = _HERE / "docs" / "performance.md"
REFERENCE = _HERE / "results" / "reference" / "growth.json"
FIGURE = _HERE / "docs" / "growth.svg"
_WAYS = {STATEVECTOR.name: "#7a7a7a", TABLE.name: "#1a6fb0", CHANNELS.name: "#c2571a", NATIVE.name: "#2f8f5b"}
_PANELS = {
    "qubits": "qubits, two angles each",
    "angles": "angles, three qubits",
    "images": "images of a batch, six angles",
}
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 8.5, "font.family": "DejaVu Sans", "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.6, "grid.linewidth": 0.4, "grid.color": "#dddddd", "legend.frameon": False,
}  # fmt: skip


class Growth(pydantic.BaseModel):
    """A measurement: where, when, and its points."""

    environment: dict[str, Any]
    points: list[Point]


def table(growth: Growth) -> str:
    """Return the figure's place, the table as Markdown, and a line about the measurement."""
    lines = [
        "![Seconds and memory of a step by qubits, angles and images](growth.svg)",
        "",
        f"| a step grows with | | {' | '.join(_WAYS)} |",
        f"|---|---:|{'---:|' * len(_WAYS)}",
    ]
    for along, title in _PANELS.items():
        here = [point for point in growth.points if point.along == along]
        for x in sorted({point.x for point in here}):
            cells = [_cell(next((point for point in here if (point.x, point.way) == (x, way)), None)) for way in _WAYS]
            lines.append(f"| {title} | {x} | {' | '.join(cells)} |")
    where = growth.environment
    lines += [
        "",
        "Milliseconds of a step (forward and backward, exact, 10 circuits an image, 32 images, one thread), and MiB that it needs. "
        f"{where['started_at'][:10]}, {where['cpu']}, load {where['load_average']} before and {where['load_average_after']} after, "
        f"commit {str(where['git_commit'])[:7]}.",
    ]
    return "\n".join(lines) + "\n"


def _cell(point: Point | None) -> str:
    if point is None:
        return ""
    part = "" if point.measured_on == point.images else f", {point.measured_on} of {point.images} images"
    memory = "" if point.mib is None else f", {point.mib:,.0f} MiB"
    return f"{significant(1000 * point.seconds)}{memory}{part}"


def figure(growth: Growth) -> bytes:
    """Return the figure as SVG: time above, memory below, a column for each thing that grows; the same for the same data."""
    with mpl.rc_context(_STYLE):
        drawn = Figure(figsize=(9.0, 4.6), layout="constrained", facecolor="white")
        axes = drawn.subplots(2, len(_PANELS), sharex="col", squeeze=False)
        for column, (along, title) in enumerate(_PANELS.items()):
            for way, color in _WAYS.items():
                points = [point for point in growth.points if (point.along, point.way) == (along, way)]
                known = [point for point in points if point.mib is not None]
                settings: Any = {"color": color, "label": way, "marker": "o", "markersize": 3, "linewidth": 1.2}
                axes[0, column].plot([p.x for p in points], [1000 * p.seconds for p in points], **settings)
                axes[1, column].plot([p.x for p in known], [max(p.mib or 0, 1) for p in known], **settings)
            for row in (0, 1):
                axes[row, column].set_yscale("log")
                axes[row, column].grid(visible=True)
            axes[1, column].set_xlabel(title)
            if along == "images":
                axes[1, column].set_xscale("log", base=2)
                axes[1, column].xaxis.set_major_formatter(lambda value, position: f"{value:g}")
        axes[0, 0].set_ylabel("ms a step")
        axes[1, 0].set_ylabel("MiB a step (at least 1)")
        handles, labels = axes[0, 1].get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside upper center", ncols=len(_WAYS))
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def with_growth(text: str, growth: Growth) -> str:
    """Return a document with the figure and the table in their place."""
    return between_marks(text, "growth", table(growth))


def measured() -> Growth:
    """Measure all points on one thread."""
    torch.set_num_threads(1)
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    where: dict[str, Any] = {**environment("cpu").model_dump(mode="json"), "started_at": started}
    points = []
    for task in tasks():
        points.append(measure(task))
        click.echo(f"{task.along} {task.x}, {task.way.name}: {_cell(points[-1])}", err=True)
    where["load_average_after"] = round(os.getloadavg()[0], 2)
    return Growth(environment=where, points=points)


def main() -> None:
    """Measure, or read a measurement, and write the documents."""
    growth = Growth.model_validate_json(Path(sys.argv[1]).read_bytes()) if sys.argv[1:] else measured()
    REFERENCE.write_text(growth.model_dump_json(indent=1) + "\n", encoding="utf-8")
    FIGURE.write_bytes(figure(growth))
    DOCUMENT.write_text(with_growth(DOCUMENT.read_text(encoding="utf-8"), growth), encoding="utf-8")


if __name__ == "__main__":
    main()
