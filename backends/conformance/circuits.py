"""The circuits of the checks. tests/unit proves that each of them shows the fault that it is made for."""

from backends.circuits.circuit import GATES, Angle, Circuit, Gate

N_QUBITS = 3
_ALL = tuple(range(N_QUBITS))

NO_GATES = Circuit("no gates", N_QUBITS, 0, (), measured=_ALL)
COIN = Circuit("coin", 1, 1, (Gate("rx", (0,), (Angle(0),)),))  # p = 1/2 at pi/2
BELL = Circuit("Bell pair", 2, 1, (Gate("h", (0,)), Gate("cx", (0, 1))), measured=(1, 0))


def x_on(qubit: int) -> Circuit:
    """X on one qubit alone, all qubits measured in an order of their own; the angle is used by no gate."""
    order = (*_ALL[qubit + 1 :], *_ALL[: qubit + 1])
    return Circuit(f"X on qubit {qubit}", N_QUBITS, 1, (Gate("x", (qubit,)),), measured=order)


# Four angles, two outputs. The answers to random rows differ, and so do the two outputs of a row.
TWO_OUTPUTS = Circuit(
    "four angles and two outputs",
    N_QUBITS,
    4,
    (
        Gate("ry", (0,), (Angle(0),)),
        Gate("rx", (1,), (Angle(1),)),
        Gate("cx", (0, 1)),
        Gate("ry", (2,), (Angle(2),)),
        Gate("rx", (1,), (0.4,)),
        Gate("cx", (1, 2)),
        Gate("ry", (0,), (Angle(3),)),
    ),
    measured=(2, 0),
)

# Each angle turns one qubit away from |0>. p is symmetric in the sign of each angle, so that only their order matters.
ONE_ANGLE_A_QUBIT = Circuit(
    "one angle a qubit",
    N_QUBITS,
    N_QUBITS,
    tuple(Gate("rx", (qubit,), (Angle(qubit),)) for qubit in _ALL),
    measured=_ALL,
    n_weights=1,
)
# Each qubit turns by 0.7 and by the angle about one axis, so that p differs between +angle and -angle.
SIGN_OF_EACH_AXIS = Circuit(
    "sign of each axis",
    N_QUBITS,
    1,
    (
        Gate("rx", (0,), (0.7,)),
        Gate("rx", (0,), (Angle(0),)),
        Gate("ry", (1,), (0.7,)),
        Gate("ry", (1,), (Angle(0),)),
        Gate("h", (2,)),
        Gate("rz", (2,), (0.7,)),
        Gate("rz", (2,), (Angle(0),)),
        Gate("h", (2,)),
    ),
    measured=_ALL,
)
SCALE_AND_OFFSET = Circuit(
    "scale and offset",
    N_QUBITS,
    1,
    (
        Gate("rx", (0,), (Angle(0, scale=2.0),)),
        Gate("ry", (1,), (Angle(0, offset=1.0),)),
        Gate("ry", (2,), (Angle(0, scale=-0.5, offset=0.6),)),
    ),
    measured=_ALL,
)


def with_gates(*names: str) -> Circuit:
    """Return a circuit that has each of these gates once, between rotations that make its whole matrix matter.

    Parameters are angles 0, 1, 2 with a scale and an offset; the qubits change from gate to gate. The constants are
    chosen such that without any one of the gates some p moves by more than twice the sampling tolerance at 1,000 shots.
    """
    gates: list[Gate] = []
    for number, name in enumerate(names):
        gates += [Gate("ry", (qubit,), (1.3 - 0.2 * qubit + 0.2 * number,)) for qubit in _ALL]
        gates += [Gate("rz", (qubit,), (1.2 - 0.9 * qubit,)) for qubit in _ALL]
        qubits = [(number + step) % N_QUBITS for step in range(GATES[name].n_qubits)]
        if number % 2:
            qubits.reverse()
        params = tuple(Angle((number + k) % 3, scale=0.8, offset=0.3 * k) for k in range(GATES[name].n_params))
        gates.append(Gate(name, tuple(qubits), params))
    gates += [Gate("rx", (qubit,), (0.6 + 0.9 * qubit,)) for qubit in _ALL]
    return Circuit(", ".join(names), N_QUBITS, 3, tuple(gates), measured=(2, 0, 1))


WIDE_SHOTS = 10_000
_FIRST_TURNS = (2.1, 2.4, 1.0, 0.8, 1.9, 2.3, 2.7, 0.7)  # radians; chosen at random until the claim of ``wide`` held


def wide(n_qubits: int) -> Circuit:
    """Return a circuit on that many qubits, all measured: neighbours entangled in turn, and the last with the first.

    It has three angles, each in one rotation, so that its response table is small. Without any one of its gates on two
    qubits or with an angle, and with any two outputs swapped, some p moves by more than twice the sampling tolerance at
    ``WIDE_SHOTS``.
    """
    every, last = range(n_qubits), n_qubits - 1
    gates = [Gate("ry", (qubit,), (_FIRST_TURNS[qubit],)) for qubit in every]
    gates += [
        Gate("ry", (0,), (Angle(0),)),
        Gate("rx", (n_qubits // 2,), (Angle(1, scale=0.8),)),
        Gate("ry", (last,), (Angle(2, offset=0.4),)),
    ]
    gates += [Gate("cx", (qubit, qubit + 1)) for qubit in range(0, last, 2)]
    gates += [Gate("crx", (qubit + 1, qubit), (1.4,)) for qubit in range(1, last, 2)]
    gates.append(Gate("cry", (last, 0), (2.0,)))
    measured = (*every[n_qubits // 2 :], *every[: n_qubits // 2])
    return Circuit(f"{n_qubits} qubits", n_qubits, 3, tuple(gates), measured=measured)


GATE_GROUPS = (
    ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx"),
    ("rx", "ry", "rz", "p", "u"),
    ("cx", "cz", "swap", "rxx", "ryy", "rzz"),
    ("cp", "crx", "cry", "crz"),
)

# An angle in three gates with three scales, controlled rotations, a weight, an unused angle, two outputs.
HARD_GRADIENT = Circuit(
    "shared angles and controlled rotations",
    N_QUBITS,
    4,
    (
        Gate("h", (0,)),
        Gate("ry", (1,), (Angle(0),)),
        Gate("rx", (2,), (Angle(0, scale=2.0, offset=0.4),)),
        Gate("crx", (0, 1), (Angle(1, scale=-1.0),)),
        Gate("cry", (2, 0), (Angle(3),)),
        Gate("rz", (1,), (Angle(0, scale=-0.5),)),
        Gate("crz", (1, 2), (Angle(1),)),
        Gate("rx", (1,), (Angle(3, offset=0.2),)),
        Gate("h", (2,)),
    ),
    measured=(2, 1),
    n_weights=1,
)  # angle 2 is used by no gate

# At angle 1.1 no joint outcome is rarer than 5 %, and independent or permuted outputs have other joint probabilities.
THREE_OUTPUTS = Circuit(
    "three correlated outputs",
    N_QUBITS,
    1,
    (
        Gate("ry", (0,), (0.8,)),
        Gate("ry", (1,), (Angle(0),)),
        Gate("cx", (0, 1)),
        Gate("ry", (2,), (2.0,)),
        Gate("crx", (1, 2), (1.4,)),
        Gate("ry", (0,), (0.7,)),
    ),
    measured=(1, 2, 0),
)

_DEEP_LAYERS = 20
DEEP = Circuit(
    "deep",
    N_QUBITS,
    1,
    tuple(
        gate
        for _ in range(_DEEP_LAYERS)  # an angle between the CNOTs, so that no transpiler can cancel them
        for gate in (
            Gate("cx", (0, 1)),
            Gate("cx", (1, 2)),
            *(Gate("ry", (qubit,), (Angle(0, scale=0.1),)) for qubit in _ALL),
        )
    ),
    measured=_ALL,
)
