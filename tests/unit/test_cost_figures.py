"""The figures on costs in README.md and docs/cost.md are those that the code computes today."""

from docs.figures.cost_table import PAGE, README, with_figures


def test_the_documents_hold_the_computed_figures() -> None:
    """The command that writes them would change nothing."""
    readme, page = (path.read_text(encoding="utf-8") for path in (README, PAGE))

    assert with_figures(readme, page) == (readme, page)
