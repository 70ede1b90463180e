"""Noise by rates, against a density matrix computed in NumPy without Aer and without the head's own compiling."""

import functools
import json
from typing import Any

import numpy as np
import pytest
import torch

from backends.adapters.aer_noise import AerNoise
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import ConfigError

EQ7 = CIRCUITS["eq7"]
RATES = AerNoise.noisy_options
X = np.array([[0, 1], [1, 0]], dtype=complex)
Z = np.diag([1, -1]).astype(complex)
SX = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
CX = np.eye(4)[[0, 1, 3, 2]].astype(complex)  # control first
PAULIS = [np.eye(2), X, 1j * X @ Z, Z]


def noisy(circuit: Circuit = EQ7, *, shots: int | None = None, **options: Any) -> AerNoise:
    return AerNoise(circuit, n_circuits=1, shots=shots, options=options)


def every_gate(*, n_qubits: int = 3) -> Circuit:
    """Return a circuit with each gate once, on qubits and angles that change from gate to gate."""
    rng = np.random.default_rng(4)
    gates = [Gate("h", (qubit,)) for qubit in range(n_qubits)]
    for name, kind in GATES.items():
        qubits = tuple(rng.permutation(n_qubits)[: kind.n_qubits].tolist())
        params = tuple(Angle(int(rng.integers(3)), 0.5 + k, 0.3) for k in range(kind.n_params))
        gates += [Gate(name, qubits, params), Gate("ry", (qubits[0],), (0.4,))]
    return Circuit("every gate", n_qubits, 3, tuple(gates), measured=(2, 0))


def applied(kraus: list[np.ndarray], state: np.ndarray, qubits: tuple[int, ...]) -> np.ndarray:
    """Return a density matrix, shape (2,) * 2n, after a channel on some qubits; qubit 0 is its first axis."""
    n, k = state.ndim // 2, len(qubits)
    bras = tuple(n + qubit for qubit in qubits)
    total = np.zeros_like(state)
    for matrix in kraus:
        tensor = matrix.reshape((2,) * 2 * k)
        left = np.moveaxis(np.tensordot(tensor, state, (range(k, 2 * k), qubits)), range(k), qubits)
        total = total + np.moveaxis(np.tensordot(tensor.conj(), left, (range(k, 2 * k), bras)), range(k), bras)
    return total


def channels_after(n_qubits: int, rates: dict[str, float]) -> list[tuple[list[np.ndarray], bool]]:
    """Return the Kraus matrices of each channel after a gate, and whether it acts on each of the gate's qubits alone."""
    p = rates["depolarizing_1q" if n_qubits == 1 else "depolarizing_2q"]
    paulis = PAULIS if n_qubits == 1 else [np.kron(a, b) for a in PAULIS for b in PAULIS]
    weights = [1 - p + p / 4**n_qubits] + [p / 4**n_qubits] * (4**n_qubits - 1)
    falls, dephases = rates["amplitude_damping"], rates["phase_damping"]
    return [
        ([np.sqrt(weight) * pauli for weight, pauli in zip(weights, paulis, strict=True)], False),
        ([np.diag([1, np.sqrt(1 - falls)]), np.array([[0, np.sqrt(falls)], [0, 0]])], True),
        ([np.diag([1, np.sqrt(1 - dephases)]), np.diag([0, np.sqrt(dephases)])], True),
    ]


def numpy_probabilities(circuit: Circuit, row: list[float], rates: dict[str, float]) -> np.ndarray:
    """Return the probability of each joint outcome that is read, shape (2**n_outputs,)."""
    from qiskit import transpile

    from backends.circuits.qiskit import to_qiskit

    logical, parameters = to_qiskit(circuit)
    compiled = transpile(logical, basis_gates=["rz", "sx", "x", "cx"], optimization_level=1, seed_transpiler=1)
    bound = compiled.assign_parameters({p: a for p, a in zip(parameters, row, strict=True) if p in compiled.parameters})
    n = circuit.n_qubits
    state = np.zeros((2,) * 2 * n, dtype=complex)
    state[(0,) * 2 * n] = 1
    for instruction in bound.data:
        name, qubits = instruction.operation.name, tuple(bound.find_bit(q).index for q in instruction.qubits)
        if name == "measure":
            continue
        if name == "rz":
            angle = float(instruction.operation.params[0])
            state = applied([np.diag(np.exp([-0.5j * angle, 0.5j * angle]))], state, qubits)
            continue
        state = applied([{"sx": SX, "x": X, "cx": CX}[name]], state, qubits)
        for kraus, alone in channels_after(len(qubits), rates):
            for on in [(qubit,) for qubit in qubits] if alone else [qubits]:
                state = applied(kraus, state, on)
    populations = np.einsum(state, [*range(n), *range(n)], list(range(n))).real
    others = tuple(q for q in range(n) if q not in circuit.measured)
    kept = sorted(circuit.measured)
    joint = populations.sum(axis=others).transpose([kept.index(q) for q in circuit.measured]).ravel()
    one, zero = rates["readout_p1_given_0"], rates["readout_p0_given_1"]
    table = np.array([[1 - one, zero], [one, 1 - zero]])  # [read, true]
    return functools.reduce(np.kron, [table] * circuit.n_outputs) @ joint


def rows(n_rows: int, n_angles: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).uniform(-4, 4, (n_rows, n_angles)))


@pytest.mark.parametrize("source", [*RATES, "all"])
def test_each_source_is_the_channel_that_the_options_describe(source: str) -> None:
    """Joint outcomes of all gates equal the independent density matrix, and differ from the ideal ones."""
    circuit = every_gate()
    options = RATES if source == "all" else {source: 8 * RATES[source]}
    rates = {**AerNoise.noiseless_options, **options}
    angles = rows(3, 3)
    expected = np.array([numpy_probabilities(circuit, row, rates) for row in angles.tolist()])
    got = noisy(circuit, **options).outcome_probabilities(angles).numpy()

    assert np.allclose(got, expected, rtol=0, atol=1e-12)  # 124 gates, each with a rounding of some 1e-16
    p_zero = np.stack([expected[:, :2].sum(axis=1), expected[:, ::2].sum(axis=1)], axis=1)
    assert np.abs(p_zero - probabilities(circuit, angles.numpy())).max() > 1e-3


def test_without_rates_the_head_is_ideal() -> None:
    """Every rate is off by default."""
    circuit, angles = every_gate(), rows(5, 3)
    p = noisy(circuit)(angles[:, None])
    assert torch.allclose(p, torch.from_numpy(probabilities(circuit, angles.numpy())), rtol=0, atol=1e-10)


def test_rates_act_after_x_as_computed_by_hand() -> None:
    """X leaves 1: depolarizing keeps 1 - p/2 of it, damping 1 - rate of that; readout mixes both."""
    flip = Circuit("X", 1, 0, (Gate("x", (0,)),))
    one = (1 - 0.1 / 2) * (1 - 0.2)
    p = noisy(flip, depolarizing_1q=0.1, amplitude_damping=0.2, readout_p1_given_0=0.05, readout_p0_given_1=0.3)
    expected = (1 - one) * 0.95 + one * 0.3
    assert float(p(torch.zeros(1, 1, 0, dtype=torch.float64))) == pytest.approx(expected, abs=1e-12)


def test_rz_has_no_noise() -> None:
    """A circuit of rotations about z alone stays pure, however large the rates."""
    turn = Circuit("rz", 1, 1, (Gate("rz", (0,), (Angle(0),)),))
    p = noisy(turn, depolarizing_1q=1.0, amplitude_damping=1.0, phase_damping=1.0)(rows(2, 1)[:, None])
    assert torch.allclose(p, torch.ones(2, 1, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depolarizing_1q": 1.1}, "option depolarizing_1q: Input should be less than or equal to 1, got 1.1"),
        ({"phase_damping": -0.1}, "option phase_damping: Input should be greater than or equal to 0, got -0.1"),
        ({"readout_p1_given_0": float("nan")}, "option readout_p1_given_0: Input should be a finite number, got nan"),
        ({"depolarising_1q": 0.1}, "unknown option depolarising_1q = 0.1: .*did you mean 'depolarizing_1q'"),
    ],
)
def test_rates_outside_their_range_are_refused(options: dict[str, Any], message: str) -> None:
    """The message names the option, the range and what came."""
    with pytest.raises(ConfigError, match=message):
        AerNoise.check(EQ7, shots=1000, options=options)


def test_provenance_says_which_gates_have_noise() -> None:
    """Rates, noisy gates and their order are in the record, as JSON."""
    provenance = json.loads(json.dumps(noisy(depolarizing_2q=0.01).provenance()))
    assert provenance["depolarizing_2q"] == 0.01
    assert provenance["noisy_gates"] == ["sx", "x", "cx"]
    assert provenance["noise_after_a_gate"].startswith("depolarizing on its qubits together, then amplitude")
    assert set(provenance["basis"]) <= {"rz", "sx", "x", "cx"}
