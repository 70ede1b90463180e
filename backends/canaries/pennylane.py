"""Canaries of PennyLane."""

import numpy as np
import torch

from backends.adapters.pennylane import PennyLane
from backends.canaries.canary import Canary, Observation
from backends.circuits.circuit import Angle, Circuit, Gate

_ANGLES = (0.4, 1.9)


def _broadcast_gradient() -> Observation:
    """Differentiate a batch of two angles by parameter shift, in PennyLane and in our head."""
    import pennylane as qml

    angles = qml.numpy.array(_ANGLES, requires_grad=True)
    tape = qml.tape.QuantumScript([qml.RX(angles, 0)], [qml.probs(wires=0)])
    try:
        qml.gradients.param_shift(tape)
        found, seen = False, "differentiated a batch"
    except NotImplementedError as error:
        found, seen = True, f"NotImplementedError: {str(error).splitlines()[0]}"
    head = PennyLane(Circuit("rx", 1, 1, (Gate("rx", (0,), (Angle(0),)),)), n_circuits=1)
    given = torch.tensor(_ANGLES, dtype=torch.float64)[:, None, None].requires_grad_()
    head(given).sum().backward()
    expected = -np.sin(_ANGLES) / 2
    covered = given.grad is not None and np.allclose(given.grad.flatten().numpy(), expected, atol=1e-10)
    return Observation(found, seen, covered=bool(covered))


CANARIES = [
    Canary(
        "gradient of a batch",
        ("pennylane",),
        "Parameter shift refuses to differentiate a batch by the batched angles (pennylane#4462, #6078).",
        "the shifted rows are made here, and only forward evaluations are batched",
        "backends/gradients.py",
        _broadcast_gradient,
    )
]
