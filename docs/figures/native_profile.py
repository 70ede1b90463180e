"""Writes where the time of a native step goes into docs/performance.md: ``python -m docs.figures.native_profile``.

It measures the processor time of all threads, which other work on the machine affects less than wall time. A step is 2,880
evaluations of eq7, forward and backward.
"""

import argparse
import datetime
import os
import statistics
import time

import pennylane as qml
import torch

from backends import circuit_named, head_class
from docs.figures import between_marks
from docs.figures.reference import ROOT
from harness.records.environment import environment

DOCUMENT = ROOT / "docs" / "performance.md"
_BY_AER = "fake_ibm, counted by Aer"
_HEADS = {
    "aer_shots": 1000,
    "fake_ibm": 1000,
    _BY_AER: 1000,
    "aer_statevector": None,
    "pennylane": 1000,
    "pennylane, exact": None,
}
_FEWER_SHOTS = (1, 10, 100, 1000)


class Spent:
    """Replaces a vendor's call, makes it, and adds up the processor seconds that it takes."""

    def __init__(self, call, *, finish):
        self.call, self.finish, self.seconds = call, finish, 0.0

    def __call__(self, *args, **options):
        started = time.process_time()
        answer = self.call(*args, **options)
        self.finish(answer)
        self.seconds += time.process_time() - started
        return answer


def head_of(name, shots):
    options = {"sampling": "aer"} if name == _BY_AER else {}
    return head_class(name.partition(",")[0])(circuit_named("eq7"), n_circuits=10, shots=shots, seed=1, options=options)


def step(head):
    angles = torch.randn(32, 10, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    started = time.process_time()
    head(angles).sum().backward()
    return time.process_time() - started


def watched(head):
    """Replace the vendor's call of a head by one that is timed, and return the replacement."""
    if hasattr(head, "_simulation"):
        aer = head._simulation.aer
        aer.run = Spent(aer.run, finish=lambda job: job.result())
        return aer.run
    qml.execute = Spent(getattr(qml.execute, "call", qml.execute), finish=lambda results: None)
    return qml.execute


def steps_table(rounds):
    """Return the time of a step and the part of it inside the vendor's call, as Markdown."""
    lines = ["| head | a step, s | inside the vendor's call, s | around it, s |", "|---|---:|---:|---:|"]
    for name, shots in _HEADS.items():
        head = head_of(name, shots)
        step(head)
        spent = watched(head)
        found = []
        for _ in range(rounds):
            spent.seconds = 0.0
            found.append((step(head), spent.seconds))
        whole, inside = (statistics.median(values) for values in zip(*found, strict=True))
        around = statistics.median(one - other for one, other in found)
        shown = f"`{name}`" if shots is None else f"`{name}`, {shots:,} shots"
        lines.append(f"| {shown} | {whole:.3f} | {inside:.3f} ({inside / whole:.1%}) | {around:.3f} |")
    return lines


def shots_table(rounds):
    """Return the time of an evaluation by its shots, as Markdown."""
    lines = [
        f"| microseconds an evaluation, shots: | {' | '.join(f'{shots:,}' for shots in _FEWER_SHOTS)} |",
        f"|---|{'---:|' * len(_FEWER_SHOTS)}",
    ]
    for name in ("aer_shots", "fake_ibm", _BY_AER, "pennylane"):
        heads = [head_of(name, shots) for shots in _FEWER_SHOTS]
        for head in heads:
            step(head)
        found = [[1e6 * step(head) / 2880 for head in heads] for _ in range(rounds)]
        medians = [statistics.median(values) for values in zip(*found, strict=True)]
        lines.append(f"| `{name}` | {' | '.join(f'{value:.0f}' for value in medians)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    rounds = parser.parse_args().rounds
    where = environment("cpu")
    steps, shots = steps_table(rounds), shots_table(rounds)
    line = (
        f"Processor time of all threads, medians of {rounds} rounds, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {where.cpu}, "
        f"load {where.load_average} before and {os.getloadavg()[0]:.2f} after, commit {(where.git_commit or 'none')[:7]}."
    )
    content = "\n".join([*steps, "", *shots, "", line]) + "\n"
    DOCUMENT.write_text(
        between_marks(DOCUMENT.read_text(encoding="utf-8"), "native profile", content), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
