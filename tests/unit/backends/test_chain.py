"""Chains of channels as data: conversions, and what is refused."""

import numpy as np
import pytest

from backends.chain import Chain, Channel, Turn, qubits_of, rotation
from backends.errors import ChannelsError

X = np.array([[0, 1], [1, 0]])
CNOT = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
TURN = Turn(0, (1.0,))


def of_unitary(qubits, unitary):
    """Return a unitary as a channel; vec(U rho U^dagger) = (U* x U) vec(rho) with columns stacked."""
    return Channel.of_superoperator(qubits, np.kron(unitary.conj(), unitary))


def test_transfer_matrices_of_known_gates():
    """X keeps I and X and turns Y and Z round; a CNOT with its control first spreads X I to X X and I Z to Z Z."""
    assert np.allclose(of_unitary((0,), X).transfer, np.diag([1, 1, -1, -1]))
    transfer = of_unitary((0, 1), CNOT).transfer
    assert transfer[4 * 1 + 1, 4 * 1] == pytest.approx(1)
    assert transfer[4 * 3 + 3, 3] == pytest.approx(1)


def test_amplitude_damping_moves_identity_into_z():
    """The channel is not unital: Z gains the damping, X and Y shrink by its square root."""
    kraus = [np.diag([1, np.sqrt(0.7)]), np.array([[0, np.sqrt(0.3)], [0, 0]])]
    found = Channel.of_superoperator((0,), sum(np.kron(k.conj(), k) for k in kraus)).transfer

    assert np.allclose(found, [[1, 0, 0, 0], [0, np.sqrt(0.7), 0, 0], [0, 0, np.sqrt(0.7), 0], [0.3, 0, 0, 0.7]])


def test_what_is_no_superoperator_of_a_channel_is_refused():
    """A unitary in place of its superoperator's factor U* x U makes imaginary entries."""
    with pytest.raises(
        ChannelsError, match=r"on qubits \(0,\): .* imaginary entries up to 0.5; give it on column-stacked"
    ):
        Channel.of_superoperator((0,), np.kron(np.diag([1, 1j]), np.eye(2)))


def test_rotation_is_rz():
    """Rz by an angle as a channel."""
    unitary = np.diag(np.exp([-0.2j, 0.2j]))

    assert np.allclose(rotation(0.4), of_unitary((0,), unitary).transfer)


def test_qubits_of_steps():
    """A turn has one qubit, a channel its own."""
    assert (qubits_of(TURN), qubits_of(Channel((2, 1), np.eye(16)))) == ((0,), (2, 1))


@pytest.mark.parametrize(
    ("steps", "measured", "readout", "message"),
    [
        ((Turn(2, (1.0,)),), (0,), ((0, 0),), r"step 0 \(Turn\): expected a qubit in 0..1, got 2"),
        (
            (TURN, Turn(0, (1.0, 2.0))),
            (0,),
            ((0, 0),),
            r"step 1 \(Turn\): expected a finite offset and 1 finite slopes",
        ),
        ((Turn(0, (np.nan,)),), (0,), ((0, 0),), "1 finite slopes"),
        ((Channel((0, 0), np.eye(16)),), (0,), ((0, 0),), r"expected distinct qubits in 0..1, got \(0, 0\)"),
        ((Channel((0,), np.eye(16)),), (0,), ((0, 0),), r"matrix of shape \(4, 4\) on qubits \(0,\), got \(16, 16\)"),
        ((Channel((0,), 0.9 * np.eye(4)),), (0,), ((0, 0),), "keeps the trace, got one .* that changes it by 0.1"),
        ((TURN,), (0, 0), ((0, 0), (0, 0)), r"distinct measured qubits in 0..1, got \(0, 0\)"),
        ((TURN,), (), (), "expected distinct measured qubits"),
        ((TURN,), (0,), ((0, 1.5),), r"p\(1\|0\) and p\(0\|1\) in \[0, 1\] of each of 1 outputs"),
        ((TURN,), (0,), (), r"of each of 1 outputs, got \(\)"),
    ],
)
def test_what_is_no_chain_is_refused(steps, measured, readout, message):
    with pytest.raises(ChannelsError, match=message):
        Chain(2, 1, steps, measured, readout)
