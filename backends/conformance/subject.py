"""The head under test: how it is made, with its noise on or off, and how rows are run through its public interface."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from backends.circuits.circuit import Circuit
from backends.conformance.results import NotApplicable
from backends.head import QuantumHead
from backends.surrogates.surrogate import HeadFactory

SEED = 7
SHOTS = 1000


class Subject:
    """A head's class, with the options that the user wants it checked with.

    Args:
        head_class: The adapter.
        options: Its options; validated when the first head is made.
    """

    def __init__(self, head_class: HeadFactory, *, options: Mapping[str, Any] | None = None) -> None:
        self.head_class = head_class
        self.options = dict(options or {})
        able = head_class.capabilities
        self.modes: tuple[int | None, ...] = ((None,) if able.analytic else ()) + ((SHOTS,) if able.shots else ())

    @property
    def with_noise(self) -> dict[str, Any]:
        """The options; if they name no source of noise, those that turn it on where the head's defaults leave it off."""
        if self.options.keys() & self.head_class.noiseless_options.keys():
            return self.options
        return {**self.head_class.noisy_options, **self.options}

    def head(
        self, circuit: Circuit, *, shots: int | None, noise: bool = False, seed: int = SEED, n_circuits: int = 1
    ) -> QuantumHead:
        """Return a fresh head.

        Args:
            circuit: What it evaluates.
            shots: None for exact probabilities.
            noise: Leave a noisy head as ``with_noise`` makes it; otherwise its ``noiseless_options`` are added.
            seed: Of its shot noise.
            n_circuits: Copies of the circuit.

        Raises:
            NotApplicable: the head has no such mode, is too narrow, or cannot turn its noise off.
        """
        able = self.head_class.capabilities
        if shots is None and not able.analytic:
            raise NotApplicable("it has no exact mode")
        if shots is not None and not able.shots:
            raise NotApplicable("it takes no shots")
        if circuit.n_qubits > able.max_qubits:
            raise NotApplicable(f"the check needs {circuit.n_qubits} qubits, it takes at most {able.max_qubits}")
        options = self.with_noise if noise else self.options
        if able.noisy and not noise:
            if not self.head_class.noiseless_options:
                raise NotApplicable("it declares no noiseless_options, so its noise cannot be turned off")
            options = {**options, **self.head_class.noiseless_options}
        return self.head_class(circuit, n_circuits=n_circuits, shots=shots, seed=seed, options=options)


def run(head: QuantumHead, inputs: np.ndarray) -> np.ndarray:
    """Return what a head of one circuit says without gradients.

    Args:
        head: A head with ``n_circuits = 1``.
        inputs: Radians, shape (n_rows, n_inputs).

    Returns:
        p(0), float64, shape (n_rows, n_outputs).
    """
    with torch.no_grad():
        p_zero: np.ndarray = head(torch.tensor(inputs, dtype=torch.float64)[:, None, :]).numpy()
    return p_zero


def set_weights(head: QuantumHead, weights: np.ndarray) -> np.ndarray:
    """Give the one circuit these weights, radians, shape (n_weights,); return them as the parameter holds them."""
    assert head.weights is not None
    with torch.no_grad():
        head.weights[:] = torch.as_tensor(weights)
        held: np.ndarray = head.weights[0].double().numpy()
    return held


def angles(n_rows: int, n_angles: int) -> np.ndarray:
    """Return fixed random angles, radians, shape (n_rows, n_angles)."""
    return np.random.default_rng(SEED).uniform(-np.pi, np.pi, (n_rows, n_angles))
