"""Channels as Kraus operators: they do to a state what the chain does, and a device's chain gives the head's answers."""

import functools

import numpy as np
import pytest
import torch

from backends import circuit_named, head_class
from backends.chain import Channel
from backends.peers.kraus import Kraus, KrausChain, kraus_chain, kraus_of


def operators(n_qubits: int, *, count: int, seed: int) -> list[np.ndarray]:
    """Return Kraus operators of a random channel: the blocks of a random isometry."""
    generator = np.random.default_rng(seed)
    size = 2**n_qubits
    isometry, _ = np.linalg.qr(
        generator.normal(size=(count * size, size)) + 1j * generator.normal(size=(count * size, size))
    )
    return list(isometry.reshape(count, size, size))


def applied(kraus: list[np.ndarray], state: np.ndarray) -> np.ndarray:
    """Return the state behind a channel."""
    made: np.ndarray = sum((one @ state @ one.conj().T for one in kraus), np.zeros_like(state))
    return made


@pytest.mark.parametrize(("n_qubits", "count"), [(1, 1), (1, 3), (2, 1), (2, 5)])
def test_a_channel_does_the_same_by_its_operators(n_qubits: int, count: int) -> None:
    """From operators to the transfer matrix and back: the same channel, with no more operators than it needs."""
    expected = operators(n_qubits, count=count, seed=n_qubits + 10 * count)
    superoperator = sum(np.kron(one.conj(), one) for one in expected)  # on column-stacked matrices
    found = kraus_of(Channel.of_superoperator(tuple(range(n_qubits)), np.asarray(superoperator)))
    (state_root,) = operators(n_qubits, count=1, seed=1)
    state = state_root[:, :1] @ state_root[:, :1].conj().T

    assert len(found.operators) == count
    np.testing.assert_allclose(applied(found.operators, state), applied(expected, state), atol=1e-12)


def p_zero(chain: KrausChain, turns: np.ndarray) -> float:
    """Return p(0) of a chain for the angles of its rotations, by dense matrices."""
    size = 2**chain.n_qubits
    state = np.zeros((size, size), dtype=complex)
    state[0, 0] = 1
    for step in chain.steps:
        if isinstance(step, int):
            phase = np.exp(0.5j * turns[step])
            step = Kraus((chain.turned[step],), [np.diag([1 / phase, phase])])
        state = applied([widened(one, step.qubits, chain.n_qubits) for one in step.operators], state)
    qubit = widened(np.diag([1.0, 0.0]), (chain.measured,), chain.n_qubits)
    return float(np.trace(qubit @ state).real)


def widened(operator: np.ndarray, qubits: tuple[int, ...], n_qubits: int) -> np.ndarray:
    """Return an operator on all qubits; the first is the most significant bit."""
    others = [qubit for qubit in range(n_qubits) if qubit not in qubits]
    order = [*qubits, *others]
    whole = functools.reduce(np.kron, [operator, *[np.eye(2)] * len(others)]).reshape((2,) * 2 * n_qubits)
    places = [order.index(qubit) for qubit in range(n_qubits)]
    moved = whole.transpose([*places, *[n_qubits + place for place in places]])
    return moved.reshape(2**n_qubits, 2**n_qubits)


@pytest.mark.parametrize("name", ["eq7", "hardware_efficient(n_qubits=2, n_layers=1)"])
def test_a_device_s_chain_gives_the_answers_of_its_head(name: str) -> None:
    """Dense density matrices by these operators agree with Aer, readout error included, to what Aer's rounding loses."""
    circuit = circuit_named(name)
    chain = kraus_chain(circuit, device="manila")
    rows = torch.from_numpy(np.random.default_rng(3).uniform(-3, 3, (3, circuit.n_angles)))
    head = head_class("fake_ibm")(circuit, n_circuits=1, options={"device": "manila"})
    expected = head.evaluate(rows, n_shifted=0)[:, 0]

    found = torch.tensor([p_zero(chain, row) for row in chain.turns(rows).numpy()], dtype=torch.float64)

    torch.testing.assert_close(chain.read(found), expected, rtol=0, atol=1e-8)
