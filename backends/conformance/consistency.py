"""Checks of a head against itself, noise on: they come before all values, so that a mixed-up batch is named as one."""

from collections.abc import Iterator

import numpy as np

from backends.conformance.circuits import TWO_OUTPUTS
from backends.conformance.results import Finding, compare_answers
from backends.conformance.subject import SEED, Subject, angles, run

_DISTINCT_ROWS = 24
_SIZES = (3, 5, 9, 24, 93, 300)  # from 3 on, rows in reverse order differ from shifted rows
_TRAINING_STEP, _LARGEST = 2880, 8000  # rows of a step of the paper's model; the largest that such a run sends


def batch_equals_its_rows(subject: Subject) -> Iterator[Finding]:
    """Each of up to 8,000 rows of a batch, in any order, gets the answer that the row gets alone."""
    rows = angles(_DISTINCT_ROWS, TWO_OUTPUTS.n_angles)
    for shots, largest in zip(subject.modes, (_LARGEST, _TRAINING_STEP), strict=False):
        head = subject.head(TWO_OUTPUTS, shots=shots, noise=True)
        alone = np.concatenate([run(head, row[None]) for row in rows])
        for size in (*_SIZES, largest):
            chosen = batch(size)
            what = f"a batch of {size} rows against each row alone"
            yield compare_answers(run(head, rows[chosen]), alone[chosen], shots=shots, what=what)


def batch(size: int) -> np.ndarray:
    """Return which of the distinct rows a batch of this size holds: all of them in a random order, then the same again."""
    stream = np.random.default_rng(SEED)
    rounds = -(-size // _DISTINCT_ROWS)
    return np.concatenate([stream.permutation(_DISTINCT_ROWS) for _ in range(rounds)])[:size]
