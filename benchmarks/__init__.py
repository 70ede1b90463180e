"""asv suite. Helpers stand here, benchmarks in files named after what they measure; no asserts.

asv runs these files on every commit that it is asked about: what an old one has not is NotImplementedError, a skip.
"""

import contextlib

import torch

N_CIRCUITS = 10

torch.set_num_threads(1)  # as in a run


class Brief:
    """Sampling for what takes seconds: asv's own would take an hour for the suite."""

    rounds = 1
    repeat = (1, 5, 1.0)
    warmup_time = 0
    timeout = 300


@contextlib.contextmanager
def or_skip():
    """Turn what this commit or this machine lacks into asv's skip."""
    try:
        yield
    except (ImportError, AttributeError, TypeError) as error:
        raise NotImplementedError(str(error)) from error


def angles(n_images):
    """Angles as the network hands them to a head, radians, shape (n_images, 10, 4); the same in every run."""
    generator = torch.Generator().manual_seed(1)
    values = torch.empty(n_images, N_CIRCUITS, 4).uniform_(-3.0, 3.0, generator=generator)
    return values.requires_grad_()


# Name in the results: head, shots, options, whether its response table answers in its place.
HEADS = {
    "statevector exact": ("statevector", None, {}, False),
    "statevector": ("statevector", 1000, {}, False),
    "aer_shots": ("aer_shots", 1000, {}, False),
    "aer_statevector exact": ("aer_statevector", None, {}, False),
    "fake_ibm manila": ("fake_ibm", 1000, {"device": "manila"}, False),
    "fake_ibm sherbrooke": ("fake_ibm", 1000, {"device": "sherbrooke"}, False),
    "pennylane exact": ("pennylane", None, {}, False),
    "pennylane": ("pennylane", 1000, {}, False),
    "statevector table exact": ("statevector", None, {}, True),
    "fake_ibm manila table": ("fake_ibm", 1000, {"device": "manila"}, True),
}


def head(label):
    """A head of ``HEADS`` on eq7, a circuit a class."""
    with or_skip():
        from backends import circuit_named

        name, shots, options, table = HEADS[label]
        return _class(name, table)(circuit_named("eq7"), n_circuits=N_CIRCUITS, shots=shots, options=options)


def layered(n_qubits, n_angles):
    """A circuit of ``n_angles`` rotations, one after the other on all qubits, entangled in between."""
    from backends import Angle, Circuit, Gate

    gates = [Gate("h", (qubit,)) for qubit in range(n_qubits)]
    for angle in range(n_angles):
        qubit = angle % n_qubits
        gates.append(Gate("ry" if angle // n_qubits % 2 else "rz", (qubit,), (Angle(angle),)))
        if n_qubits > 1:
            gates.append(Gate("cx", (qubit, (qubit + 1) % n_qubits)))
    gates.append(Gate("h", (0,)))
    return Circuit(
        name="layered", n_qubits=n_qubits, n_angles=n_angles, gates=tuple(gates), measured=(0,), source="benchmark"
    )


def table(circuit):
    """The response table of the exact statevector head, built."""
    return _class("statevector", True)(circuit, n_circuits=1)


def _class(name, table):
    from backends import head_class

    if not table:
        return head_class(name)
    try:
        from backends.surrogates.table import Tabulated
    except ImportError:
        from backends.response_table import table_of as Tabulated  # noqa: N812  older commits call it so

    return Tabulated(head_class(name))
