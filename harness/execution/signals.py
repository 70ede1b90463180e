"""What ``qhb`` does when it is asked to stop: once, it finishes what it is writing; twice, it is gone at once."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Self

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The user, or the system, asked ``qhb`` to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class Signals:
    """While entered, SIGINT, SIGTERM and SIGHUP raise ``Stopped``, or inside ``held`` wait for its end; the next one exits.

    One that this process was started to ignore, SIGHUP under nohup, stays ignored.
    """

    def __init__(self) -> None:
        self._received: int | None = None
        self._held = False

    def __enter__(self) -> Self:
        heeded = [number for number in _HANDLED if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._handle) for number in heeded}
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
        """Let the block end before ``Stopped`` is raised; it should ask ``stopping`` often."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._received is not None:
            raise Stopped(self._received)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._received is not None:
            os._exit(128 + number)  # the runs' processes go with this one; see child.py
        self._received = number
        if not self._held:
            raise Stopped(number)
