"""What the process that child.py starts executes: it makes one run, answers with its record, and ends with its parent."""

import faulthandler
import fcntl
import os
import select
import signal
import sys
import threading
from typing import NoReturn

from harness.errors import DiskError
from harness.execution.order import RunAnswer, RunOrder
from harness.execution.progress import ProgressFile


def main(order_json: str, lifeline: int) -> NoReturn:
    """Make the run that is ordered and answer on standard output; whatever is printed meanwhile goes to the log.

    Args:
        order_json: A ``RunOrder`` with a results folder.
        lifeline: File number of a pipe whose other end only the parent holds.
    """
    _die_with_parent(lifeline)
    answer_number = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    faulthandler.enable(sys.stderr)
    faulthandler.register(signal.SIGTERM, sys.stderr, chain=True)
    # Imported after these lines: what an SDK prints goes to the log, and this process ends with its parent.
    from harness.training.checkpoint import Checkpoints
    from harness.training.perform import perform

    order = RunOrder.model_validate_json(order_json)
    store = order.store
    checkpoints = Checkpoints(store.checkpoints_of(order.run_id), run_id=order.run_id, interval_s=order.checkpoint_s)
    try:
        record = perform(
            order.run,
            attempt=order.attempt,
            weights_of=store.weights_of,
            checkpoints=checkpoints,
            data_root=order.data_root,
            progress=ProgressFile(store.progress_of(order.run_id), label=order.label, seed=order.spec.seed),
        )
        answer = RunAnswer(record=record)
    except DiskError as error:
        answer = RunAnswer(disk_error=str(error))
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(answer_number, "w", encoding="utf-8") as file:
        file.write(answer.model_dump_json())
    # Without the exit handlers of whatever SDK was loaded: the run is over, and one that hangs is not waited for.
    os._exit(0)


def _die_with_parent(lifeline: int) -> None:
    """End this process and those it starts when the parent is gone."""
    if sys.platform == "linux":  # by the kernel, so that it happens even where C code holds the interpreter's lock
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC)
        if select.select([lifeline], [], [], 0)[0]:  # it was gone before
            os.killpg(0, signal.SIGKILL)
        return

    def wait() -> None:
        os.read(lifeline, 1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()
