"""Writes the example of docs/trainability.md: ``python -m docs.figures.trainability``; some ten seconds of computing."""

from pathlib import Path

from backends.analysis.trainability.trainability import trainability_of
from backends.circuits.catalogue import circuit_named
from docs.figures import between_marks
from harness.cli.trainability_text import paragraphs

CIRCUIT = "hardware_efficient(n_qubits=4, n_layers=2)"
DOCUMENT = Path(__file__).parents[1] / "trainability.md"


def example() -> str:
    """Return what ``qhb inspect CIRCUIT --trainability`` prints."""
    circuit = circuit_named(CIRCUIT)
    return "\n\n".join(paragraphs(circuit, trainability_of(circuit), None))


def main() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(between_marks(text, "example", f"```text\n{example()}\n```\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
