"""Circuits by what a person writes: a name of the catalogue, or the path of a file."""

from pathlib import Path

from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit
from backends.errors import CircuitError

SUFFIXES = (".toml", ".qasm")
_MAX_BYTES = 4 << 20


def is_path(text: str) -> bool:
    """Whether a text names a circuit's file rather than one of the catalogue."""
    return text.endswith(SUFFIXES)


def find_circuit(text: str, *, folder: Path = Path()) -> Circuit:
    """Return the circuit that a name of the catalogue or a path stands for.

    Args:
        text: "eq7", "hardware_efficient(n_qubits=4, n_layers=2)", or a path that ends in .toml or .qasm.
        folder: Where relative paths begin.

    Raises:
        CircuitError: no such circuit, or a file that cannot be used.
    """
    return read_circuit(folder / text) if is_path(text) else circuit_named(text)


def read_circuit(path: Path) -> Circuit:
    """Return the circuit in a file; its name is the file's.

    Raises:
        CircuitError: the file cannot be read, or not as a circuit; the message names file, line and gate.
        MissingPackageError: an OpenQASM file, and Qiskit is not installed.
    """
    if path.suffix not in SUFFIXES:
        raise CircuitError(f"{path}: expected a circuit's file that ends in {' or '.join(SUFFIXES)}")
    try:
        content = path.read_bytes()
        if len(content) > _MAX_BYTES:
            raise CircuitError(f"{path}: a circuit's file has at most {_MAX_BYTES} bytes, got {len(content)}")
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CircuitError(f"{path}: the circuit cannot be read: {error}; expected a text file in UTF-8") from error
    if path.suffix == ".toml":
        from backends.circuits.toml import loads

        return loads(text, where=str(path), name=path.name)
    from backends.circuits import qasm

    return qasm.loads(text, where=str(path), name=path.name)
