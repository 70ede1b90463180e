"""The example of docs/trainability.md is what the command prints."""

from backends.analysis.trainability import sizes
from docs.figures.trainability import DOCUMENT, example


def test_the_example_is_current(monkeypatch) -> None:
    """Every line is there that does not rest on wide circuits: those of six to eight qubits take too long for a test."""
    monkeypatch.setattr(sizes, "WIDEST", 5)
    shown = DOCUMENT.read_text(encoding="utf-8").split("```text\n")[1].split("```\n")[0]
    lines = example().split("\n\n")
    fits = next(number for number, paragraph in enumerate(lines) if paragraph.startswith("n_layers = 2, 2 to 5 qubits"))
    for paragraph in (*lines[:fits], *lines[fits + 1 :]):
        assert paragraph in shown
