import torch

from benchmarks import Brief, layered, or_skip

QUBITS = [2, 4, 6, 8, 10, 12]


def problem(qubits, rows):
    """The exact head on a circuit with two angles a qubit, and rows of angles."""
    with or_skip():
        from backends import head_class

        head = head_class("statevector")(layered(qubits, 2 * qubits), n_circuits=1)
    generator = torch.Generator().manual_seed(1)
    return head, torch.empty(rows, 1, 2 * qubits, dtype=torch.float64).uniform_(-3, 3, generator=generator)


class Statevector(Brief):
    """Rows in one call, forward."""

    params = (QUBITS, [1, 100, 10_000])
    param_names = ("qubits", "rows")

    def setup(self, qubits, rows):
        self.head, self.angles = problem(qubits, rows)

    def time_forward(self, qubits, rows):
        self.head(self.angles)


class Memory(Brief):
    """The memory of 10,000 rows, Python and torch included."""

    params = (QUBITS,)
    param_names = ("qubits",)

    def setup(self, qubits):
        self.head, self.angles = problem(qubits, 10_000)

    def peakmem_forward(self, qubits):
        self.head(self.angles)
