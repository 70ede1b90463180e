"""The paper's published numbers, each with its place in the paper. Nothing here was measured by us."""

from typing import NamedTuple

CITATION = (
    "S. M. A. Rizvi, M. S. Ulum, N. Asif, H. Shin: Neural Networks with Variational Quantum Circuits. "
    "Industrial Networks and Intelligent Systems (LNICST), Springer, 2023, pp. 203-214. "
    "https://doi.org/10.1007/978-3-031-47359-3_15"
)
LABEL = "paper, Table 1"
ACCURACY = 0.97
"""Table 1, row Accuracy."""
MACRO = 0.97
"""Table 1, row Macro Avg: precision, recall and F1 alike."""
DATASET = "mnist-5000"
CLASS_NAMES = tuple(map(str, range(10)))
N_TRAIN, N_VALIDATION, N_TEST = 3200, 800, 1000
"""Sec. 3: 5,000 images, 8:2, and 8:2 again."""
EPOCHS, LEARNING_RATE, SHOTS = 20, 1e-3, 1000
"""Sec. 4."""


class PaperScore(NamedTuple):
    """A row of Table 1."""

    digit: int
    precision: float
    recall: float
    f1: float


TABLE_1 = (
    PaperScore(0, 0.99, 0.98, 0.98),
    PaperScore(1, 0.99, 0.98, 0.99),
    PaperScore(2, 0.97, 0.96, 0.96),
    PaperScore(3, 0.98, 0.95, 0.97),
    PaperScore(4, 0.96, 0.96, 0.96),
    PaperScore(5, 0.99, 0.99, 0.99),
    PaperScore(6, 0.99, 1.00, 0.99),
    PaperScore(7, 0.98, 0.98, 0.98),
    PaperScore(8, 0.98, 0.98, 0.98),
    PaperScore(9, 0.91, 0.95, 0.93),
)
