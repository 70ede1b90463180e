"""Which steps of a chain can change what is read."""

import numpy as np
import pytest

from backends.chain import Chain, Channel, Turn, rotation
from backends.surrogates.noisy_light_cone import dead_angles, relevant_part

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


def chain(*steps, n_qubits=2, n_angles=2, measured=(0,)):
    """Return a chain without readout errors."""
    return Chain(n_qubits, n_angles, steps, measured, ((0.0, 0.0),) * len(measured))


def turn(qubit, angle):
    """Return a turn by one of two angles."""
    return Turn(qubit, tuple(float(angle == index) for index in range(2)))


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
    (step,) = relevant_part(chain(Turn(0, (0.0, 0.0), 0.3)))

    assert isinstance(step, Channel)
    assert np.allclose(step.transfer, rotation(0.3))
