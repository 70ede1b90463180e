from benchmarks import angles, head


class Step:
    """Forward and backward of one batch, without the network."""

    params = (["statevector"], [None, 1000], [32, 320])
    param_names = ("head", "shots", "batch")

    def setup(self, name, shots, batch):
        self.head = head(name, shots=shots)
        self.angles = angles(batch)

    def time_forward_backward(self, name, shots, batch):
        self.head(self.angles).sum().backward()
