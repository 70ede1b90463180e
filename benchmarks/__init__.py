"""asv suite. Helpers stand here, benchmarks in files named after what they measure; no asserts."""

import torch

from backends import circuit_named, head_class

N_CIRCUITS = 10


def angles(batch):
    """Angles as the network hands them to a head, radians, shape (batch, 10, 4); the same in every run."""
    generator = torch.Generator().manual_seed(1)
    values = torch.empty(batch, N_CIRCUITS, 4).uniform_(-3.0, 3.0, generator=generator)
    return values.requires_grad_()


def head(name, circuit="eq7", **options):
    """A head, or NotImplementedError (asv: skipped) where its SDK is missing."""
    try:
        return head_class(name)(circuit_named(circuit), n_circuits=N_CIRCUITS, **options)
    except ImportError as error:
        raise NotImplementedError(str(error)) from error
