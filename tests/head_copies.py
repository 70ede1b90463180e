"""Copies of a head, made in each way that a user may copy or keep one."""

import copy
import io
import pickle

import torch

from backends.head import QuantumHead


def copies_of(head: QuantumHead) -> list[QuantumHead]:
    """Return copies by pickle, by deepcopy, and by torch.save as part of a model."""
    file = io.BytesIO()
    torch.save(torch.nn.Sequential(head), file)
    file.seek(0)
    return [
        pickle.loads(pickle.dumps(head)),
        copy.deepcopy(head),
        torch.load(file, weights_only=False)[0],  # our own bytes
    ]
