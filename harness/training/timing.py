"""Wall time by phase."""

import contextlib
from collections.abc import Iterator, Mapping

import torch

from backends.tally import seconds_on


class Clock:
    """Adds up the wall seconds of named phases; phases do not nest."""

    def __init__(self, torch_device: str = "cpu") -> None:
        self._device = torch.device(torch_device)
        self._started = self.now()
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the seconds of the block to the phase ``name``."""
        started = self.now()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.now() - started

    def move(self, seconds: float, *, source: str, target: str) -> None:
        """Move seconds from phase ``source`` to phase ``target``, at most as many as ``source`` has."""
        moved = min(seconds, self.seconds.get(source, 0.0))
        self.seconds[source] = self.seconds.get(source, 0.0) - moved
        self.seconds[target] = self.seconds.get(target, 0.0) + moved

    def add(self, seconds: Mapping[str, float], *, total_s: float) -> None:
        """Add the seconds of an earlier process of the same run: by phase, and in all."""
        for name, value in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value
        self._started -= total_s

    def now(self) -> float:
        """Return a monotonic time in seconds, once the GPU has finished its queue."""
        return seconds_on(self._device)

    @property
    def total(self) -> float:
        """Seconds since the clock was made, and those of earlier processes."""
        return self.now() - self._started
