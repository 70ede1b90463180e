"""The batched torch simulator: any circuit, however it is chunked, differentiated or moved."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import backends.adapters.statevector
from backends.adapters.phase_layers import compile_layers
from backends.adapters.statevector import Statevector
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.conformance.circuits import HARD_GRADIENT

_N_ANGLES = 3
_RADIANS = st.floats(-7, 7, allow_nan=False)
_PARAMS = st.one_of(
    _RADIANS, st.builds(Angle, st.integers(0, _N_ANGLES - 1), st.sampled_from([1.0, -1.0, 0.5, 2.0]), _RADIANS)
)


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    """Draw a circuit of 1 to 4 qubits with up to 12 gates of any kind, measured on some of its qubits."""
    n_qubits = draw(st.integers(1, 4))
    names = sorted(name for name, kind in GATES.items() if kind.n_qubits <= n_qubits)
    qubits = st.permutations(range(n_qubits))
    gates = []
    for name in draw(st.lists(st.sampled_from(names), max_size=12)):
        kind = GATES[name]
        params = tuple(draw(_PARAMS) for _ in range(kind.n_params))
        gates.append(Gate(name, tuple(draw(qubits)[: kind.n_qubits]), params))
    measured = draw(qubits)[: draw(st.integers(1, n_qubits))]
    return Circuit("drawn", n_qubits, _N_ANGLES, tuple(gates), measured=tuple(measured))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(circuits())
def test_any_circuit_matches_the_oracle(circuit: Circuit) -> None:
    """Marginals and joint outcomes of random circuits at random angles are the oracle's to 1e-10."""
    rows = np.random.default_rng(1).uniform(-7, 7, (3, _N_ANGLES))
    head = Statevector(circuit, n_circuits=1)

    got = head.evaluate(torch.as_tensor(rows), n_shifted=0)
    joint = head._outcome_probabilities(torch.as_tensor(rows))

    np.testing.assert_allclose(got, probabilities(circuit, rows), rtol=0, atol=1e-10)
    np.testing.assert_allclose(joint, outcome_probabilities(circuit, rows), rtol=0, atol=1e-10)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(circuits())
def test_autograd_agrees_with_the_shift_rule(circuit: Circuit) -> None:
    """Two independent ways to the Jacobian give the same."""
    row = torch.tensor([[0.3, -1.1, 2.0]], dtype=torch.float64, requires_grad=True)
    head = Statevector(circuit, n_circuits=1)
    output = head(row[:, None])[0]
    grads = [torch.autograd.grad(p, row, retain_graph=True, allow_unused=True)[0] for p in output if p.requires_grad]
    by_autograd = torch.cat([torch.zeros_like(row) if g is None else g for g in grads]) if grads else torch.zeros(1)
    by_rule = torch.zeros(circuit.n_outputs, _N_ANGLES, dtype=torch.float64)
    for shift in head.shifts:
        moved = row.detach() + shift.shift * torch.eye(_N_ANGLES, dtype=torch.float64)[shift.angle]
        by_rule[:, shift.angle] += shift.coefficient * head.evaluate(moved, n_shifted=0)[0]

    np.testing.assert_allclose(by_autograd.expand_as(by_rule), by_rule, rtol=0, atol=1e-9)


@pytest.mark.parametrize("shots", [None, 100])
def test_chunks_do_not_change_the_answer(shots: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many rows are held in memory at a time is no part of the result, shots included."""
    rows = torch.as_tensor(np.random.default_rng(2).uniform(-3, 3, (11, 4)))
    answers = []
    for amplitudes in (2**22, 3 * 8, 1):
        monkeypatch.setattr(backends.adapters.statevector, "_MAX_AMPLITUDES", amplitudes)
        answers.append(Statevector(HARD_GRADIENT, shots=shots, seed=3).evaluate(rows, n_shifted=0))

    assert torch.equal(answers[0], answers[1])
    assert torch.equal(answers[0], answers[2])


def test_layers_are_as_few_as_the_hadamards() -> None:
    """Gates between two Hadamards are one layer: eq7 has 4 Hadamards, so 5 layers; H H is none."""
    from backends.circuits.catalogue import circuit_named

    twice = Circuit("HH", 1, 0, (Gate("h", (0,)), Gate("h", (0,))))

    assert len(compile_layers(circuit_named("eq7"))) == 5
    assert len(compile_layers(twice)) == 1


def test_a_wide_circuit_fits() -> None:
    """16 qubits, the most that it takes, in one row: a GHZ state reads 0 half the time on every qubit."""
    gates = (Gate("h", (0,)), *(Gate("cx", (qubit, qubit + 1)) for qubit in range(15)))
    circuit = Circuit("GHZ", 16, 0, gates, measured=tuple(range(16)))

    got = Statevector(circuit, n_circuits=1)(torch.zeros(1, 1, 0, dtype=torch.float64))

    torch.testing.assert_close(got, torch.full((1, 16), 0.5, dtype=torch.float64), rtol=0, atol=1e-10)


def test_a_state_dict_holds_weights_and_nothing_else() -> None:
    """The compiled circuit is no part of a checkpoint: only trainable weights are."""
    assert list(Statevector(HARD_GRADIENT).state_dict()) == ["weights"]


def test_a_copy_is_independent() -> None:
    """A deep copy goes on from where the head was, with a tally of its own."""
    head = Statevector(HARD_GRADIENT, n_circuits=1, shots=100)
    angles = torch.full((5, 1, 3), 0.4)
    with torch.no_grad():
        head(angles)
        twin = copy.deepcopy(head)

        assert torch.equal(head(angles), twin(angles))
        twin(angles)
    assert (head.tally.jobs, twin.tally.jobs) == (2, 3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("shots", [None, 1000])
def test_cuda_agrees_with_the_oracle(shots: int | None) -> None:
    """On a GPU the head gives the oracle's probabilities, exact or within sampling error, and stays there."""
    rows = np.random.default_rng(4).uniform(-3, 3, (20, 4))
    head = Statevector(HARD_GRADIENT, shots=shots).to("cuda")

    got = head.evaluate(torch.as_tensor(rows, device="cuda"), n_shifted=0)

    expected = probabilities(HARD_GRADIENT, rows)
    allowed = 1e-10 if shots is None else 5 * np.sqrt(expected * (1 - expected) / shots) + 5 / shots
    assert got.is_cuda
    assert (np.abs(got.cpu().numpy() - expected) <= allowed).all()


def test_exact_mode_is_autograd() -> None:
    """d/da cos^2(a/2) = -sin(a)/2, without a shifted evaluation."""
    circuit = Circuit("c", 1, 1, (Gate("ry", (0,), (Angle(0),)),))
    head = Statevector(circuit, n_circuits=1)
    angle = torch.tensor([[0.7]], dtype=torch.float64, requires_grad=True)

    head(angle).sum().backward()

    assert head.gradient == "autograd"
    assert angle.grad.item() == pytest.approx(-math.sin(0.7) / 2, abs=1e-15)
    assert head.tally.backward.requested == 0
