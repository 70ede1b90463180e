"""The process that holds a results folder, for messages only; whether the folder is held is decided by the kernel's lock."""

import os
import shlex
import socket
import sys
from collections.abc import Collection
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


def command_line(*, without: Collection[str] = (), without_values: Collection[str] = ()) -> str:
    """Return the command line of this process as it would be typed.

    Args:
        without: Flags to leave out.
        without_values: Options to leave out together with their values.

    Returns:
        The text; bytes that are not UTF-8 are escaped, because the files that it goes into are UTF-8.
    """
    words, kept = iter(sys.argv[1:]), ["qhb"]
    for word in words:
        if word in without_values:
            next(words, None)
        elif word not in without and not word.startswith(tuple(f"{name}=" for name in without_values)):
            kept.append(word)
    return os.fsencode(shlex.join(kept)).decode("utf-8", "backslashreplace")
