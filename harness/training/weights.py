"""Trained weights, read from the file that a run left."""

from pathlib import Path

from harness.errors import StoreError
from harness.records import sealed
from harness.training.model import Classifier


def load_weights(classifier: Classifier, path: Path, run_id: str) -> None:
    """Load the weights that a run trained.

    Args:
        classifier: Of the same model and circuit.
        path: Their file.
        run_id: Of the run.

    Raises:
        StoreError: they are missing, damaged, or of another model or run.
    """
    try:
        weights, facts = sealed.read(path)
        if facts.get("run_id") != run_id:
            raise StoreError(f"{path} holds the weights of run {facts.get('run_id')}, expected those of {run_id}")
        classifier.load_state_dict(weights)
    except (StoreError, RuntimeError) as error:
        raise StoreError(
            f"weights cannot be used: {error}; expected those of a finished run with the same model and circuit; after "
            "qhb doctor RESULTS --sweep, qhb run makes that run again"
        ) from error
