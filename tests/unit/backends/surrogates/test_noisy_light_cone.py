"""Which parts of a chain can change what is read."""

import numpy as np
import pytest
import torch
from unit.backends.surrogates.test_compile_chain import N_ANGLES, plain

from backends.chain import Chain, Channel, Turn, rotation
from backends.surrogates.compile_chain import compile_chain
from backends.surrogates.evolution import Evolution
from backends.surrogates.noisy_light_cone import relevant_part, unused_angles

H = np.zeros((4, 4))
H[[0, 1, 2, 3], [0, 3, 2, 1]] = 1, 1, -1, 1
DAMPED = np.array([[1, 0, 0, 0], [0, 0.9, 0, 0], [0, 0, 0.9, 0], [0.2, 0, 0, 0.8]])
CZ = np.zeros((16, 16))
for left, right, to in (
    [(a, b, (a, b)) for a in (0, 3) for b in (0, 3)]
    + [(a, b, ({0: 3, 3: 0}[a], b)) for a in (0, 3) for b in (1, 2)]
    + [(a, b, (a, {0: 3, 3: 0}[b])) for a in (1, 2) for b in (0, 3)]
):
    CZ[4 * to[0] + to[1], 4 * left + right] = 1
for left, right, to, sign in ((1, 1, (2, 2), 1), (2, 2, (1, 1), 1), (1, 2, (2, 1), -1), (2, 1, (1, 2), -1)):
    CZ[4 * to[0] + to[1], 4 * left + right] = sign
CX = np.kron(np.eye(4), H) @ CZ @ np.kron(np.eye(4), H)  # the first qubit is the control
BOTH_DAMPED = np.kron(DAMPED, DAMPED) @ np.diag([1, *[0.97] * 15])  # and depolarized together


def chain(*steps, n_qubits=2, n_angles=2, measured=(0,)):
    """Return a chain without readout errors."""
    return Chain(n_qubits, n_angles, steps, measured, ((0.0, 0.0),) * len(measured))


def turn(qubit, angle):
    """Return a turn by one of two angles."""
    return Turn(qubit, tuple(float(angle == index) for index in range(2)))


def dead_angles(given, *, joint=True):
    """Return the angles on which the outcomes of a chain are proven not to depend."""
    return list(unused_angles(relevant_part(given, joint=joint)))


@pytest.mark.parametrize(
    ("steps", "dead"),
    [
        ((turn(0, 0),), [0, 1]),  # of |0>
        ((Channel((0,), H), turn(0, 0)), [0, 1]),  # before the measurement
        ((Channel((0,), H), turn(0, 0), Channel((0,), DAMPED)), [0, 1]),  # damping leaves X and Y out of Z
        ((Channel((0,), H), turn(0, 0), Channel((0,), H)), [1]),
        ((Channel((1,), H), turn(1, 0), Channel((1,), H)), [0, 1]),  # never reaches qubit 0
        ((Channel((0,), H), turn(0, 0), Channel((1, 0), CZ), Channel((0,), H)), [1]),
        ((Channel((0,), H), Channel((1,), H), turn(1, 0), Channel((1, 0), CZ), Channel((0,), H)), [0, 1]),
        (
            (Channel((0,), H), Channel((1,), H), turn(1, 0), Channel((1,), H), Channel((1, 0), CZ), Channel((0,), H)),
            [1],
        ),
        # angle 0 turns Z, which angle 1 would have had to turn away: neither matters
        ((turn(0, 1), turn(0, 0), Channel((0,), H), turn(0, 0)), [0, 1]),
    ],
)
def test_dead_angles(steps, dead):
    assert dead_angles(chain(*steps)) == dead


def test_rounding_of_a_vendor_is_no_effect():
    """An entry of 1e-16 lets nothing through, one of 1e-9 does."""
    steps = [Channel((0,), H), turn(0, 0)]
    for entry, dead in ((1e-16, [0, 1]), (1e-9, [1])):
        leaking = DAMPED.copy()
        leaking[3, 1] = entry
        assert dead_angles(chain(*steps, Channel((0,), leaking))) == dead


def test_a_turn_by_a_constant_is_a_channel():
    (step,) = relevant_part(chain(Turn(0, (0.0, 0.0), 0.3)), joint=True).steps

    assert isinstance(step, Channel)
    assert np.allclose(step.transfer, rotation(0.3))


def test_a_noisy_control_needs_no_target():
    """Z of the control stays Z, damping and depolarizing included: what is done to the target is left out, and so is it."""
    noisy = Channel((0, 1), BOTH_DAMPED @ CX)
    around = (Channel((0,), H), turn(0, 0), Channel((0,), H))
    given = chain(Channel((1,), H), turn(1, 1), Channel((1,), H), *around, noisy, Channel((1,), DAMPED))
    left = relevant_part(given, joint=True)

    assert [step.qubits if isinstance(step, Channel) else step.qubit for step in left.steps] == [(0,), 0, (0,), (0,)]
    assert np.allclose(left.steps[-1].transfer, (BOTH_DAMPED @ CX)[::4, ::4])
    assert unused_angles(left) == (1,)


def test_a_target_needs_its_control():
    """Z of the target becomes Z on both."""
    given = chain(Channel((0,), H), turn(0, 0), Channel((0,), H), Channel((0, 1), BOTH_DAMPED @ CX), measured=(1,))

    assert len(relevant_part(given, joint=True).steps) == 4


def test_a_control_without_z_is_not_needed():
    """A target has Z of its control in its Z; a control in |+> has none, so it and its gates are left out."""
    left = relevant_part(chain(Channel((1,), H), Channel((1, 0), BOTH_DAMPED @ CX)), joint=True)

    assert [step.qubits for step in left.steps] == [(0,)]


def test_outputs_that_are_read_apart_need_less_than_joint_outcomes():
    """A Bell pair of damped qubits: each qubit alone is half 0 at any angle, the correlation is not."""
    bell = Channel((0,), H), Channel((0, 1), BOTH_DAMPED @ CX), turn(0, 0), Channel((0,), H), Channel((1,), H)
    given = chain(*bell, measured=(0, 1))

    assert dead_angles(given, joint=False) == [0, 1]
    assert dead_angles(given, joint=True) == [1]


def random_chain(seed):
    """Return a chain of 2 to 5 qubits: gates of devices, each followed by its noise, and turns."""
    generator = np.random.default_rng(seed)
    n_qubits = int(generator.integers(2, 6))
    steps = []
    for _ in range(int(generator.integers(5, 40))):
        kind = generator.integers(3)
        if kind == 0:
            slopes = (generator.integers(N_ANGLES) == np.arange(N_ANGLES)) * generator.choice([1.0, -0.5])
            steps.append(Turn(int(generator.integers(n_qubits)), tuple(slopes), float(generator.choice([0.0, 0.4]))))
        elif kind == 1:
            steps.append(Channel((int(generator.integers(n_qubits)),), DAMPED @ H))
        else:
            first = int(generator.integers(n_qubits - 1))
            pair = (first, first + 1) if generator.integers(2) else (first + 1, first)
            noise = np.kron(DAMPED, np.diag([1, 0.99, 0.99, 0.98])) if generator.integers(2) else BOTH_DAMPED
            steps.append(Channel(pair, noise @ (CX if generator.integers(2) else CZ)))
    measured = tuple(generator.permutation(n_qubits)[: generator.integers(1, 3)].tolist())
    readout = tuple(map(tuple, generator.uniform(0, 0.3, (len(measured), 2)).tolist()))
    return Chain(n_qubits, N_ANGLES, tuple(steps), measured, readout)


def margins(joint):
    """Return p(0) of each output."""
    outputs = range(joint.ndim)
    return np.array([joint.sum(axis=tuple(k for k in outputs if k != output))[0] for output in outputs])


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("seed", range(100))
def test_what_is_left_out_changes_nothing(seed, joint):
    """Random noisy circuits, to 1e-12: all that is left has the same outcomes, and dead angles may have any value."""
    whole = random_chain(seed)
    part = relevant_part(whole, joint=joint)
    read = (lambda values: values) if joint else margins
    row, other = np.random.default_rng(seed).uniform(-3, 3, (2, N_ANGLES))
    dead = list(unused_angles(part))
    row_with_others = row.copy()
    row_with_others[dead] = other[dead]
    expected = read(plain(whole, row))

    computed = Evolution(compile_chain(part, joint=joint))(torch.from_numpy(row[None])).numpy()[0]

    assert np.abs(read(plain(part, row)) - expected).max() < 1e-12
    assert np.abs(computed - expected.ravel()).max() < 1e-12
    assert np.abs(read(plain(whole, row_with_others)) - expected).max() < 1e-12


def test_what_is_left_out_is_much():
    """Nearly all random circuits lose steps, and half of them the second qubit of a channel: the comparisons have substance."""
    fewer, narrower = 0, 0
    for seed in range(100):
        whole = random_chain(seed)
        part = relevant_part(whole, joint=False)
        fewer += len(part.steps) < len(whole.steps)
        alone = [step.transfer for step in part.steps if isinstance(step, Channel) and len(step.qubits) == 1]
        narrower += not all(np.allclose(transfer, DAMPED @ H) for transfer in alone)

    assert fewer > 90
    assert narrower > 50
