"""Channels on four fake devices against density matrices in NumPy that share no step with the head.

20 circuits in ``tox -e properties``, one for each device otherwise.
"""

import numpy as np
import pytest
import torch
from hypothesis import settings
from noisy_evolution import NoisyEvolution

from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.registry import head_class
from backends.surrogates.channels import Composed

DEVICES = ("manila", "singapore", "sherbrooke", "torino")  # cx; u1, u2, u3; ecr; cz
SEEDS = range(20) if settings.get_current_profile_name() == "thorough" else range(4)
ALLOWED = 1e-8


def random_circuit(seed: int) -> Circuit:
    """Return a circuit of 2 to 5 neighbouring qubits, 2 inputs and 3 weights in gates of every kind, 1 to 3 outputs."""
    generator = np.random.default_rng(seed)
    n_qubits = int(generator.integers(2, 6))
    gates = []
    for name in generator.choice(sorted(GATES), size=12):
        kind = GATES[name]
        first = int(generator.integers(0, n_qubits - kind.n_qubits + 1))
        qubits = list(range(first, first + kind.n_qubits))
        generator.shuffle(qubits)
        params = tuple(
            Angle(
                int(generator.integers(0, 5)),
                float(generator.choice([1.0, -0.5, 2.0])),
                float(generator.uniform(-3, 3)),
            )
            for _ in range(kind.n_params)
        )
        gates += [
            Gate("ry", (qubits[0],), (Angle(int(generator.integers(0, 5))),)),
            Gate(str(name), tuple(qubits), params),
        ]
    measured = tuple(generator.permutation(n_qubits)[: generator.integers(1, min(3, n_qubits) + 1)].tolist())
    return Circuit(f"random {seed}", n_qubits, 5, tuple(gates), measured, n_weights=3)


@pytest.mark.parametrize("seed", SEEDS)
def test_channels_are_the_noisy_circuit(seed):
    """Joint outcomes and p(0) to 1e-8, and the derivative along a random direction against five points."""
    circuit, device = random_circuit(seed), DEVICES[seed % len(DEVICES)]
    truth = NoisyEvolution(circuit, device)
    generator = np.random.default_rng(seed)
    row, direction = generator.uniform(-3, 3, (2, circuit.n_angles))
    factory = Composed(head_class("fake_ibm"))
    exact = factory(circuit, n_circuits=1, options={"device": device})
    joint = factory(circuit, n_circuits=1, shots=1, options={"device": device}).response(torch.from_numpy(row[None]))
    given = torch.from_numpy(row[None]).requires_grad_()
    got = exact.response(given)
    mixture = torch.from_numpy(generator.uniform(0.5, 1, got.shape))
    (gradient,) = torch.autograd.grad((got * mixture).sum(), given)

    assert np.abs(got.detach().numpy()[0] - truth.p_zero(row)).max() < ALLOWED
    if circuit.n_outputs > 1:
        assert np.abs(joint.numpy()[0] - truth.outcomes(row)).max() < ALLOWED
    step = 1e-2  # the five points are off by step**4 / 30 of the fifth derivative, and by rounding / step
    near, far = (truth.p_zero(row + k * step * direction) - truth.p_zero(row - k * step * direction) for k in (1, 2))
    expected = ((8 * near - far) / (12 * step)) @ mixture.numpy()[0]
    fastest = sum(
        abs(param.scale * direction[param.index])
        for gate in circuit.gates
        for param in gate.params
        if isinstance(param, Angle)
    )
    assert abs(float(gradient[0] @ torch.from_numpy(direction)) - expected) < step**4 / 30 * fastest**5 + 1e-10 / step
