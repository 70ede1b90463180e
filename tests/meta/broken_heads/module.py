"""Heads that are no good modules: they cannot be moved, copied or loaded."""

from collections.abc import Callable
from typing import Any

import torch
from meta.broken_heads.healthy import Wrapped

from backends.answers import Executed
from backends.circuits.circuit import Circuit


class HidesApply(Wrapped):
    """A helper method of the adapter has the name of a method of ``nn.Module``, which ``to`` calls."""

    def _apply(self, gate: str, state: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return state


class HidesTrain(Wrapped):
    """An attribute has the name of a method of ``nn.Module``."""

    def _prepare(self) -> None:
        super()._prepare()
        self.train = True


class ExpectsFloat32Weights(Wrapped):
    """Computes with the weights in the dtype in which they were made."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.weights is not None:
            torch.dot(self.weights.detach().flatten(), torch.ones(self.weights.numel()))
        return super()._execute(rows, first_evaluation=first_evaluation)


class HoldsALambda(Wrapped):
    """Pickle refuses it."""

    def _prepare(self) -> None:
        super()._prepare()
        self._scale = lambda angle: angle


class MadeAnewByPickle(Wrapped):
    """A copy is made of what the head was made of, so that trained weights are lost."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _made_anew, (type(self), self.circuit, self.n_circuits, self.shots, self.seed)


def _made_anew(kind: type[Wrapped], circuit: Circuit, n_circuits: int, shots: int | None, seed: int) -> Wrapped:
    return kind(circuit, n_circuits=n_circuits, shots=shots, seed=seed)


class KeysOfTheSeed(Wrapped):
    """The names in the ``state_dict`` depend on the seed."""

    def _prepare(self) -> None:
        super()._prepare()
        self.register_buffer(f"noise_{self.seed}", torch.zeros(1))
