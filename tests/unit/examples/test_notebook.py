"""examples/notebook.ipynb runs in a fresh kernel, and its outputs in the file are those of this version."""

from typing import Any

import nbformat
import pytest

from docs.figures.notebook import NOTEBOOK, executed

_FROM_FILES = ("circuit", "verdict", "numbers", "model")  # outputs that no training and no clock changes


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Return the outputs of each cell, by its id."""
    return _outputs(executed(tmp_path_factory.mktemp("notebook")))


def _outputs(notebook: nbformat.NotebookNode) -> dict[str, list[Any]]:
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def _text(outputs: list[Any]) -> str:
    return "".join(output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs)


def test_the_outputs_in_the_file_are_of_this_version(cells: dict[str, list[Any]]) -> None:
    """Each cell has an output where the file has one; those that are not trained here are equal."""
    in_file = _outputs(nbformat.read(NOTEBOOK, as_version=4))

    assert cells.keys() == in_file.keys()
    for name, outputs in in_file.items():
        assert bool(outputs) == bool(cells[name]), f"{name}: write it again with python -m docs.figures.notebook"
    for name in _FROM_FILES:
        assert cells[name] == in_file[name], f"{name}: write it again with python -m docs.figures.notebook"


def test_progress_stands_below_the_cell(cells: dict[str, list[Any]]) -> None:
    """Lines for the four runs, and one bar, which is empty when they have ended; nothing on standard error."""
    run = cells["run"]
    bars = [output for output in run if output.output_type == "display_data"]

    assert _text(run).count("] ok   ") == 4
    assert [bar.data["text/html"] for bar in bars] == [""]
    assert all(output.get("name", "stdout") == "stdout" for output in run)


def test_results_and_verdicts_show_themselves(cells: dict[str, list[Any]]) -> None:
    """As a table, a sentence and a drawing."""
    (results,), (verdict,), (circuit,) = (cells[name] for name in ("results", "compare", "circuit"))

    assert results.data["text/html"].startswith("<table>")
    assert results.data["text/html"].count("<tr>") == 3
    assert "<b>Descriptive.</b> eq7 against linear: " in verdict.data["text/html"]
    assert "q0 |0⟩ ─H──Rz(φ₁)" in circuit.data["text/html"]
    assert _text(cells["frame"]).count(" ok ") == 4
