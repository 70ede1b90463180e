"""Executes examples/notebook.ipynb and writes its outputs into it: ``python -m docs.figures.notebook``."""

import tempfile
from pathlib import Path

import nbclient
import nbformat

_ROOT = Path(__file__).parents[2]
NOTEBOOK = _ROOT / "examples" / "notebook.ipynb"


def executed(folder: Path) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of a fresh kernel.

    Args:
        folder: An empty folder, in which the notebook finds the reference results and makes its own.

    Raises:
        CellExecutionError: a cell failed.
    """
    (folder / "examples").mkdir()
    (folder / "results").symlink_to(_ROOT / "results")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    place = {"metadata": {"path": str(folder / "examples")}}
    client = nbclient.NotebookClient(notebook, timeout=600, record_timing=False, resources=place)
    client.execute()
    notebook.metadata.language_info = {
        "name": "python"
    }  # the kernel tells its version, which is nobody's business here
    return notebook


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        nbformat.write(executed(Path(made)), NOTEBOOK)
