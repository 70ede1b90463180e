from benchmarks import Brief, or_skip


class TrainingStep(Brief):
    """Ten optimizer steps of the whole classifier, batch 32."""

    params = ("linear", "statevector", "fake_ibm table")
    param_names = ("head",)

    def setup(self, label):
        with or_skip():
            from harness import heads
            from harness.spec import N_CLASSES, RunSpec, TrainingSpec
            from harness.training import data
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
            split = data.split(data.load(asked.data.name), asked.data, seed=0)
            if hasattr(heads, "resolve_head"):
                head = heads.build_head(asked, heads.resolve_head(asked))
            else:  # older commits
                head = heads.build_head(asked, n_classes=N_CLASSES)
            classifier = Classifier(head, asked.model, seed=0)
        steps = TrainingSpec(max_steps=10)
        self.train = lambda: train(
            classifier, split, steps, seed=0, clock=Clock(), progress=lambda done, total, loss: None
        )
        self.train()

    def time_ten_steps(self, label):
        self.train()
