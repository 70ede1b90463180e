"""The process that holds a results folder, for messages only; whether the folder is held is decided by the kernel's lock."""

import os
import shlex
import socket
import sys
from typing import Self

import pydantic

from harness.records.record import now


class Holder(pydantic.BaseModel):
    """A process that writes to a results folder."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    pid: int
    host: str
    since: str
    command: str

    @classmethod
    def this_process(cls, command: str | None = None) -> Self:
        """Describe the process that calls this, which does what ``command`` says; None: its command line."""
        return cls(pid=os.getpid(), host=socket.gethostname(), since=now(), command=command or command_line())

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}: {self.command}"


def command_line(*, without: str | None = None) -> str:
    """Return the command line of this process as it would be typed.

    Args:
        without: An option to leave out.

    Returns:
        The text; bytes that are not UTF-8 are escaped, because the files that it goes into are UTF-8.
    """
    typed = shlex.join(["qhb", *(word for word in sys.argv[1:] if word != without)])
    return os.fsencode(typed).decode("utf-8", "backslashreplace")
