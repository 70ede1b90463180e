"""Counts of what a head was asked for, what its backend executed, and how long that took."""

import dataclasses
import time

import torch


def seconds_on(device: torch.device) -> float:
    """Return a monotonic time in seconds, once a GPU has done what it was given: its calls return before that."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


@dataclasses.dataclass
class Count:
    """Circuit evaluations requested, executed by the backend, their shots, and the seconds inside the backend."""

    requested: int = 0
    executed: int = 0
    shots: int = 0
    seconds: float = 0.0

    def add(self, requested: int, executed: int, shots: int, seconds: float) -> None:
        """Add to each of the four."""
        self.requested += requested
        self.executed += executed
        self.shots += shots
        self.seconds += seconds

    def __iadd__(self, other: "Count") -> "Count":
        self.add(other.requested, other.executed, other.shots, other.seconds)
        return self


@dataclasses.dataclass
class Tally:
    """A head's counts.

    Attributes:
        forward: Unshifted evaluations.
        backward: Shifted evaluations of the parameter-shift rule. They travel in the forward pass's job; its seconds are
            divided in proportion to the evaluations.
        setup: What it took to build and verify a response table, or to prove angles dead. No user requested these
            evaluations, so ``requested`` stays 0.
        jobs: Calls of the backend.
    """

    forward: Count = dataclasses.field(default_factory=Count)
    backward: Count = dataclasses.field(default_factory=Count)
    setup: Count = dataclasses.field(default_factory=Count)
    jobs: int = 0

    def add(self, *, n_forward: int, n_shifted: int, executed: int, shots: int, seconds: float) -> None:
        """Count one job that evaluated ``n_forward + n_shifted`` rows."""
        self.jobs += 1
        share = n_shifted / (n_forward + n_shifted)
        executed_shifted, shots_shifted = round(executed * share), round(shots * share)
        self.forward.add(n_forward, executed - executed_shifted, shots - shots_shifted, seconds * (1 - share))
        self.backward.add(n_shifted, executed_shifted, shots_shifted, seconds * share)

    def __iadd__(self, other: "Tally") -> "Tally":
        self.forward += other.forward
        self.backward += other.backward
        self.setup += other.setup
        self.jobs += other.jobs
        return self
