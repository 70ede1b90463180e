"""Which fake IBM devices are installed, read from the folders of qiskit-ibm-runtime without importing it.

So options can be validated in a process that must not import Aer. ``load`` and ``part_of`` alone import the vendor.
"""

import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any

from backends.errors import ConfigError, MissingPackageError, did_you_mean, pip_line

_PACKAGE = "qiskit_ibm_runtime"
_FOLDER = ("fake_provider", "backends")
# Without rx and rzz, the fractional gates: hardware limits their angles, and ours are free.
_BASIS = frozenset({"rz", "sx", "x", "u1", "u2", "u3", "cx", "cz", "ecr", "measure"})


@functools.cache
def devices() -> dict[str, pathlib.Path]:
    """Return the folder of each device, by short name.

    Raises:
        MissingPackageError: qiskit-ibm-runtime is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError(f"fake devices come from {_PACKAGE}, not installed: {pip_line('qiskit')}")
    root = pathlib.Path(spec.submodule_search_locations[0], *_FOLDER)
    return {path.parent.name: path.parent for path in sorted(root.glob("*/props_*.json")) if "_alt" not in path.stem}


def device_name(given: str) -> str:
    """Return the short name of a device: "manila" for manila, fake_manila, ibmq_manila, FakeManila and FakeManilaV2.

    Raises:
        ConfigError: no such device; the message names the nearest, or all where none is near.
    """
    short = re.sub(r"^(fake|ibmq|ibm)_?|(_?v2|backend)$", "", given.lower())
    if short not in devices():
        hint = did_you_mean(short, devices(), cutoff=0.5) or f": expected one of {', '.join(devices())}"
        raise ConfigError(f"unknown device {given!r}{hint}")
    return short


@functools.cache
def device_size(name: str) -> int:
    """Return the number of qubits of the device of that short name."""
    size: int = json.loads((devices()[name] / f"conf_{name}.json").read_text(encoding="utf-8"))["n_qubits"]
    return size


def snapshot(name: str) -> dict[str, str]:
    """Return when the device was calibrated, its data's checksum, and the package, whose releases change the data."""
    conf, props = ((devices()[name] / f"{kind}_{name}.json").read_bytes() for kind in ("conf", "props"))
    return {
        "last_update_date": json.loads(props)["last_update_date"],
        "sha256": hashlib.sha256(conf + props).hexdigest(),
        "package": f"qiskit-ibm-runtime {importlib.metadata.version('qiskit-ibm-runtime')}",
    }


def load(name: str) -> Any:
    """Return the fake device, a ``FakeBackendV2``."""
    module = importlib.import_module(".".join((_PACKAGE, *_FOLDER, name)))
    return next(found for found in vars(module).values() if getattr(found, "backend_name", "") == f"fake_{name}")()


def part_of(target: Any, qubits: Sequence[int]) -> Any:
    """Return the target's usable gates on these physical qubits, which become qubits 0, 1, ... of the part."""
    from qiskit.transpiler import Target

    place = {physical: position for position, physical in enumerate(qubits)}
    part = Target(num_qubits=len(place), qubit_properties=[target.qubit_properties[physical] for physical in qubits])
    for name in sorted(target.operation_names & _BASIS):
        inside = {tuple(place[q] for q in on): known for on, known in target[name].items() if set(on) <= place.keys()}
        if inside:
            part.add_instruction(target.operation_from_name(name), inside)
    return part
