"""The protocol of executors, which make runs and return their records."""

from collections.abc import Callable, Collection, Generator, Sequence
from typing import NamedTuple, Protocol

from harness.execution.options import ExecutionOptions
from harness.execution.progress import RunProgress
from harness.records.record import RunRecord
from harness.records.store import Store
from harness.spec import Run


class ExecutionCallbacks(NamedTuple):
    """What is called while runs are made.

    Attributes:
        run_ended: Called with each record once it is stored.
        progress: Called about five times a second with the progress of the runs that are being made.
        should_stop: Called a few times a second; once it returns True, nothing more is made.
    """

    run_ended: Callable[[RunRecord], None]
    progress: Callable[[list[RunProgress]], None]
    should_stop: Callable[[], bool] = lambda: False


class Executor(Protocol):
    """Makes runs."""

    def records(
        self,
        runs: Sequence[Run],
        ok: Collection[str],
        store: Store,
        options: ExecutionOptions,
        callbacks: ExecutionCallbacks,
    ) -> Generator[RunRecord]:
        """Yield the record of each run as it ends. The records are not stored.

        A run that needs another's weights is made after it, or skipped if that one is not ok. When the generator is closed
        or ``should_stop`` returns True, the runs that are being made are given up; they get no record.

        Args:
            runs: What to make.
            ok: Ids of runs that are ok already and not made again.
            store: Where weights, checkpoints, logs and progress go; opened.
            options: How.
            callbacks: ``progress`` and ``should_stop`` are called; ``run_ended`` is not.

        Raises:
            DiskError: the store takes no more.
            ClusterError: the executor's cluster cannot be used any longer.
        """
        ...
