"""Runs a vendor's canaries in a new process, whose code is ``main`` below."""

import dataclasses
import importlib
import json
import subprocess
import sys
from collections.abc import Mapping

from backends.canaries.canary import Canary, CanaryReport

VENDORS = {
    "qiskit-aer": "backends.canaries.aer",
    "qiskit-ibm-runtime": "backends.canaries.ibm_runtime",
    "pennylane": "backends.canaries.pennylane",
}
"""Module of each vendor's canaries; importing one imports no vendor."""

_TIMEOUT_S = 120.0  # they take seconds


def run_vendor(module: str, *, environment: Mapping[str, str]) -> list[CanaryReport]:
    """Run a module's canaries in a new process and return their reports.

    Args:
        module: Of ``VENDORS``, or another with ``CANARIES``.
        environment: Of the new process.
    """
    canaries: list[Canary] = importlib.import_module(module).CANARIES
    code = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import backends.canaries.run as r; r.main(sys.argv[2])"
    command = [sys.executable, "-c", code, json.dumps(sys.path), module]
    try:
        done = subprocess.run(  # noqa: S603  our own code
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, env=dict(environment)
        )
        lines = done.stdout.splitlines()
        return [CanaryReport(**found) for found in json.loads(lines[-1])]
    except subprocess.TimeoutExpired:
        why = f"no answer after {_TIMEOUT_S:.0f} s"
    except (IndexError, json.JSONDecodeError, TypeError):
        last = (done.stderr.strip().splitlines() or ["nothing was printed"])[-1]
        why = f"its process ended with {done.returncode}: {last}"
    return [canary.failed(why) for canary in canaries]


def main(module: str) -> None:
    """Print the reports of a module's canaries as JSON, on the last line."""
    canaries: list[Canary] = importlib.import_module(module).CANARIES
    print(json.dumps([dataclasses.asdict(canary.report()) for canary in canaries]))  # noqa: T201  the parent reads it
