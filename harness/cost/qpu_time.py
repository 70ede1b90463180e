"""QPU seconds by IBM's published estimate, and the jobs that a workload is split into.

QPU seconds = 2 s a sub-job + (delay between executions + duration of the circuit) x executions. An execution is one shot
of one circuit. Source: IBM Quantum documentation, "Workload usage" (Qiskit/documentation issue #2783, pull requests #3092
and #4964), looked up 2026-11-24. The same page gives a quick form, 2 + 0.00035 x executions. Limit of a Sampler job: 10
million executions ("Job limits"). Left out: reset of the qubits, error mitigation, waiting in the queue, and the idle time
for which a session is billed as well.
"""

import dataclasses
import math
from typing import Self

SUB_JOB_S = 2.0
REP_DELAY_S = 250e-6
"""Default delay between two executions on most IBM devices."""
QUICK_EXECUTION_S = 350e-6
"""Seconds of an execution in the quick form, delay included."""
MOST_EXECUTIONS = 10_000_000
"""Of one job."""


@dataclasses.dataclass(frozen=True)
class Use:
    """Use of a device.

    Attributes:
        circuits: Circuits that are executed, each with all its shots.
        executions: Circuits x shots.
        jobs: Jobs that they are sent in.
        qpu_s: Seconds for which the device is taken.
    """

    circuits: int = 0
    executions: int = 0
    jobs: int = 0
    qpu_s: float = 0.0

    def __add__(self, other: Self) -> "Use":
        return Use(
            self.circuits + other.circuits,
            self.executions + other.executions,
            self.jobs + other.jobs,
            self.qpu_s + other.qpu_s,
        )


def use_of(n_jobs: int, evaluations: float, *, shots: int, execution_s: float, copies: int = 1) -> Use:
    """Return the use of equal jobs; a job beyond the limit is split into more.

    Args:
        n_jobs: Jobs, which follow one after the other.
        evaluations: Circuit evaluations of each job; the mean where a record has no more.
        shots: Of each evaluation.
        execution_s: Seconds of one execution, the delay before the next included.
        copies: Evaluations that share one execution, side by side on the device.
    """
    each = evaluations if copies == 1 else math.ceil(evaluations / copies)
    circuits = round(n_jobs * each)
    jobs = n_jobs * math.ceil(each * shots / MOST_EXECUTIONS)
    executions = circuits * shots
    return Use(circuits, executions, jobs, SUB_JOB_S * jobs + execution_s * executions)
