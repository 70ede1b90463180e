"""Reads OpenQASM 2 and 3 with Qiskit's own readers; an error names the line of what cannot be represented."""

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from backends.circuits.circuit import Circuit
from backends.circuits.qiskit import Reader, from_qiskit
from backends.errors import CircuitError, MissingPackageError, did_you_mean, pip_line

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_GATE = re.compile(r"\bgate\s+(\w+)")
_INPUT = re.compile(r"\binput\s+\w+\s*(?:\[[^\]]*\])?\s*(\w+)\s*;")
_VERSION = re.compile(r"\s*OPENQASM\s+(\d+)(?:\.\d+)?\s*;")
_PLACE = re.compile(r"^(['\"]?)(?:<input>:)?(\d+),\d+:\s*(.*)\1$", re.DOTALL)  # some messages are quoted


def loads(text: str, *, where: str, name: str, weights: Sequence[str] = ()) -> Circuit:
    """Return the circuit in an OpenQASM text.

    Measured qubits are those of its ``measure`` statements, by classical bit. The ``input`` variables of OpenQASM 3 are
    the angles, in the order of their declarations, the weights after the others; OpenQASM 2 has none, so its circuits
    are constant.

    Args:
        text: OpenQASM 2 or 3.
        where: Names the text in errors.
        name: Of the circuit.
        weights: Names of the ``input`` variables that are trainable weights of the head; the others come from the
            network.

    Raises:
        CircuitError: it is not OpenQASM, a weight is no ``input`` variable, or it holds what a circuit of ours cannot; with
            file, line and gate.
        MissingPackageError: Qiskit, or its reader of OpenQASM 3, is not installed.
    """
    bare = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    if not bare.strip():
        raise CircuitError(f"{where}:1: expected OpenQASM, got nothing")
    parse = _reader(_version(bare, where), _GATE.findall(bare))
    try:
        circuit = parse(bare)
    except Exception as error:  # the readers raise classes of three packages
        place = _PLACE.match(str(error))
        line = int(place.group(2)) if place else _first_line(bare, lambda prefix: not _parses(parse, prefix))
        reason = place.group(3) if place else str(error) or "it is not well formed"
        raise CircuitError(f"{where}:{line}: Qiskit cannot read it: {reason}") from error
    declared = _INPUT.findall(bare)
    _check_weights(weights, declared, where)
    inputs = [_parameter(circuit, one) for one in declared if one not in weights]
    trained = [_parameter(circuit, one) for one in declared if one in weights]
    try:
        return from_qiskit(circuit, inputs=inputs, weights=trained, name=name, source=where)
    except CircuitError as error:
        line = _first_line(bare, lambda prefix: _is_refused(parse, prefix, [*inputs, *trained]))
        raise CircuitError(f"{where}:{line}: {error}") from error


def _check_weights(weights: Sequence[str], declared: Sequence[str], where: str) -> None:
    known = ", ".join(declared) or "none; OpenQASM 3 declares one as 'input float x;'"
    for weight in weights:
        if weight not in declared:
            raise CircuitError(
                f"{where}: weight {weight!r} is not an input variable of the file: expected one of {known}"
                f"{did_you_mean(weight, declared)}"
            )
    if len(set(weights)) < len(weights):
        raise CircuitError(f"{where}: expected each weight once, got {', '.join(weights)}")


def _version(bare: str, where: str) -> int:
    """Return 2 or 3; without a version statement, which OpenQASM 2 must have, it is 3."""
    if not bare.lstrip().startswith("OPENQASM"):
        return 3
    version = _VERSION.match(bare)
    if version is None or version.group(1) not in ("2", "3"):
        line = bare.count("\n", 0, len(bare) - len(bare.lstrip())) + 1
        raise CircuitError(f"{where}:{line}: expected 'OPENQASM 2.0;' or 'OPENQASM 3.0;' as the first statement")
    return int(version.group(1))


def _reader(version: int, defined: Collection[str]) -> Any:
    try:
        from qiskit import qasm2, qasm3

        if version == 2:
            # Gates that Qiskit writes, though they are not in qelib1.inc; a file's own of that name would be overruled.
            extra = [one for one in qasm2.LEGACY_CUSTOM_INSTRUCTIONS if one.name not in defined]
            return lambda text: qasm2.loads(text, custom_instructions=extra)
        import qiskit_qasm3_import  # noqa: F401  # what qasm3.loads needs
    except ImportError as error:
        raise MissingPackageError(
            f"OpenQASM {version} needs {error.name}, not installed: {pip_line('qiskit')}"
        ) from error
    return qasm3.loads


def _parameter(circuit: Any, name: str) -> Any:
    """Return the circuit's Parameter of that name, or a new one where no gate uses it."""
    from qiskit.circuit import Parameter

    return next((parameter for parameter in circuit.parameters if parameter.name == name), Parameter(name))


class _StatementSpan(NamedTuple):
    line: int
    end: int


def _statements(bare: str) -> list[_StatementSpan]:
    """Return where each statement of a text without comments begins (line, from 1) and ends (offset)."""
    found = []
    depth = begin = 0
    for match in re.finditer(r"[;{}]", bare):
        depth += {"{": 1, "}": -1, ";": 0}[match.group()]
        if depth == 0:
            blank = len(bare[begin : match.end()]) - len(bare[begin : match.end()].lstrip())
            found.append(_StatementSpan(bare.count("\n", 0, begin + blank) + 1, match.end()))
            begin = match.end()
    return found


def _first_line(bare: str, is_wrong: Any) -> int:
    """Return the line of the first statement with which the text up to there is wrong: what is wrong stays wrong."""
    statements = _statements(bare)
    if not statements or not is_wrong(bare[: statements[-1].end]):
        return bare.rstrip().count("\n") + 1  # it only shows at the end: something is missing
    low, high = 0, len(statements) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_wrong(bare[: statements[middle].end]) else (middle + 1, high)
    return statements[low].line


def _parses(parse: Any, prefix: str) -> bool:
    try:
        parse(prefix)
    except Exception:  # see loads
        return False
    return True


def _is_refused(parse: Any, prefix: str, inputs: list[Any]) -> bool:
    """Whether a part of a text that Qiskit can read holds something that we cannot represent."""
    try:
        circuit = parse(prefix)
    except Exception:  # cut inside braces
        return False
    names = {parameter.name: parameter for parameter in circuit.parameters}  # made anew by each parse
    try:
        Reader("", [names.get(one.name, one) for one in inputs]).read(circuit)
    except CircuitError:
        return True
    return False
