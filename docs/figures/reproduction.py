"""Writes docs/reproduction.md's tables and sentences from the committed studies.

python -m docs.figures.reproduction
"""

from pathlib import Path

from click.testing import CliRunner

from docs.figures import between_marks
from docs.figures.open_points import moved, open_points_table
from docs.figures.reference import PAPERS_HEAD, ROOT, STUDY, SWEEPS, made_by, reference
from docs.figures.reproduction_scores import (
    Claim,
    claim_of_fig_6,
    claim_of_fig_7,
    claims_of_table_1,
    fig_6,
    fig_7,
    table_1,
)
from harness.cli.main import qhb
from harness.report.numbers.study import Study
from harness.text import fenced

DOCUMENT = ROOT / "docs" / "reproduction.md"
_BESIDE = "linear"


def written(text: str, study: Study, sweeps: Study) -> str:
    """Return the document with the numbers of the studies in their places."""
    group = study.group(PAPERS_HEAD)
    claims = [*claims_of_table_1(group), claim_of_fig_6(group), claim_of_fig_7(group)]
    parts = {
        "claims": claims_table(claims) + f"\nFrom results/reference/study: {made_by(study)}.\n",
        "table-1": table_1(group),
        "fig-6": fig_6([group, study.group(_BESIDE)]),
        "fig-7": fig_7(group),
        "eq7": inspected("eq7"),
        "open-points": open_points_table(moved(sweeps)) + f"\nFrom results/reference/sweeps: {made_by(sweeps)}.\n",
    }
    for name, content in parts.items():
        text = between_marks(text, name, content)
    return text


def claims_table(claims: list[Claim]) -> str:
    """Return the statements of the paper with their verdicts as Markdown."""
    rows = [f"| {claim.claim} | **{claim.verdict}** | {claim.why} |" for claim in claims]
    return "\n".join(["| the paper | verdict | why |", "|---|---|---|", *rows]) + "\n"


def inspected(circuit: str) -> str:
    """Return what ``qhb inspect`` prints of a circuit, as a code block."""
    done = CliRunner().invoke(qhb, ["inspect", circuit], catch_exceptions=False)
    return fenced(done.output.strip()) + "\n"


def main(document: Path = DOCUMENT) -> None:
    """Write the document."""
    text = written(document.read_text(encoding="utf-8"), reference(STUDY), reference(SWEEPS))
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
