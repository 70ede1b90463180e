"""``qhb check`` and ``qhb inspect`` as a person runs them: their exit codes and last lines."""

import json
import subprocess
import sys

import pytest


def _qhb(*arguments: str, cache: str) -> "subprocess.CompletedProcess[str]":
    code = "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from harness.cli.main import main; main()"
    command = [sys.executable, "-c", code, json.dumps(sys.path), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"QHB_CACHE_DIR": cache, "PATH": "/usr/bin:/bin"}
    )


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("check", "statevector"), 0, "statevector passed: 34 passed, 0 failed, 4 skipped"),
        (("check", "statevectr"), 2, "did you mean 'statevector'?"),
        (("check", "no.such:Head"), 2, "found no module 'no'"),
        (("check", "pennylane", "--set", "device=default.qubitt"), 2, "did you mean 'default.qubit'?"),
        (("inspect", "eq7"), 0, "p0 = 1/2 + 1/2 cos(phi_1)"),
        (("inspect", "eq8"), 2, "did you mean 'eq7'?"),
        (("inspect", "eq7", "--head", "fake_ibm", "--set", "device=manilla"), 2, "did you mean 'manila'?"),
    ],
)
def test_exit_codes(arguments, exit_code, said, tmp_path) -> None:
    """0 where all is well, 2 with one line where something cannot be used."""
    done = _qhb(*arguments, cache=str(tmp_path))

    assert done.returncode == exit_code, done.stderr
    assert said in (done.stdout if exit_code == 0 else done.stderr)
    assert "Traceback" not in done.stderr
