from benchmarks import HEADS, Brief, angles, head, or_skip


class Forward(Brief):
    """Throughput: a batch has 10 evaluations an image."""

    params = (list(HEADS), [1, 128])
    param_names = ("head", "images")

    def setup(self, label, images):
        self.head = head(label)
        self.angles = angles(images).detach()
        with or_skip():
            self.head(self.angles)

    def time_forward(self, label, images):
        self.head(self.angles)


class Step(Brief):
    """Forward and backward of a batch of 32, without the network: 2,880 evaluations by parameter shift."""

    params = tuple(HEADS)
    param_names = ("head",)

    def setup(self, label):
        self.head = head(label)
        self.angles = angles(32)
        with or_skip():
            self.head(self.angles)

    def time_forward_backward(self, label):
        self.head(self.angles).sum().backward()
