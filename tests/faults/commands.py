"""Several ``qhb`` commands one after the other in one process, which imports once what they need.

The process has at most 3 GiB of memory of its own. The file is also the script that this process runs.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import subprocess
import sys

_MAX_BYTES = 3 << 30
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


def answers(commands, *, cwd, as_root=True, timeout_s=300):
    """Run commands; return the exit code and the output of each.

    Args:
        commands: The arguments of each.
        cwd: The folder that they run in.
        as_root: Whether root may read what the modes of files forbid.
        timeout_s: Seconds that all may take.
    """
    done = subprocess.run(
        [sys.executable, __file__, json.dumps(commands)],
        cwd=cwd,
        preexec_fn=_limit_memory if as_root else _limit_memory_and_rights,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(commands)
    return found


def _limit_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (_MAX_BYTES, _MAX_BYTES))


def _limit_memory_and_rights():
    """Also take from root the rights to read everything; it takes effect with the program that starts next."""
    _limit_memory()
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for right in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if os.geteuid() == 0 and prctl(_PR_CAPBSET_DROP, right, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "root cannot give up its rights")


def _main(commands):
    from harness.cli.main import main

    for arguments in commands:
        sys.argv, said, code = ["qhb", *arguments], io.StringIO(), None
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                main()
            except SystemExit as end:
                code = end.code
        print(json.dumps([code, said.getvalue()]), flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
