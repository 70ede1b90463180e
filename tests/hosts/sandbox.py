"""Runs the tests of this folder in namespaces of their own: ``tox run -e hosts``; arguments are pytest's.

The namespaces (network, processes, mounts) end with this process, however it ends, and all that was started in them ends too.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

IN_SANDBOX = "QHB_HOSTS_SANDBOX"
_PACKAGES = {"ip": "iproute2", "openssl": "openssl", "unshare": "util-linux"}
_PR_SET_PDEATHSIG = 1
_NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def main() -> NoReturn:
    """Run pytest in new namespaces and end with its exit code, or with the reason where that cannot be."""
    if os.geteuid() != 0:
        sys.exit("tox -e hosts makes network namespaces and needs root; run it as root, or in a container that is root")
    missing = [package for program, package in _PACKAGES.items() if shutil.which(program) is None]
    if missing:
        _install(missing)
    tried = subprocess.run(["unshare", *_NAMESPACES, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        sys.exit(f"tox -e hosts needs namespaces, which this machine refuses: {tried.stderr.strip()}")
    pytest = [sys.executable, "-m", "pytest", str(Path(__file__).parent), *sys.argv[1:]]
    process = subprocess.Popen(
        ["unshare", *_NAMESPACES, *pytest], env=os.environ | {IN_SANDBOX: "1"}, preexec_fn=_end_with_parent
    )
    signal.signal(signal.SIGTERM, lambda *_: process.kill())  # unshare ignores SIGTERM
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to pytest too, which cleans up
    sys.exit(process.wait())


def _end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends; unshare's child, and with it all, ends with unshare."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _install(packages: list[str]) -> None:
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        sys.exit(f"tox -e hosts needs the packages {names}; install them with this system's package manager")
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *packages]):
        if subprocess.run(command, check=False).returncode:
            sys.exit(f"tox -e hosts needs the packages {names}, and {' '.join(command)} failed")


if __name__ == "__main__":
    main()
