"""A second host: a network namespace, joined to the sandbox's own by a veth pair, which can be cut."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

HERE, FAR = "192.0.2.1", "192.0.2.2"  # addresses for examples (RFC 5737), which no real network has
_NAME = "far"


class Cable:
    """The link between the host of the tests, ``HERE``, and the other, ``FAR``."""

    @classmethod
    @contextlib.contextmanager
    def laid(cls) -> Iterator["Cable"]:
        """Yield the cable to a new host; end that host and all that runs on it afterwards."""
        cable = cls()
        _ip("netns", "add", _NAME)
        try:
            _ip("link", "add", "near-end", "type", "veth", "peer", "name", "far-end", "netns", _NAME)
            _ip("address", "add", f"{HERE}/30", "dev", "near-end")
            _ip("link", "set", "near-end", "up")
            _ip("-n", _NAME, "link", "set", "lo", "up")
            _ip("-n", _NAME, "address", "add", f"{FAR}/30", "dev", "far-end")
            cable.mend()
            yield cable
        finally:
            for pid in cable.far_pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            _ip("-n", _NAME, "link", "delete", "far-end")  # its peer goes with it
            _ip("netns", "delete", _NAME)

    def cut(self) -> None:
        """Cut the link: packets are lost without an answer, as from a cable that was pulled out."""
        _ip("-n", _NAME, "link", "set", "far-end", "down")

    def mend(self) -> None:
        """Join the hosts again."""
        _ip("-n", _NAME, "link", "set", "far-end", "up")

    @staticmethod
    def on_far_host(command: list[str]) -> list[str]:
        """Return the command that executes another on the far host."""
        return ["ip", "netns", "exec", _NAME, *command]

    @staticmethod
    def far_pids() -> set[int]:
        """Return the processes on the far host."""
        return set(map(int, _ip("netns", "pids", _NAME).split()))


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout
