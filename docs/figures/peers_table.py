"""Writes the table of ``qhb peers`` into README.md and docs/performance.md, and its data to results/reference/peers.json.

python -m docs.figures.peers_table results/runs/bench/peers.json
"""

import shutil
import sys
from pathlib import Path

from docs.figures import between_marks
from harness.report.sections.peers import Measured
from harness.text import count, significant

_HERE = Path(__file__).resolve().parents[2]
REFERENCE = _HERE / "results" / "reference" / "peers.json"
DOCUMENTS = {_HERE / "README.md": True, _HERE / "docs" / "performance.md": False}
"""Documents with the table, and whether they show its main rows only (those with a target)."""


def table(measured: Measured, *, main_only: bool) -> str:
    """Return the table as Markdown, and a line about the measurement."""
    lines = [
        "| | ours, ms | peer | peer, ms | ratio (smallest to largest) |",
        "|---|---:|---|---:|---:|",
    ]
    for row in measured.rows:
        if row.target is None and main_only:
            continue
        if row.ours_s is None or row.peer_s is None or row.ratio_median is None:
            lines.append(f"| {row.row} | | {row.peer} | | {row.problem} |")
            continue
        part = "" if row.peer_images == row.images else f", {count(row.peer_images)} of {count(row.images)} images"
        ratios = [significant(value) for value in (row.ratio_median, row.ratio_min or 0, row.ratio_max or 0)]
        lines.append(
            f"| {row.row} | {significant(1000 * row.ours_s)} | {row.peer}{part} | {significant(1000 * row.peer_s)} | "
            f"**{ratios[0]}** ({ratios[1]} to {ratios[2]}) |"
        )
    where = measured.environment
    rounds = sorted({row.rounds for row in measured.rows if row.rounds})
    lines += [
        "",
        f"Medians of {' or '.join(map(str, rounds))} rounds, {where['started_at'][:10]}, {where['cpu']}, {where['n_cores']} cores, "
        f"load {where['load_average']} before and {where['load_average_after']} after, commit {str(where['git_commit'])[:7]}.",
    ]
    return "\n".join(lines) + "\n"


def with_table(text: str, measured: Measured, *, main_only: bool) -> str:
    """Return a document with the table in its place."""
    return between_marks(text, "peers", table(measured, main_only=main_only))


def main() -> None:
    """Write the documents and copy the data."""
    source = Path(sys.argv[1])
    measured = Measured.model_validate_json(source.read_bytes())
    for document, main_only in DOCUMENTS.items():
        document.write_text(
            with_table(document.read_text(encoding="utf-8"), measured, main_only=main_only), encoding="utf-8"
        )
    if source.resolve() != REFERENCE:
        shutil.copyfile(source, REFERENCE)


if __name__ == "__main__":
    main()
