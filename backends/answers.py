"""What an adapter returns, and the check that it is a table of probabilities."""

import dataclasses

import torch

from backends.circuits.basis import basis_bits
from backends.errors import OutputError

_ROUNDING = 1e-9
_LOST = 1e-6  # of a row's probability: the noise channels of Aer lose 1e-9 a gate


@dataclasses.dataclass(frozen=True)
class Executed:
    """What an adapter returns: probabilities, and what the backend says it executed for them.

    Attributes:
        p_zero: p(outcome 0) of each measured qubit, float64, shape (n_rows, n_outputs).
        circuits: Circuit evaluations that the backend executed, each of those that stood side by side in one circuit.
        shots: Shots that the backend executed, over all of these.
    """

    p_zero: torch.Tensor
    circuits: int
    shots: int


@dataclasses.dataclass(frozen=True)
class Outcomes:
    """What ``_outcomes`` returns; ``circuits`` and ``shots`` as in ``Executed``.

    Attributes:
        joint: Probability (exact head) or relative frequency (sampling head) of each joint outcome of the measured
            qubits, float64, shape (n_rows, 2**n_outputs); the first measured qubit is the top bit.
    """

    joint: torch.Tensor
    circuits: int
    shots: int

    def margins(self) -> Executed:
        """Return p(outcome 0) of each measured qubit."""
        is_zero = 1.0 - basis_bits(self.joint.shape[1].bit_length() - 1).T
        return Executed(self.joint @ torch.from_numpy(is_zero).to(self.joint), circuits=self.circuits, shots=self.shots)


def checked_probabilities(answer: torch.Tensor, *, name: str, shape: tuple[int, int]) -> torch.Tensor:
    """Return an adapter's probabilities, with rounding outside [0, 1] cut off.

    Args:
        answer: What the adapter returned.
        name: The adapter's, for messages.
        shape: What the answer must have, (n_rows, n_values).
    Returns:
        float64 in [0, 1], of that shape.
    Raises:
        OutputError: another type, dtype or shape, or a value outside [0, 1].
    """
    if not isinstance(answer, torch.Tensor) or tuple(answer.shape) != shape or answer.dtype != torch.float64:
        got = (
            f"{answer.dtype} of shape {tuple(answer.shape)}"
            if isinstance(answer, torch.Tensor)
            else type(answer).__name__
        )
        raise OutputError(f"{name}: the adapter must return torch.float64 of shape {shape}, it returned {got}")
    low, high = (extreme.item() for extreme in torch.aminmax(answer.detach()))  # NaN if one of them is
    if low >= 0 and high <= 1:
        return answer
    if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
        wrong = ~((answer >= -_ROUNDING) & (answer <= 1 + _ROUNDING))
        row, output = torch.nonzero(wrong)[0].tolist()
        raise OutputError(
            f"{name}: the adapter must return probabilities in [0, 1], it returned {answer[row, output].item()} "
            f"for row {row}, output {output}"
        )
    return answer.clamp(0.0, 1.0)


def checked_joint(answer: torch.Tensor, *, name: str, shape: tuple[int, int]) -> torch.Tensor:
    """Return an adapter's joint outcome probabilities; those of a row must add up to 1. See ``checked_probabilities``."""
    joint = checked_probabilities(answer, name=name, shape=shape)
    wrong = (joint.sum(dim=1) - 1).abs() > _LOST
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise OutputError(
            f"{name}: the joint outcome probabilities of a row must add up to 1, those of row {row} add up to "
            f"{joint[row].sum().item()}"
        )
    return joint
