from benchmarks import Brief, or_skip


class TrainingStep(Brief):
    """Ten optimizer steps of the whole classifier, batch 32."""

    params = ("linear", "statevector", "fake_ibm table")
    param_names = ("head",)

    def setup(self, label):
        with or_skip():
            from harness.spec import RunSpec, TrainingSpec
            from harness.training.model import Classifier
            from harness.training.timing import Clock
            from harness.training.train import train

            quantum = {"circuit": "eq7", "shots": 1000}
            spec = {
                "linear": lambda: RunSpec(head="linear"),
                "statevector": lambda: RunSpec(head="statevector", **quantum),
                "fake_ibm table": lambda: RunSpec(head="fake_ibm", execution="table", **quantum),
            }[label]
            try:
                asked = spec()
            except ValueError as error:  # this commit has no tables in plans
                raise NotImplementedError(str(error)) from error
            images, head, sizes = prepared(asked)
            classifier = Classifier(head, asked.model, **sizes, seed=0)
        steps = TrainingSpec(max_steps=10)
        self.train = lambda: train(
            classifier, images, steps, seed=0, clock=Clock(), progress=lambda done, total, loss: None
        )
        self.train()

    def time_ten_steps(self, label):
        self.train()


def prepared(asked):
    """Return the images and the head of a run, and what else its classifier takes, as this commit makes them."""
    from harness import heads

    try:
        from harness.data.load import load
        from harness.data.split import split
    except ImportError:  # older commits have ten classes
        from harness.training import data

        images = data.split(data.load(asked.data.name), asked.data, seed=0)
        if hasattr(heads, "resolve_head"):
            return images, heads.build_head(asked, heads.resolve_head(asked)), {}
        return images, heads.build_head(asked, n_classes=10), {}
    dataset = load(asked.data)
    resolved = heads.resolve_head(asked, n_classes=dataset.facts.n_classes)
    sizes = {"shape": dataset.facts.shape, "n_classes": dataset.facts.n_classes}
    return split(dataset, asked.data, seed=0), heads.build_head(asked, resolved), sizes
