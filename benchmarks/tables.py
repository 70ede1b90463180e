import os
import tempfile

from benchmarks import Brief, angles, head, layered, or_skip, table


class Build(Brief):
    """Building and verifying a response table, 3**angles points, through the exact statevector head; nothing is cached."""

    params = ([3, 6], [2, 4, 6, 8])
    param_names = ("qubits", "angles")

    def setup(self, qubits, n_angles):
        os.environ["QHB_CACHE_DIR"] = os.devnull  # no folder, so no cache: every table is built
        self.circuit = layered(qubits, n_angles)
        with or_skip():
            table(layered(1, 1))

    def teardown(self, qubits, n_angles):
        del os.environ["QHB_CACHE_DIR"]

    def time_build(self, qubits, n_angles):
        table(self.circuit)

    def peakmem_build(self, qubits, n_angles):
        table(self.circuit)


class Noisy(Brief):
    """Making a head of the table of a noisy device, its 81 grid points in the cache."""

    def setup(self):
        self.folder = tempfile.TemporaryDirectory()
        os.environ["QHB_CACHE_DIR"] = self.folder.name
        head("fake_ibm manila table")(angles(1).detach())

    def teardown(self):
        del os.environ["QHB_CACHE_DIR"]
        self.folder.cleanup()

    def time_cached(self):
        head("fake_ibm manila table")
