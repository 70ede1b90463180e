"""What is said before and after runs are made."""

from collections.abc import Collection, Sequence

from backends.circuits.drawing import angles_in_words
from harness.execution.options import MADE_AGAIN
from harness.records.record import Status
from harness.spec import Run


def angles_of_files(runs: Sequence[Run]) -> list[str]:
    """Return a line for each OpenQASM circuit, in which a file cannot say which angles are trained."""
    circuits = [
        run.spec.own_circuit for run in runs if run.spec.own_circuit and run.spec.own_circuit.name.endswith(".qasm")
    ]
    hint = "; to train others, list them in the plan entry: weights = [...]"
    return list(dict.fromkeys(f"circuit {circuit.name}: {angles_in_words(circuit)}{hint}" for circuit in circuits))


def how_to_make_again(statuses: Collection[Status], *, command: str) -> list[str]:
    """Return how to make runs again that ended with one of these statuses, a line for each way.

    Args:
        statuses: Of the runs; "ok" among them needs nothing.
        command: The command line of this command.
    """
    lines = []
    if "killed" in statuses:
        lines.append(f"the same command makes killed runs again, from a checkpoint where there is one: {command}")
    if "skipped" in statuses:
        lines.append("a skipped run is made by the same command once the run whose weights it needs is ok")
    has_timeout = "timeout" in statuses
    has_failure = bool(set(statuses) - MADE_AGAIN - {"ok", "timeout"})
    if has_failure and has_timeout:
        lines.append("to make again the runs that failed or ran out of time: add --retry all")
    elif has_failure:
        lines.append("to make again the runs that failed: add --retry failed")
    elif has_timeout:
        lines.append(
            "to make again the runs that ran out of time: add --retry timeout, and --timeout with more seconds"
        )
    return lines
