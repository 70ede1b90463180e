import os
import tempfile
from unittest import mock

from benchmarks import Brief, angles, head, layered, or_skip, table


class Build(Brief):
    """Building and verifying a response table, 3**angles points, through the exact statevector head; nothing is cached."""

    params = ([3, 6], [2, 4, 6, 8])
    param_names = ("qubits", "angles")

    def setup(self, qubits, n_angles):
        self.cache = mock.patch.dict(os.environ, QHB_CACHE_DIR=os.devnull)  # no folder, so every table is built
        self.cache.start()
        self.circuit = layered(qubits, n_angles)
        with or_skip():
            table(layered(1, 1))

    def teardown(self, qubits, n_angles):
        self.cache.stop()

    def time_build(self, qubits, n_angles):
        table(self.circuit)

    def peakmem_build(self, qubits, n_angles):
        table(self.circuit)


class Noisy(Brief):
    """Making a head of the table of a noisy device, its 81 grid points in the cache."""

    def setup(self):
        self.folder = tempfile.TemporaryDirectory()
        self.cache = mock.patch.dict(os.environ, QHB_CACHE_DIR=self.folder.name)
        self.cache.start()
        head("fake_ibm manila table")(angles(1).detach())

    def teardown(self):
        self.cache.stop()
        self.folder.cleanup()

    def time_cached(self):
        head("fake_ibm manila table")
