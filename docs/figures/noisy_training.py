"""Writes what examples/noisy-training.toml took and found into docs/performance.md.

qhb run examples/noisy-training.toml && python -m docs.figures.noisy_training results/runs/noisy-training
"""

import statistics
import sys
from pathlib import Path

from docs.figures import between_marks
from docs.figures.findings import against
from docs.figures.reference import ROOT, made_by
from harness.records.store import Store
from harness.report.numbers.rows import Number
from harness.report.numbers.study import Study, study_in
from harness.report.numbers.tables import comparison
from harness.report.numbers.verdicts import verdicts
from harness.text import Missing, share

DOCUMENT = ROOT / "docs" / "performance.md"
_COLUMNS = (
    "head", "seeds", "accuracy, split", "accuracy, official", "against linear, points",
    "evaluations requested by a run", "executed by the backend in a step", "before the training", "wall time of a run, s",
)  # fmt: skip


def table(study: Study) -> str:
    """Return the table as Markdown, and a line about the runs."""
    known = {verdict.ours: verdict for verdict in verdicts(study.results, study.declared) if verdict.theirs == "linear"}
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * (len(_COLUMNS) - 1)}"]
    for row in comparison(study.results):
        official = [run.official.accuracy for run in study.group(row.label).evaluated if run.official]
        cells = [
            row.label,
            str(row.runs_evaluated),
            "–" if isinstance(row.scores, Missing) else share(row.scores.accuracy_mean, row.scores.test_images),
            share(statistics.fmean(official), 10_000) if official else "–",
            against(known.get(row.label)),
            _count(row.costs.training_evaluations),
            _count(row.costs.executed_evaluations),
            _count(row.costs.setup_evaluations),
            _count(row.costs.wall_s),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Evaluations and wall time are medians over the seeds. {made_by(study)}."]) + "\n"


def _count(value: Number) -> str:
    return "–" if isinstance(value, Missing) else f"{value:,.0f}"


def with_table(text: str, study: Study) -> str:
    """Return the document with the table in its place."""
    return between_marks(text, "noisy training", table(study))


def main() -> None:
    """Write the document."""
    study = study_in(Store(Path(sys.argv[1])))
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), study), encoding="utf-8")


if __name__ == "__main__":
    main()
