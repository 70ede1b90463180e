"""Draws a circuit with matplotlib: wires q0, q1, ... from the top (q0 is the paper's qubit 1), time to the right."""

import math

from matplotlib.axes import Axes
from matplotlib.patches import Arc, Circle, Rectangle

from backends.circuits.circuit import Circuit, Gate
from backends.circuits.drawing import CONTROLLED, gate_text
from backends.circuits.drawing import columns as columns_of
from harness.report.figures.svg import INK, MUTED, PAPER, Drawing, canvas, drawing

MAX_QUBITS, MAX_COLUMNS = 24, 60


def circuit_figure(circuit: Circuit, *, name: str, caption: str) -> Drawing | None:
    """Draw a circuit, None where it is too large to be read."""
    if circuit.n_qubits > MAX_QUBITS or len(columns := columns_of(circuit)) > MAX_COLUMNS:
        return None
    widths = [max(_width(gate, circuit) for gate in column) for column in columns]
    total = 0.9 + sum(widths) + 0.3 * len(widths) + 1.0
    with canvas(name, width=0.52 * total, height=0.52 * circuit.n_qubits + 0.1, constrained=False) as figure:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, total), ylim=(circuit.n_qubits - 0.4, -0.6), aspect="equal")
        axes.axis("off")
        for qubit in range(circuit.n_qubits):
            axes.plot([0.9, total - 0.1], [qubit, qubit], color=MUTED, linewidth=0.8, zorder=1)
            axes.text(0.75, qubit, f"q{qubit} |0⟩", ha="right", va="center_baseline", fontsize=9)
        x = 0.9
        for column, width in zip(columns, widths, strict=True):
            for gate in column:
                _draw(axes, gate, circuit, x + 0.3 + width / 2)
            x += width + 0.3
        for qubit in circuit.measured:
            _meter(axes, total - 0.55, qubit)
        return drawing(figure, name=name, alt=_in_words(circuit), caption=caption)


def _width(gate: Gate, circuit: Circuit) -> float:
    text = "" if gate.name in ("cx", "cz", "swap") else gate_text(gate, circuit, base=CONTROLLED.get(gate.name))
    return max(0.62, 0.2 + 0.155 * len(text))


def _draw(axes: Axes, gate: Gate, circuit: Circuit, x: float) -> None:
    if len(gate.qubits) == 2:
        axes.plot([x, x], gate.qubits, color=INK, linewidth=1.0, zorder=2)
    base = CONTROLLED.get(gate.name)
    if base is not None:
        axes.add_patch(Circle((x, gate.qubits[0]), 0.085, color=INK, zorder=3))
    target = gate.qubits[-1]
    if gate.name == "cx":
        axes.add_patch(Circle((x, target), 0.2, facecolor=PAPER, edgecolor=INK, linewidth=1.0, zorder=3))
        axes.plot([x - 0.2, x + 0.2], [target, target], color=INK, linewidth=1.0, zorder=4)
        axes.plot([x, x], [target - 0.2, target + 0.2], color=INK, linewidth=1.0, zorder=4)
    elif gate.name == "cz":
        axes.add_patch(Circle((x, target), 0.085, color=INK, zorder=3))
    elif gate.name == "swap":
        for qubit in gate.qubits:
            axes.plot([x], [qubit], "x", color=INK, markersize=7, zorder=3)
    else:
        covered = gate.qubits if base is None else (target,)
        _box(axes, x, _width(gate, circuit), min(covered), max(covered), gate_text(gate, circuit, base=base))


def _box(axes: Axes, x: float, width: float, top: float, bottom: float, text: str) -> None:
    corner = (x - width / 2, top - 0.31)
    axes.add_patch(
        Rectangle(corner, width, bottom - top + 0.62, facecolor=PAPER, edgecolor=INK, linewidth=1.0, zorder=5)
    )
    axes.text(x, (top + bottom) / 2, text, ha="center", va="center_baseline", fontsize=9, zorder=6)


def _meter(axes: Axes, x: float, qubit: int) -> None:
    _box(axes, x, 0.62, qubit, qubit, "")
    axes.add_patch(Arc((x, qubit + 0.12), 0.4, 0.4, theta1=180, theta2=360, color=INK, linewidth=1.0, zorder=6))
    tip = (x + 0.2 * math.cos(math.pi / 4), qubit + 0.12 - 0.3 * math.sin(math.pi / 3))
    axes.plot([x, tip[0]], [qubit + 0.12, tip[1]], color=INK, linewidth=1.0, zorder=6)


def _in_words(circuit: Circuit) -> str:
    gates = "; ".join(
        f"{gate_text(gate, circuit)} on {', '.join(f'q{qubit}' for qubit in gate.qubits)}" for gate in circuit.gates
    )
    measured = ", ".join(f"q{qubit}" for qubit in circuit.measured)
    return f"Circuit {circuit.name} on {circuit.n_qubits} qubits: {gates}; measured: {measured}."
