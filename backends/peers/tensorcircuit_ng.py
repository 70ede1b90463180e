"""TensorCircuit-NG on its PyTorch backend: one circuit's function, vectorised over rows; ideal, and with a device's noise."""

from collections.abc import Callable
from typing import Any

import torch

from backends.circuits.circuit import Circuit
from backends.peers.kraus import kraus_chain
from backends.peers.layer import Layer, Rows, by_rows, plain_gates


def vmapped(circuit: Circuit) -> Layer:
    """The circuit under its backend's vmap, differentiated by torch."""
    tc = _tensorcircuit()
    gates = plain_gates(circuit)

    def p_zero(angles: torch.Tensor) -> torch.Tensor:
        made = tc.Circuit(circuit.n_qubits)
        for gate in gates:
            settings = {} if gate.angle is None else {"theta": angles[gate.angle]}
            getattr(made, gate.name)(*gate.qubits, **settings)
        return _p_zero(tc, made, circuit.measured[0])

    return by_rows(_over_rows(tc, p_zero))


def noisy_density_matrix(circuit: Circuit, *, noise_of: str) -> Layer:
    """DMCircuit: the compiled circuit of a fake device, each gate and its noise as Kraus operators, under vmap."""
    tc = _tensorcircuit()
    chain = kraus_chain(circuit, device=noise_of)

    def p_zero(turns: torch.Tensor) -> torch.Tensor:
        made = tc.DMCircuit(chain.n_qubits)
        for step in chain.steps:
            if isinstance(step, int):
                made.rz(chain.turned[step], theta=turns[step])
            else:
                made.general_kraus(
                    [operator.reshape((2,) * 2 * len(step.qubits)) for operator in step.operators], *step.qubits
                )
        return _p_zero(tc, made, chain.measured)

    over_rows = _over_rows(tc, p_zero)
    return by_rows(lambda rows: chain.read(over_rows(chain.turns(rows))))


def _tensorcircuit() -> Any:
    import tensorcircuit as tc

    tc.set_backend("pytorch")
    tc.set_dtype("complex128")
    return tc


def _p_zero(tc: Any, made: Any, qubit: int) -> torch.Tensor:
    found: torch.Tensor = tc.backend.real(made.expectation_ps(z=[qubit]))
    return (1 + found) / 2


def _over_rows(tc: Any, function: Callable[[torch.Tensor], torch.Tensor]) -> Rows:
    vectorised: Rows = tc.backend.vmap(function, vectorized_argnums=0)
    return vectorised
