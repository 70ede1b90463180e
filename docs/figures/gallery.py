"""Writes what the gallery's plans found into docs/gallery.md, from their records in results/reference/gallery.

python -m docs.figures.gallery
"""

import re

from docs.figures import between_marks
from docs.figures.reference import REFERENCE, ROOT, made_by, reference
from harness.plan.plan import load_preset, presets_in
from harness.plan.schema import Plan
from harness.report.numbers.accuracies import MeanAccuracy, common_test_set, mean_accuracy
from harness.report.numbers.groups import Group
from harness.report.numbers.study import Study
from harness.report.numbers.verdicts import verdicts
from harness.text import Missing

DOCUMENT = ROOT / "docs" / "gallery.md"
FOLDER = "gallery"
_PARTS = ("Source", "Deviates", "Control")
"""What the description of each plan of the gallery tells behind its first sentence."""


def gallery() -> str:
    """Return a section for each plan of the gallery, as Markdown."""
    return "\n".join(section(name) for name in presets_in(FOLDER))


def section(name: str) -> str:
    """Return what a plan is, and its verdicts where its runs are among the committed results."""
    lines = [f"## {name.removeprefix(f'{FOLDER}/')}", "", *described(load_preset(name)), ""]
    if not (REFERENCE / name / "records").is_dir():
        return "\n".join([*lines, f"Not run yet: `qhb run --preset {name}`.", ""])
    study = reference(name)
    return "\n".join([*lines, *found(study), "", f"From results/reference/{name}: {made_by(study)}.", ""])


def described(plan: Plan) -> list[str]:
    """Return the first sentence of a plan's description, and its parts as a list.

    Raises:
        ValueError: the description lacks a part.
    """
    first, *parts = re.split(rf"(?:^|\s)(?={'|'.join(f'{part}:' for part in _PARTS)})", plan.description)
    if [part.partition(":")[0] for part in parts] != list(_PARTS):
        raise ValueError(f"plan {plan.name}: expected a description with {', '.join(_PARTS)}, got {plan.description!r}")
    return [first.strip(), "", *(f"- **{part.partition(':')[0]}**:{part.partition(':')[2].rstrip()}" for part in parts)]


def found(study: Study) -> list[str]:
    """Return the verdicts of a study, a sentence each, and the accuracy of each head as a table."""
    groups = [group for group in study.results.groups if group.full and group.evaluated]
    which = common_test_set(groups)
    scores = [mean_accuracy(group, which) if which else Missing("no common test images") for group in groups]
    images = next((f", {score.images:,} test samples" for score in scores if isinstance(score, MeanAccuracy)), "")
    rows = [
        f"| {group.label} | {len(group.evaluated)} | {_parameters(group)} | {_accuracy(score)} |"
        for group, score in zip(groups, scores, strict=True)
    ]
    return [
        *(
            f"- {verdict.sentence} {verdict.sensitivity}".rstrip()
            for verdict in verdicts(study.results, study.declared)
        ),
        "",
        f"| head | seeds | trainable parameters | accuracy{images} (95 % over seeds) |",
        "|---|---:|---:|---:|",
        *rows,
    ]


def _parameters(group: Group) -> str:
    head = group.evaluated[0].head
    return "–" if head is None else f"{head.n_parameters:,}"


def _accuracy(score: MeanAccuracy | Missing) -> str:
    if isinstance(score, Missing):
        return "–"
    if isinstance(score.low, Missing) or isinstance(score.high, Missing):
        return f"{score.mean:.4f}"
    return f"{score.mean:.4f} ({score.low:.4f} to {score.high:.4f})"


def with_gallery(text: str) -> str:
    """Return the document with the gallery in its place."""
    return between_marks(text, FOLDER, gallery())


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(with_gallery(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
