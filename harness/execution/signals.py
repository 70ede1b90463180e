"""Signals that ask a study to stop: after the first it finishes what it is writing, at the second it stops at once."""

import contextlib
import os
import signal
from collections.abc import Collection, Iterator
from types import FrameType
from typing import Self

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The user, or the system, asked the study to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class Signals:
    """While entered, the first signal raises ``Stopped``; the next one ends the process, or raises ``Stopped`` again.

    Inside ``held``, the first ``Stopped`` is raised at the end of that block. A signal that this process was started to
    ignore, as SIGHUP under nohup, stays ignored.

    Args:
        handled: Numbers of the signals.
        exits: Whether the second one ends the process. A notebook's must not: the user's work is in it.
    """

    def __init__(self, handled: Collection[int] = STOPPING, *, exits: bool = True) -> None:
        self._handled = handled
        self._exits = exits
        self._received: int | None = None
        self._held = False

    def __enter__(self) -> Self:
        not_ignored = [number for number in self._handled if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._handle) for number in not_ignored}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def stopping(self) -> bool:
        """Whether a signal came."""
        return self._received is not None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let the block end before ``Stopped`` is raised; the block should look at ``stopping`` often."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._received is not None:
            raise Stopped(self._received)

    def _handle(self, number: int, _: FrameType | None) -> None:
        again = self._received is not None
        if again and self._exits:
            os._exit(128 + number)  # the processes of runs end with this one; see child.py
        self._received = number
        if again or not self._held:
            raise Stopped(number)
