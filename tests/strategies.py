"""Random circuits for property tests; pyproject.toml puts this folder on the path, so tests import it as ``strategies``."""

import math

from hypothesis import strategies as st

from backends.circuits.circuit import GATES, Angle, Circuit, Gate

RADIANS = st.floats(-7, 7, allow_nan=False)
SCALES = st.sampled_from([1.0, -1.0, 2.0, 0.5])
CLIFFORD = st.integers(-4, 4).map(lambda quarters: quarters * math.pi / 2)


@st.composite
def circuits(
    draw: st.DrawFn,
    *,
    max_qubits: int = 5,
    max_gates: int = 30,
    min_angles: int = 0,
    max_angles: int = 4,
    numbers: st.SearchStrategy[float] = RADIANS,
    scales: st.SearchStrategy[float] = SCALES,
) -> Circuit:
    """Draw a circuit of any gates, angles that enter several of them, some of its qubits measured.

    Args:
        draw: Hypothesis's.
        max_qubits: 1 to so many qubits.
        max_gates: 0 to so many gates.
        min_angles: So many angles or more,
        max_angles: up to so many, any number of them weights.
        numbers: Fixed parameters, and offsets of angles, radians.
        scales: Of angles.
    """
    n_qubits = draw(st.integers(1, max_qubits))
    n_angles = draw(st.integers(min_angles, max_angles))
    names = sorted(name for name, kind in GATES.items() if kind.n_qubits <= n_qubits)
    angle = st.builds(Angle, st.integers(0, n_angles - 1), scales, st.just(0.0) | numbers) if n_angles else st.nothing()
    gates = []
    n_gates = draw(st.integers(0, max_gates))  # evenly: a list's own size is mostly small
    for name in draw(st.lists(st.sampled_from(names), min_size=n_gates, max_size=n_gates)):
        qubits = tuple(draw(st.permutations(range(n_qubits)))[: GATES[name].n_qubits])
        gates.append(Gate(name, qubits, tuple(draw(numbers | angle) for _ in range(GATES[name].n_params))))
    measured = tuple(draw(st.permutations(range(n_qubits)))[: draw(st.integers(1, n_qubits))])
    return Circuit("random", n_qubits, n_angles, tuple(gates), measured, draw(st.integers(0, n_angles)))
