"""The process that child.py starts: makes one run, answers with its record, and never outlives the one that started it."""

import faulthandler
import fcntl
import json
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from harness.errors import DiskError
from harness.execution.progress import ProgressFile
from harness.records.store import Store
from harness.spec import Run, RunSpec


def main(asked: dict[str, Any]) -> NoReturn:
    """Make the run that was asked for, in this process, and answer on its first standard output; the log takes the rest."""
    _die_with_parent(asked["lifeline"])
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    faulthandler.enable(sys.stderr)
    faulthandler.register(signal.SIGTERM, sys.stderr, chain=True)
    # Loaded here, where the log takes what an SDK prints and the parent's end is watched.
    from harness.training.checkpoint import Checkpoints
    from harness.training.perform import perform

    store = Store(Path(asked["root"]))
    run_id = asked["run_id"]
    try:
        record = perform(
            Run(run_id, asked["label"], RunSpec.model_validate(asked["spec"])),
            attempt=asked["attempt"],
            weights_of=store.weights_of,
            checkpoints=Checkpoints(store.checkpoints_of(run_id), run_id=run_id, interval_s=asked["checkpoint_s"]),
            data_root=Path(asked["data_root"]) if asked["data_root"] else None,
            progress=ProgressFile(store.progress_of(run_id), label=asked["label"], seed=asked["spec"]["seed"]),
        )
        content: dict[str, Any] = {"record": record.model_dump(mode="json")}
    except DiskError as error:
        content = {"refused": str(error)}
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        json.dump(content, file, allow_nan=False)
    # Without the exit handlers of whatever SDK was loaded: the run is over, and one that hangs is not waited for.
    os._exit(0)


def _die_with_parent(lifeline: int) -> None:
    """End this process and what it starts when the parent, which alone holds the other end of the pipe, is gone."""
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
