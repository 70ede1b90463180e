"""A circuit as text: its angles' names, its gates' labels, and a drawing. harness/report draws with matplotlib from the same."""

import html
from typing import Protocol

from backends.circuits.gates import Angle, Gate

CONTROLLED = {"cx": "x", "cz": "z", "cp": "p", "crx": "rx", "cry": "ry", "crz": "rz"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NAMES = {"sdg": "S†", "tdg": "T†", "sx": "√X"}


class Drawable(Protocol):
    """What is drawn of a ``Circuit``, which has these attributes."""

    @property
    def name(self) -> str:
        """Label for people."""

    @property
    def n_qubits(self) -> int:
        """Width."""

    @property
    def n_inputs(self) -> int:
        """Angles from the network."""

    @property
    def n_weights(self) -> int:
        """Trained angles."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """In order of time."""

    @property
    def measured(self) -> tuple[int, ...]:
        """Measured qubits."""

    @property
    def angle_names(self) -> tuple[str, ...]:
        """The author's names; empty where there are none."""


def angle_names(circuit: Drawable) -> list[str]:
    """Return the names of the angles: the author's, or phi_1, phi_2, ... as in the paper, and theta_1, ... for weights."""
    if circuit.angle_names:
        return list(circuit.angle_names)
    inputs, weights = range(1, circuit.n_inputs + 1), range(1, circuit.n_weights + 1)
    return [f"phi_{number}" for number in inputs] + [f"theta_{number}" for number in weights]


def angle_symbols(circuit: Drawable) -> list[str]:
    """Return the angles as drawings show them: the author's names, or φ₁, φ₂, ... and θ₁, ... for weights."""
    if circuit.angle_names:
        return list(circuit.angle_names)
    inputs, weights = range(1, circuit.n_inputs + 1), range(1, circuit.n_weights + 1)
    symbols = [f"φ{number}" for number in inputs] + [f"θ{number}" for number in weights]
    return [symbol.translate(_SUBSCRIPTS) for symbol in symbols]


def angles_in_words(circuit: Drawable) -> str:
    """Say which angles come from the network and which are trained: "inputs x, y; weights theta"."""
    names = angle_names(circuit)
    inputs, weights = names[: circuit.n_inputs], names[circuit.n_inputs :]
    return f"inputs {', '.join(inputs) or 'none'}; weights {', '.join(weights) or 'none'}"


def draw(circuit: Drawable) -> str:
    """Return a line for each qubit, time to the right: ● controls, × swaps, M0, M1, ... are the outputs."""
    wires = [f"q{qubit} |0⟩ " for qubit in range(circuit.n_qubits)]
    width = max(map(len, wires))
    wires = [wire.rjust(width) for wire in wires]
    gaps = [" " * width] * circuit.n_qubits  # gap q is below wire q
    for column in columns(circuit):
        cells: dict[int, str] = {}
        links: set[int] = set()
        for gate in column:
            cells |= _cells(gate, circuit)
            links |= set(range(min(gate.qubits), max(gate.qubits)))
        width = 2 + max(map(len, cells.values()))
        for qubit in range(circuit.n_qubits):
            # A wire between the two of a gate, not one of them, is crossed.
            crossed = "│" if qubit in links and qubit - 1 in links else "─"
            wires[qubit] += cells.get(qubit, crossed).center(width, "─")
            gaps[qubit] += ("│" if qubit in links else " ").center(width)
    for output, qubit in enumerate(circuit.measured):
        wires[qubit] += f"─M{output}"
    lines = [line for both in zip(wires, gaps, strict=True) for line in both]
    return "\n".join(line.rstrip() for line in lines[:-1])


def circuit_html(circuit: Drawable) -> str:
    """Return a circuit's name, angles and drawing as HTML; every text in it is escaped."""
    title = f"<b>{html.escape(circuit.name)}</b>: {html.escape(angles_in_words(circuit))}"
    return f'<div>{title}</div><pre style="line-height: 1.2">{html.escape(draw(circuit))}</pre>'


def gate_text(gate: Gate, circuit: Drawable, *, base: str | None = None) -> str:
    """Return what stands in a gate's box: "H", "Rz(φ₁)"; angles as ``angle_symbols`` names them."""
    kind = base or gate.name
    head = _NAMES.get(kind, kind[0].upper() + kind[1:])
    params = ", ".join(_param_text(param, circuit) for param in gate.params)
    return f"{head}({params})" if params else head


def columns(circuit: Drawable) -> list[list[Gate]]:
    """Return the gates by column, each as far left as the wires it covers allow."""
    free = [0] * circuit.n_qubits
    found: list[list[Gate]] = []
    for gate in circuit.gates:
        covered = range(min(gate.qubits), max(gate.qubits) + 1)
        column = max(free[qubit] for qubit in covered)
        found += [[] for _ in range(column + 1 - len(found))]
        found[column].append(gate)
        for qubit in covered:
            free[qubit] = column + 1
    return found


def _cells(gate: Gate, circuit: Drawable) -> dict[int, str]:
    """Return what stands on each of a gate's wires."""
    if gate.name == "swap":
        return dict.fromkeys(gate.qubits, "×")
    base = CONTROLLED.get(gate.name)
    text = gate_text(gate, circuit, base=base)
    return dict.fromkeys(gate.qubits, text) if base is None else {gate.qubits[0]: "●", gate.qubits[1]: text}


def _param_text(param: float | Angle, circuit: Drawable) -> str:
    if not isinstance(param, Angle):
        return f"{param:.3g}"
    symbol = angle_symbols(circuit)[param.index]
    scale = "" if param.scale == 1 else "−" if param.scale == -1 else f"{param.scale:.3g}"
    scale += " " if scale[-1:].isdigit() and circuit.angle_names else ""
    offset = f"{param.offset:+.3g}" if param.offset else ""
    return f"{scale}{symbol}{offset}"
