"""Writes what the reference study found into README.md.

python -m docs.figures.findings
"""

import statistics

import numpy as np

from docs.figures import between_marks
from docs.figures.reference import ROOT, STUDY, made_by, reference, right_answers
from harness.report.numbers.groups import Group
from harness.report.numbers.study import Study
from harness.report.numbers.verdicts import DeclaredVerdict, verdicts
from harness.statistics import Score, Verdict, accuracy_score, conclusion, points
from harness.text import Missing, share

DOCUMENT = ROOT / "README.md"
SHOWN = (
    ("eq7 1000 shots", "linear"),
    ("eq7 1000 shots", "bounded"),
    ("eq7 1000 shots", "cosine"),
    ("eq7 1000 shots", "eq7 reduced 1000 shots"),
    ("eq7 swapped 1000 shots", "eq7 1000 shots"),
    ("eq7 on sherbrooke", "eq7 1000 shots"),
)
"""The declared comparisons that the README tells; the report has all."""


def findings(study: Study) -> str:
    """Return the sentences and the table as Markdown."""
    known = {(verdict.ours, verdict.theirs): verdict for verdict in verdicts(study.results, study.declared)}
    sentences = [f"- {known[pair].sentence} {known[pair].sensitivity}".rstrip() for pair in SHOWN]
    groups = [group for group in study.results.groups if group.full and group.evaluated]
    first = groups[0].evaluated[0]
    split, official = (f"{scored.n_images:,} images" for scored in (first.evaluation, first.official) if scored)
    lines = [
        *sentences,
        "",
        f"| head | seeds | trainable parameters | accuracy, {split} | accuracy, {official} (95 %) | against linear, points |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [_row(group, known.get((group.label, "linear"))) for group in groups]
    lines += [
        "",
        f"{made_by(study)}. The {official} are MNIST's own test images. Differences are means over the seeds that both "
        "heads have.",
    ]
    return "\n".join(lines) + "\n"


def _row(group: Group, verdict: DeclaredVerdict | None) -> str:
    head = group.evaluated[0].head
    split = [run.evaluation for run in group.evaluated if run.evaluation]
    mean = share(statistics.fmean(evaluation.accuracy for evaluation in split), split[0].n_images)
    cells = [
        group.label,
        str(len(group.evaluated)),
        f"{head.n_parameters:,}" if head else "–",
        mean,
        _official(right_answers(group)),
        against(verdict),
    ]
    return f"| {' | '.join(cells)} |"


def _official(right: np.ndarray) -> str:
    score: Score = accuracy_score(right)
    mean = "–" if isinstance(score.value, Missing) else f"{score.value:.4f}"
    if isinstance(score.low, Missing) or isinstance(score.high, Missing):
        return mean
    return f"{mean} ({score.low:.4f} to {score.high:.4f})"


def against(verdict: DeclaredVerdict | None) -> str:
    """Return the effect of a comparison and its verdict as the cell of a table; empty where there is no verdict."""
    if verdict is None or isinstance(verdict.judgement, Missing):
        return ""
    judgement = verdict.judgement
    settled = judgement.verdict not in (Verdict.INCONCLUSIVE, Verdict.DESCRIPTIVE)
    words = conclusion(judgement) if settled else str(judgement.verdict)  # what is open has a long conclusion
    return f"{points(judgement.comparison.effect_pp)}, {words}"


def with_findings(text: str, study: Study) -> str:
    """Return the README with the findings in their place."""
    return between_marks(text, "findings", findings(study))


def main() -> None:
    """Write the README."""
    text = with_findings(DOCUMENT.read_text(encoding="utf-8"), reference(STUDY))
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
