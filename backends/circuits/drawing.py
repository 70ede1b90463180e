"""A circuit in words and in text; harness/report draws it with matplotlib from the same names and columns."""

from backends.circuits.circuit import Angle, Circuit, Gate

CONTROLLED = {"cx": "x", "cz": "z", "cp": "p", "crx": "rx", "cry": "ry", "crz": "rz"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NAMES = {"sdg": "S†", "tdg": "T†", "sx": "√X"}


def drawing(circuit: Circuit) -> str:
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


def gate_text(gate: Gate, circuit: Circuit, *, base: str | None = None) -> str:
    """Return what stands in a gate's box: "H", "Rz(φ₁)"; weights are θ; indices count from 1 as in the paper."""
    kind = base or gate.name
    head = _NAMES.get(kind, kind[0].upper() + kind[1:])
    params = ", ".join(_param_text(param, circuit) for param in gate.params)
    return f"{head}({params})" if params else head


def columns(circuit: Circuit) -> list[list[Gate]]:
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


def _cells(gate: Gate, circuit: Circuit) -> dict[int, str]:
    """Return what stands on each of a gate's wires."""
    if gate.name == "swap":
        return dict.fromkeys(gate.qubits, "×")
    base = CONTROLLED.get(gate.name)
    text = gate_text(gate, circuit, base=base)
    return dict.fromkeys(gate.qubits, text) if base is None else {gate.qubits[0]: "●", gate.qubits[1]: text}


def _param_text(param: float | Angle, circuit: Circuit) -> str:
    if not isinstance(param, Angle):
        return f"{param:.3g}"
    weight = param.index - circuit.n_inputs
    symbol = f"θ{weight + 1}" if weight >= 0 else f"φ{param.index + 1}"
    scale = "" if param.scale == 1 else "−" if param.scale == -1 else f"{param.scale:.3g}"
    offset = f"{param.offset:+.3g}" if param.offset else ""
    return f"{scale}{symbol.translate(_SUBSCRIPTS)}{offset}"
