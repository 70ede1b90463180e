import hashlib
import tempfile
from pathlib import Path
from unittest import mock

from benchmarks import Brief, or_skip

SIZES = [10, 100, 1000, 10_000]
HEADS = ("linear", "cosine", "statevector")


class Records(Brief):
    """Reading a results folder and writing its report, against the number of records.

    The records are those of one real run, written again under other ids, heads and seeds: data for this, not results.
    """

    params = SIZES
    param_names = ("records",)
    timeout = 600
    number = 1
    repeat = (1, 3, 2.0)

    def setup_cache(self):
        with or_skip():
            from harness.records.store import Store
            from harness.spec import Run, RunSpec, TrainingSpec
            from harness.training.perform import perform

            spec = RunSpec(head="linear", training=TrainingSpec(epochs=1))
            with tempfile.TemporaryDirectory() as folder:
                real = perform(Run("0" * 64, "linear", spec), attempt=1, weights_of=lambda run_id: Path(folder, run_id))
            for size in SIZES:
                store = Store(Path(f"{size}"))
                with store.opened(), mock.patch("os.fsync"):  # which takes most of the time, and is not measured
                    for number in range(size):
                        store.write(_renamed(real, number))

    def setup(self, size):
        with or_skip():
            from harness.records.store import Store
            from harness.report import write_report

            self.store = Store(Path(f"{size}"))
            self.report = lambda: write_report(self.store.read().records, Path("report"), title="benchmark")

    def time_scan(self, size):
        self.store.read()

    def time_report(self, size):
        self.report()


def _renamed(record, number):
    head, seed = HEADS[number % len(HEADS)], number // len(HEADS)
    changed = {
        "run_id": hashlib.sha256(str(number).encode()).hexdigest(),
        "label": head,
        "spec": record.spec.model_copy(update={"seed": seed}),
    }
    return record.model_copy(update=changed)
