"""The comparison of a surrogate with the head that it stands for, at fresh random angles."""

import numpy as np

from backends.errors import HeadError
from backends.head import QuantumHead


def worst_entry(
    source: QuantumHead,
    rows: np.ndarray,
    got: np.ndarray,
    expected: np.ndarray,
    allowed: np.ndarray,
    *,
    error: type[HeadError],
    who: str,
    says: str,
    cause: str,
) -> tuple[int, int]:
    """Return row and column of the difference that comes nearest to what is allowed.

    Args:
        source: The head.
        rows: Radians, shape (n_rows, n_angles).
        got: What the surrogate answers, shape (n_rows, n_values).
        expected: What the head answers.
        allowed: The largest difference that is allowed of each value.
        error: What is raised, with a message in these words: "{who} of HEAD: at ... {says} ...; {cause}, so use ...".
        who: As in the message.
        says: As in the message.
        cause: As in the message.

    Raises:
        HeadError: of the given kind; a difference is larger than what is allowed.
    """
    difference = np.abs(got - expected)
    row, value = divmod(int(np.argmax(difference / allowed)), got.shape[1])
    if not difference[row, value] <= allowed[row, value]:
        raise error(
            f"{who} of {source.name}: at fresh random angles {rows[row].tolist()} of circuit {source.circuit.name!r} {says} "
            f"{got[row, value]:.12g}, the head itself {expected[row, value]:.12g}; allowed is a difference of "
            f"{allowed[row, value]:.2g}; {cause}, so use execution = 'native'"
        )
    return row, value
