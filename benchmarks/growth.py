import torch

from benchmarks import N_CIRCUITS, Brief, or_skip

IMAGES = 32
RATES = {"depolarizing_1q": 0.001, "depolarizing_2q": 0.01, "readout_p1_given_0": 0.02}
WAYS = {
    "channels": ("aer_noise", "channels", RATES),
    "statevector": ("statevector", "native", {}),
}


class Wider(Brief):
    """A step, forward and backward, with weights, by qubits: 7 angles a qubit."""

    params = (list(WAYS), [2, 4, 6])
    param_names = ("execution", "qubits")

    def setup(self, way, qubits):
        self.step = step(way, f"strongly_entangling(n_qubits={qubits}, n_layers=2)", IMAGES)
        self.step()

    def time_step(self, way, qubits):
        self.step()

    def peakmem_step(self, way, qubits):
        self.step()


class Deeper(Brief):
    """The same by layers: 3 + 9 layers angles on 3 qubits."""

    params = (list(WAYS), [1, 2, 4, 8])
    param_names = ("execution", "layers")

    def setup(self, way, layers):
        self.step = step(way, f"strongly_entangling(n_qubits=3, n_layers={layers})", IMAGES)
        self.step()

    def time_step(self, way, layers):
        self.step()


class LargerBatch(Brief):
    """The same by images."""

    params = (list(WAYS), [1, 32, 512])
    param_names = ("execution", "images")

    def setup(self, way, images):
        self.step = step(way, "strongly_entangling(n_qubits=3, n_layers=2)", images)
        self.step()

    def time_step(self, way, images):
        self.step()


def step(way, circuit, images):
    with or_skip():
        from backends import circuit_named, head_class
        from backends.surrogates.choice import factory_for

        name, execution, options = WAYS[way]
        made = circuit_named(circuit)
        head = factory_for(head_class(name), execution)(made, n_circuits=N_CIRCUITS, seed=1, options=options)
    generator = torch.Generator().manual_seed(1)
    angles = torch.empty(images, N_CIRCUITS, made.n_inputs).uniform_(-3.0, 3.0, generator=generator).requires_grad_()
    return lambda: head(angles).sum().backward()
