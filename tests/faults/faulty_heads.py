"""Outside heads that each fail in another way. They are imported in the processes of runs only."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch

from backends import Capabilities, Executed, QuantumHead


class Sound(QuantumHead):
    """Answers at once; the other heads are this one with one fault."""

    capabilities = Capabilities(analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=9)
    n_jobs = 0

    def _prepare(self):
        pass

    def _execute(self, rows, *, first_evaluation):
        self.n_jobs += 1
        if self.n_jobs == 3:
            self.fault()
        return Executed(self.answer(rows), circuits=len(rows), shots=0)

    def fault(self):
        """Called in the third job."""

    def answer(self, rows):
        return (0.5 + 0.4 * torch.sin(rows.sum(dim=1, keepdim=True))).double()

    def provenance(self):
        return {"method": "none"}


class RaisesWhenMade(Sound):
    def _prepare(self):
        raise RuntimeError("no licence")


class Raises(Sound):
    def fault(self):
        raise ConnectionError("the device is gone")


class RaisesGoingBackward(Sound):
    def answer(self, rows):
        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, values):
                return values

            @staticmethod
            def backward(ctx, gradient):
                raise RuntimeError("no way back")

        return Broken.apply(super().answer(rows))

    capabilities = Capabilities(analytic=True, shots=False, noisy=False, autograd=True, multicore=False, max_qubits=9)


class NotANumber(Sound):
    def answer(self, rows):
        return super().answer(rows) * (float("nan") if self.n_jobs == 3 else 1.0)


class TooProbable(Sound):
    def answer(self, rows):
        return super().answer(rows) + (0.7 if self.n_jobs == 3 else 0.0)


class WrongShape(Sound):
    def answer(self, rows):
        return super().answer(rows)[: -1 if self.n_jobs == 3 else None]


class WrongType(Sound):
    def answer(self, rows):
        return super().answer(rows).float() if self.n_jobs == 3 else super().answer(rows)


class Exits(Sound):
    def fault(self):
        sys.exit(0)


class ExitsAtOnce(Sound):
    def fault(self):
        print("last words", flush=True)  # noqa: T201  what a run prints is its log
        os._exit(0)


class Crashes(Sound):
    def fault(self):
        ctypes.string_at(0)


class WantsAllMemory(Sound):
    def fault(self):
        bytearray(1 << 60)


class IsKilled(Sound):
    def fault(self):
        os.kill(os.getpid(), signal.SIGKILL)


class LeavesACopy(Sound):
    """Forks a copy of itself, which sleeps on and holds every file open, and ends."""

    def fault(self):
        pid = os.fork()
        if pid == 0:
            time.sleep(1000)
        _tell(pid)
        os._exit(7)


class Sleeps(Sound):
    def fault(self):
        time.sleep(1000)


class SleepsInC(Sound):
    """Holds the interpreter's lock for ever, so that no Python code of the process runs any more."""

    def fault(self):
        ctypes.PyDLL(None).sleep(1000)


class WaitsForAChild(Sound):
    def fault(self):
        child = subprocess.Popen(["sleep", "1000"])
        _tell(child.pid)
        child.wait()


class WillNotStop(Sound):
    def fault(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1000)


def _tell(pid: int) -> None:
    """Tell the test the id of a process that must not outlive the run."""
    (Path(os.environ["QHB_FAULTS_FOLDER"]) / str(pid)).touch()
