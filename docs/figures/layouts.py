"""Prints the best, median and worst layout of three qubits on fake IBM devices, for the presets.

python -m docs.figures.layouts manila sherbrooke

The rule looks at every line of three neighbouring qubits, in both directions, whose gates work. The error of a line is
1 - (1 - r) (1 - a) (1 - b): r is the readout error of its first qubit, which the circuits of the paper measure, mean of
p(1|0) and p(0|1); a and b are the errors of the two-qubit gates between its neighbours, the smaller one where both directions have a gate. Lines are sorted by error, then by
qubit numbers; the median is the line in the middle, the lower one of two.
"""

import sys
from typing import NamedTuple

import click

from backends.adapters.fake_devices import load

_TWO_QUBIT_GATES = ("cx", "ecr", "cz")


class Line(NamedTuple):
    """A layout of three qubits, the measured one first, and the error of the rule."""

    error: float
    qubits: tuple[int, int, int]


class Layouts(NamedTuple):
    """What the rule chooses on a device."""

    best: Line
    median: Line
    worst: Line
    n_lines: int


def layouts(device: str) -> Layouts:
    """Return the layouts that the rule chooses on a fake device."""
    backend = load(device)
    target, properties = backend.target, backend.properties()
    gate_errors = _gate_errors(target)
    neighbours: dict[int, set[int]] = {}
    for one, other in gate_errors:
        neighbours.setdefault(one, set()).add(other)
    lines = []
    for first, seconds in neighbours.items():
        readout = (
            sum(properties.qubit_property(first, name)[0] for name in ("prob_meas1_prep0", "prob_meas0_prep1")) / 2
        )
        for second in seconds:
            for third in neighbours[second] - {first}:
                works = (1 - readout) * (1 - gate_errors[first, second]) * (1 - gate_errors[second, third])
                lines.append(Line(1 - works, (first, second, third)))
    lines.sort()
    return Layouts(lines[0], lines[(len(lines) - 1) // 2], lines[-1], len(lines))


def _gate_errors(target) -> dict[tuple[int, int], float]:
    """Return the error of the two-qubit gate between neighbours, in both directions; broken gates are left out."""
    found: dict[tuple[int, int], float] = {}
    for name in _TWO_QUBIT_GATES:
        for qubits, known in target[name].items() if name in target.operation_names else ():
            if known is not None and known.error is not None and known.error < 1:
                for pair in (qubits, qubits[::-1]):
                    found[pair] = min(known.error, found.get(pair, 1.0))
    return found


def main() -> None:
    for device in sys.argv[1:] or ["manila"]:
        found = layouts(device)
        click.echo(f"{device}: {found.n_lines} lines")
        for name in ("best", "median", "worst"):
            line: Line = getattr(found, name)
            click.echo(f"  {name:6}  layout = {list(line.qubits)}  # error {line.error:.4f}")


if __name__ == "__main__":
    main()
