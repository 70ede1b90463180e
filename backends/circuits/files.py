"""Finds a circuit by its name in the catalogue or by the path of a file."""

from collections.abc import Sequence
from pathlib import Path

from backends.circuits import qasm, toml
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.errors import CircuitError
from backends.file_io import read_regular_file

SUFFIXES = (".toml", ".qasm")
_MAX_BYTES = 4 << 20


def is_path(text: str) -> bool:
    """Whether a text names a circuit's file rather than one of the catalogue."""
    return text.endswith(SUFFIXES)


def find_circuit(text: str, *, folder: Path = Path(), weights: Sequence[str] = ()) -> Circuit:
    """Return the circuit that a name of the catalogue or a path stands for.

    Args:
        text: "eq7", "hardware_efficient(n_qubits=4, n_layers=2)", or a path that ends in .toml or .qasm.
        folder: Where relative paths begin.
        weights: Of an OpenQASM file; see ``read_circuit``.

    Raises:
        CircuitError: no such circuit, or a file that cannot be used.
    """
    if is_path(text):
        return read_circuit(folder / text, weights=weights)
    if weights:
        raise CircuitError(
            f"circuit {text!r} says itself which angles are weights; leave weights = {list(weights)} out"
        )
    return circuit_named(text)


def read_circuit(path: Path | str, *, weights: Sequence[str] = ()) -> Circuit:
    """Return the circuit in a .toml file (of ours) or a .qasm file (OpenQASM 2 or 3); its name is the file's.

    Args:
        path: The file.
        weights: Which ``input`` variables of an OpenQASM 3 file are trainable weights of the head; the others are
            inputs, which come from the network. A .toml file says so itself.

    Raises:
        CircuitError: the file cannot be read, or not as a circuit; the message names file, line and gate.
        MissingPackageError: an OpenQASM file, and Qiskit is not installed.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise CircuitError(f"{path}: expected a circuit's file that ends in {' or '.join(SUFFIXES)}")
    try:
        text = read_regular_file(path, limit=_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CircuitError(
            f"{path}: the circuit cannot be read: {reason}; expected a text file in UTF-8 of at most {_MAX_BYTES} bytes"
        ) from error
    if path.suffix == ".qasm":
        return qasm.loads(text, where=str(path), name=path.name, weights=weights)
    if weights:
        raise CircuitError(f"{path}: a .toml file lists its weights itself; leave weights = {list(weights)} out")
    return toml.loads(text, where=str(path), name=path.name)
