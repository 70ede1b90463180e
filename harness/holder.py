"""Who holds a results folder: only for messages; that it is held is the kernel's to say."""

import os
import shlex
import socket
import sys
from typing import Self

import pydantic

from harness.record import now


class Holder(pydantic.BaseModel):
    """A process that writes to a results folder."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    pid: int
    host: str
    since: str
    command: str

    @classmethod
    def this_process(cls) -> Self:
        """Describe the process that asks."""
        return cls(pid=os.getpid(), host=socket.gethostname(), since=now(), command=shlex.join(["qhb", *sys.argv[1:]]))

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}: {self.command}"
