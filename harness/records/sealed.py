"""Sealed files: tensors and JSON facts in one safetensors file, with a checksum of both inside. No pickle, either way."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import safetensors
import safetensors.torch
import torch

from harness.errors import DamagedError
from harness.records.disk import write_atomically

_KEY = "sealed"  # one key of metadata: safetensors writes several in an arbitrary order


class Sealed(NamedTuple):
    """What a file holds."""

    tensors: dict[str, torch.Tensor]
    facts: dict[str, Any]


def write(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> str:
    """Write a file; when this returns, it is on the disk.

    Returns:
        The SHA-256 of what is in it.
    Raises:
        DiskError: the disk refuses it.
    """
    whole = {name: values.detach().cpu().contiguous() for name, values in tensors.items()}
    digest = _digest(whole, facts)
    seal = json.dumps({"facts": facts, "sha256": digest}, sort_keys=True, allow_nan=False)
    write_atomically(path, safetensors.torch.save(whole, {_KEY: seal}))
    return digest


def read(path: Path) -> Sealed:
    """Return what is in a file, every bit as it was written.

    Raises:
        DamagedError: the file is missing or damaged, or is not one of ours.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            seal = json.loads((file.metadata() or {})[_KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no dict
        facts, expected = seal["facts"], seal["sha256"]
        found = _digest(tensors, facts)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, safetensors.SafetensorError) as error:
        raise DamagedError(f"{path} is damaged or not a file of qhb: {type(error).__name__}: {error}") from error
    if found != expected:
        raise DamagedError(f"{path} is damaged: expected SHA-256 {expected}, found {found}")
    return Sealed(tensors, facts)


def _digest(tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())
    for name, values in sorted(tensors.items()):
        digest.update(f"\n{name} {values.dtype} {tuple(values.shape)}\n".encode())
        digest.update(values.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
