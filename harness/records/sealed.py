"""Sealed files: tensors and JSON facts in one safetensors file, with a checksum of both inside. No pickle, either way."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import safetensors
import safetensors.torch
import torch

from backends.file_io import check_regular_file
from harness.errors import DamagedError
from harness.records.disk import MAX_FILE_BYTES, unreadable, write_atomically
from harness.records.envelope import canonical_json

_KEY = "sealed"  # one key of metadata: safetensors writes several in an arbitrary order


class Sealed(NamedTuple):
    """The content of a sealed file."""

    tensors: dict[str, torch.Tensor]
    facts: dict[str, Any]


def write(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> str:
    """Write a sealed file; when this returns, it is on the disk.

    Returns:
        The SHA-256 of its content.

    Raises:
        DiskError: the disk refuses it.
    """
    whole = {name: values.detach().cpu().contiguous() for name, values in tensors.items()}
    checksum = _checksum(whole, facts)
    seal = json.dumps({"facts": facts, "sha256": checksum}, sort_keys=True, allow_nan=False)
    write_atomically(path, safetensors.torch.save(whole, {_KEY: seal}))
    return checksum


def read(path: Path) -> Sealed:
    """Return the content of a sealed file, every bit as it was written.

    Raises:
        DamagedError: the file is missing, damaged, too large, no regular file, or not one of ours.
        StoreError: the file cannot be read.
    """
    try:
        check_regular_file(path, limit=MAX_FILE_BYTES)
        with safetensors.safe_open(path, framework="pt") as file:
            seal = json.loads((file.metadata() or {})[_KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no dict
        facts, expected = seal["facts"], seal["sha256"]
        found = _checksum(tensors, facts)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, KeyError, TypeError, RecursionError, safetensors.SafetensorError) as error:
        raise DamagedError(f"{path} is damaged or not a file of qhb: {type(error).__name__}: {error}") from error
    if found != expected:
        raise DamagedError(f"{path} is damaged: expected SHA-256 {expected}, found {found}")
    return Sealed(tensors, facts)


def _checksum(tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(canonical_json(facts))
    for name, values in sorted(tensors.items()):
        digest.update(f"\n{name} {values.dtype} {tuple(values.shape)}\n".encode())
        digest.update(values.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
