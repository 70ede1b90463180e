'''Circuits as TOML files, in a short form that is read with the standard library alone.

n_qubits = 2
inputs = ["phi", "chi"]        # angles from the network, in this order
weights = ["theta"]            # trainable angles of the head; may be left out
measured = [0, 1]              # each an output p(0); [0] if left out
source = "where it is from"    # may be left out
gates = """
h 0
rz(phi) 0
ry(2*chi + pi/2) 1             # any sum of multiples of angles and numbers
crx(theta) 0 1                 # controls first
"""
'''

import ast
import dataclasses
import json
import math
import operator
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from backends.circuits.affine import Affine, gates_with
from backends.circuits.circuit import Angle, Circuit, Gate, gate_problem
from backends.circuits.drawing import angle_names
from backends.errors import CircuitError

_GATE = re.compile(r"([A-Za-z]\w*)\s*(?:\((.*)\))?((?:[\s,]+\d+)+)")
_OPENING = re.compile(r"""^[ \t]*gates[ \t]*=[ \t]*(?:\"\"\"|''')(\r?\n)?""", re.MULTILINE)
_MAX_LINE = 1000  # characters; Python's own parser is recursive
_KEYS: dict[str, Callable[[Any], bool]] = {
    "n_qubits": lambda value: type(value) is int,
    "inputs": lambda value: _is_list(value, str),
    "weights": lambda value: _is_list(value, str),
    "measured": lambda value: _is_list(value, int),
    "source": lambda value: isinstance(value, str),
    "gates": lambda value: isinstance(value, str),
}
_EXPECTED = {
    "n_qubits": "a whole number",
    "inputs": "a list of names",
    "weights": "a list of names",
    "measured": "a list of qubits",
    "source": "a text",
    "gates": "a text with a gate a line",
}
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def loads(text: str, *, where: str, name: str) -> Circuit:
    """Return the circuit in a TOML text.

    Args:
        text: As in the module's docstring.
        where: Names the text in errors.
        name: Of the circuit.

    Raises:
        CircuitError: with file, line and gate.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CircuitError(f"{where}: not TOML: {error or 'nested too deeply'}") from error
    _check_keys(content, where)
    names = [*content.get("inputs", []), *content.get("weights", [])]
    for angle in names:
        if not _is_angle_name(angle) or names.count(angle) > 1:
            raise CircuitError(f"{where}: angles need names of their own, such as 'phi_1', got {angle!r}")
    index = {angle: number for number, angle in enumerate(names)}
    opening = _OPENING.search(text)
    first = text.count("\n", 0, opening.end()) + 1 if opening else 1
    gates: list[Gate] = []
    for number, line in enumerate(content["gates"].splitlines(), start=first):
        line = line.partition("#")[0].strip()
        if line:
            gates += _gates(line, index, n_qubits=content["n_qubits"], where=f"{where}:{number}")
    try:
        return Circuit(
            name,
            content["n_qubits"],
            len(names),
            tuple(gates),
            measured=tuple(content.get("measured", [0])),
            n_weights=len(content.get("weights", [])),
            source=content.get("source", ""),
            angle_names=tuple(names),
        )
    except CircuitError as error:
        raise CircuitError(f"{where}: {error}") from error


def dumps(circuit: Circuit) -> str:
    """Return the TOML text of a circuit; numbers are written so that they come back with the same bits."""
    names = angle_names(circuit)
    if not all(map(_is_angle_name, names)):  # such as Qiskit's "w[0]"
        names = angle_names(dataclasses.replace(circuit, angle_names=()))
    lines = [f"n_qubits = {circuit.n_qubits}", f"inputs = {json.dumps(names[: circuit.n_inputs])}"]
    if circuit.n_weights:
        lines.append(f"weights = {json.dumps(names[circuit.n_inputs :])}")
    lines.append(f"measured = {list(circuit.measured)}")
    if circuit.source:
        lines.append(f"source = {_quoted(circuit.source)}")
    return "\n".join([*lines, 'gates = """', *(_line(gate, names) for gate in circuit.gates), '"""\n'])


def _is_angle_name(text: str) -> bool:
    return text.isidentifier() and text != "pi"


def _quoted(text: str) -> str:
    # JSON leaves the delete character as it is, and TOML forbids it.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(type(one) is kind for one in value)


def _check_keys(content: Mapping[str, Any], where: str) -> None:
    for key, value in content.items():
        if key not in _KEYS:
            raise CircuitError(f"{where}: unknown key {key!r}: expected {', '.join(_KEYS)}")
        if not _KEYS[key](value):
            raise CircuitError(f"{where}: {key}: expected {_EXPECTED[key]}, got {value!r}")
    missing = [key for key in ("n_qubits", "gates") if key not in content]
    if missing:
        raise CircuitError(f"{where}: missing {' and '.join(missing)}")


def _gates(line: str, index: Mapping[str, int], *, n_qubits: int, where: str) -> tuple[Gate, ...]:
    match = _GATE.fullmatch(line) if len(line) <= _MAX_LINE else None
    if match is None:
        raise CircuitError(f"{where}: expected a gate such as 'h 0' or 'crx(phi/2) 0 1', got {line[:80]!r}")
    name, inside, on = match.groups()
    qubits = tuple(map(int, re.findall(r"\d+", on)))
    try:
        params = [_expression(part, index) for part in inside.split(",")] if inside is not None else []
        problem = gate_problem(Gate(name, qubits, tuple(param.offset for param in params)), n_qubits, len(index))
    except CircuitError as error:
        problem = str(error)
    if problem:
        raise CircuitError(f"{where}: {name} on {qubits}: {problem}")
    return gates_with(name, qubits, params)


def _expression(text: str, index: Mapping[str, int]) -> Affine:
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body, index)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise CircuitError(
            f"cannot read the parameter {text.strip()!r}: {error}; expected a sum of numbers and multiples of angles"
        ) from error
    if not all(map(math.isfinite, (value.offset, *value.slopes.values()))):
        raise CircuitError(f"expected finite parameters, got {text.strip()!r}")
    return value


def _value(node: ast.expr, index: Mapping[str, int]) -> Affine:
    """Return the value of a node of Python's syntax tree, or raise ValueError where it is not an affine expression."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Affine(float(number))
        case ast.Name(id="pi"):
            return Affine(math.pi)
        case ast.Name(id=name) if name in index:
            return Affine(0.0, {index[name]: 1.0})
        case ast.Name(id=name):
            raise ValueError(f"there is no angle {name!r} (angles: {', '.join(index) or 'none'})")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return _scaled(_value(operand, index), -1.0 if isinstance(sign, ast.USub) else 1.0, operator.mul)
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left, right=right):
            return _sum(_value(left, index), _value(right, index), _OPERATORS[type(op)])
        case ast.BinOp(op=ast.Mult() | ast.Div() as op, left=left, right=right):
            one, other = _value(left, index), _value(right, index)
            if isinstance(op, ast.Mult) and not one.slopes:
                one, other = other, one
            if other.slopes:
                raise ValueError("an angle can be multiplied and divided by numbers alone")
            return _scaled(one, other.offset, _OPERATORS[type(op)])
    raise ValueError("only numbers, pi, angles and + - * / can stand here")


def _scaled(value: Affine, by: float, how: Callable[[float, float], float]) -> Affine:
    return Affine(how(value.offset, by), {index: how(slope, by) for index, slope in value.slopes.items()})


def _sum(one: Affine, other: Affine, how: Callable[[float, float], float]) -> Affine:
    indices = sorted({*one.slopes, *other.slopes})
    slopes = {index: how(one.slopes.get(index, 0.0), other.slopes.get(index, 0.0)) for index in indices}
    return Affine(how(one.offset, other.offset), slopes)


def _line(gate: Gate, names: list[str]) -> str:
    params = f"({', '.join(_text(param, names) for param in gate.params)})" if gate.params else ""
    return f"{gate.name}{params} {' '.join(map(str, gate.qubits))}"


def _text(param: float | Angle, names: list[str]) -> str:
    if not isinstance(param, Angle):
        return repr(float(param))
    scaled = names[param.index] if param.scale == 1 else f"{float(param.scale)!r}*{names[param.index]}"
    return f"{scaled} + {float(param.offset)!r}" if param.offset else scaled
