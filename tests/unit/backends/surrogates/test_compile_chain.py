"""Programs of random chains against the plain evolution of all Pauli components, step by step."""

import numpy as np
import pytest
import torch

from backends.chain import Chain, Channel, Turn, rotation
from backends.surrogates.compile_chain import compile_chain
from backends.surrogates.evolution import Evolution
from backends.surrogates.noisy_light_cone import relevant_part

N_ANGLES = 4


def random_chain(seed):
    """Return a chain on 1 to 4 qubits: channels that keep the trace on 1 to 3 of them, and turns."""
    generator = np.random.default_rng(seed)
    n_qubits = int(generator.integers(1, 5))
    steps = []
    for _ in range(generator.integers(0, 25)):
        if generator.random() < 0.4:
            slopes = np.where(generator.random(N_ANGLES) < 0.4, generator.uniform(-2, 2, N_ANGLES), 0)
            steps.append(Turn(int(generator.integers(n_qubits)), tuple(slopes), float(generator.uniform(-3, 3))))
            continue
        size = int(generator.choice([1, 1, 2, 2, 3])) if n_qubits > 2 else int(generator.integers(1, n_qubits + 1))
        qubits = tuple(generator.permutation(n_qubits)[:size].tolist())
        transfer = generator.normal(size=(4**size, 4**size)) / 2**size
        transfer[generator.random(transfer.shape) < 0.5] = 0
        transfer[0] = np.eye(4**size)[0]
        steps.append(Channel(qubits, transfer))
    measured = tuple(generator.permutation(n_qubits)[: generator.integers(1, n_qubits + 1)].tolist())
    readout = tuple(map(tuple, generator.uniform(0, 0.3, (len(measured), 2)).tolist()))
    return Chain(n_qubits, N_ANGLES, tuple(steps), measured, readout)


def plain(chain, row):
    """Return the joint outcomes at one row of angles, from all 4**n components."""
    state = np.zeros((4,) * chain.n_qubits)
    state[np.ix_(*[[0, 3]] * chain.n_qubits)] = 1
    for step in chain.steps:
        if isinstance(step, Turn):
            step = Channel((step.qubit,), rotation(float(np.dot(step.slopes, row)) + step.offset))
        k = len(step.qubits)
        moved = np.tensordot(step.transfer.reshape((4,) * 2 * k), state, axes=(range(k, 2 * k), step.qubits))
        state = np.moveaxis(moved, range(k), step.qubits)
    for qubit in range(chain.n_qubits):
        rows = np.array([[0.5, 0, 0, 0.5], [0.5, 0, 0, -0.5]]) if qubit in chain.measured else np.eye(4)[:1]
        if qubit in chain.measured:
            wrong, missed = chain.readout[chain.measured.index(qubit)]
            rows = np.array([[1 - wrong, missed], [wrong, 1 - missed]]) @ rows
        state = np.moveaxis(np.tensordot(rows, state, axes=(1, qubit)), 0, qubit)
    unmeasured = tuple(qubit for qubit in range(chain.n_qubits) if qubit not in chain.measured)
    kept = sorted(chain.measured)
    return state.squeeze(unmeasured).transpose([kept.index(qubit) for qubit in chain.measured])


def program_of(chain, *, joint):
    """Return the program of what matters of a chain."""
    return compile_chain(relevant_part(chain, joint=joint), joint=joint)


@pytest.mark.parametrize("seed", range(60))
def test_programs_are_their_chains(seed):
    """Joint outcomes and p(0) at three rows, to rounding; the numbers may be large, since no state is behind them."""
    chain = random_chain(seed)
    rows = np.random.default_rng(seed).uniform(-3, 3, (3, N_ANGLES))
    expected = np.array([plain(chain, row) for row in rows])
    size = max(1.0, float(np.abs(expected).max()))
    joint = Evolution(program_of(chain, joint=True))(torch.from_numpy(rows)).numpy()
    p_zero = Evolution(program_of(chain, joint=False))(torch.from_numpy(rows)).numpy()

    assert np.allclose(joint, expected.reshape(3, -1), rtol=0, atol=1e-11 * size)
    for output in range(len(chain.measured)):
        others = tuple(1 + other for other in range(len(chain.measured)) if other != output)
        assert np.allclose(p_zero[:, output], expected.sum(axis=others)[:, 0], rtol=0, atol=1e-11 * size)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_derivatives(seed, joint):
    """Torch's own check by finite differences, of every result by every angle."""
    response = Evolution(program_of(random_chain(seed), joint=joint))
    rows = torch.from_numpy(np.random.default_rng(seed).uniform(-3, 3, (2, N_ANGLES))).requires_grad_()

    assert torch.autograd.gradcheck(response, (rows,))


def test_constants_are_multiplied_and_registers_stay_small():
    """Two entangled qubits that are read apart: one product of constants, and no joint register afterwards."""
    turn = Turn(0, (1.0, 0, 0, 0))
    mixing = np.random.default_rng(0).normal(size=(16, 16)) / 4
    mixing[0] = np.eye(16)[0]
    single = np.random.default_rng(1).normal(size=(4, 4)) / 2
    single[0] = np.eye(4)[0]
    steps = (Channel((0,), single), turn, Channel((0,), single), Channel((1,), single), Channel((0, 1), mixing))
    after = (Channel((0,), single), turn, Channel((0,), single))
    program = program_of(Chain(2, N_ANGLES, steps + after, (0, 1), ((0, 0), (0, 0))), joint=False)

    assert [type(step).__name__ for step in program.steps] == [
        "Begin", "Turns", "Apply", "Split", "Apply", "Turns", "Apply", "Apply",
    ]  # fmt: skip
    assert program.largest == 16
