from benchmarks import Brief, layered, or_skip


class Statevector(Brief):
    """Exact probabilities of a circuit with two angles a qubit, rows in one call."""

    params = ([2, 4, 6, 8, 10, 12], [1, 100, 10_000])
    param_names = ("qubits", "rows")

    def setup(self, qubits, rows):
        import torch

        from backends import head_class

        with or_skip():
            self.head = head_class("statevector")(layered(qubits, 2 * qubits), n_circuits=1)
        generator = torch.Generator().manual_seed(1)
        self.angles = torch.empty(rows, 1, 2 * qubits, dtype=torch.float64).uniform_(-3, 3, generator=generator)

    def time_forward(self, qubits, rows):
        self.head(self.angles)

    def peakmem_forward(self, qubits, rows):
        self.head(self.angles)
