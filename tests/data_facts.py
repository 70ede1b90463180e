"""Facts of the embedded MNIST images, without reading them."""

import dataclasses

from harness.data.dataset import DataFacts
from harness.data.mnist import expected_facts

MNIST = {"shape": (1, 28, 28), "n_classes": 10}
"""What a classifier must know of the data."""


def mnist_facts(sha256: str = "0" * 64) -> DataFacts:
    """Return the facts of mnist-5000 with a checksum of the test's choice."""
    return dataclasses.replace(expected_facts("mnist-5000"), sha256=sha256)
