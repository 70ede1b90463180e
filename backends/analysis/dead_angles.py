"""Proofs that angles of a head cannot matter, so that their shifted evaluations may be left out. Nothing is guessed.

A head without noise equals the oracle (the conformance suite checks that), so what is proven of the ideal circuit holds
for it: by the structure, and by the exact response where that is small enough. For a noisy head only its own exact
response counts, since noise does not commute with everything that an ideal circuit commutes with.
"""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from backends.adapters.statevector import Statevector
from backends.capabilities import HeadOptions
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import structurally_dead_angles
from backends.errors import CircuitError, ConfigError
from backends.gradients import ShiftRule
from backends.head import QuantumHead, gradient_of
from backends.surrogates.build import build
from backends.surrogates.channels import ChannelsHead, Composed
from backends.surrogates.polynomial import Grid, Response
from backends.surrogates.surrogate import HeadFactory
from backends.surrogates.table import ResponseTable, response_of
from backends.tally import Count

STRUCTURE, RESPONSE, OWN_RESPONSE = "structure", "response", "response with noise"
OWN_CHANNELS = "channels with noise"
_MOST_AMPLITUDES = 2**24  # of all points of a grid together: some seconds


@dataclasses.dataclass(frozen=True)
class Proofs:
    """Angles that cannot matter to a head.

    Attributes:
        by_angle: The proof of each, one of the words above.
        cost: What the head's backend executed for them.
    """

    by_angle: Mapping[int, str]
    cost: Count


def check(factory: HeadFactory, circuit: Circuit) -> None:
    """Refuse a noisy head whose dead angles could not be proven, before any compute.

    Raises:
        ConfigError: the head has no exact mode, or its response would be too large.
    """
    if not factory.capabilities.noisy:
        return
    if not factory.capabilities.analytic:
        raise ConfigError(
            f"{factory.__name__}: skip_dead_angles needs a proof that holds with noise; it is noisy and only samples, so "
            "there is none; leave skip_dead_angles out"
        )
    if isinstance(factory, Composed):
        return
    try:
        Grid.of(circuit)
    except CircuitError as error:
        raise ConfigError(
            f"{factory.__name__}: skip_dead_angles needs its exact response, noise included; {error}; or leave "
            "skip_dead_angles out"
        ) from error


def head_without_dead_angles(
    factory: HeadFactory,
    circuit: Circuit,
    *,
    n_circuits: int = 10,
    shots: int | None = None,
    seed: int = 0,
    shift_rule: ShiftRule = "exact",
    options: Mapping[str, Any] | HeadOptions | None = None,
) -> QuantumHead:
    """Return a head that leaves out the shifted evaluations of angles that cannot matter, as ``factory`` makes it.

    What the proofs cost is in the head's ``tally.setup``. A head that torch differentiates makes no shifted evaluations,
    so nothing is proven for it.

    Raises:
        ConfigError: as ``factory``, or see ``check``.
    """
    make = functools.partial(
        factory, circuit, n_circuits=n_circuits, shots=shots, seed=seed, shift_rule=shift_rule, options=options
    )
    if gradient_of(factory.capabilities, shots=shots, shift_rule=shift_rule) == "autograd":
        return make()
    checked = factory.check(circuit, shots=shots, options=options)
    proofs = proofs_for(factory, circuit, options=checked, seed=seed)
    head = make(skipped=proofs.by_angle)
    head.count_setup(proofs.cost)
    return head


def proofs_for(factory: HeadFactory, circuit: Circuit, *, options: HeadOptions, seed: int) -> Proofs:
    """Return the angles that cannot matter to a head, each with its proof. A noisy head's backend executes circuits.

    Raises:
        ConfigError: see ``check``.
    """
    check(factory, circuit)
    if not factory.capabilities.noisy:
        return Proofs(ideal_proofs(circuit), Count())
    exact = factory(circuit, n_circuits=1, shots=None, options=options)
    if isinstance(exact, ChannelsHead):
        return Proofs(dict.fromkeys(exact.dead_angles, OWN_CHANNELS), exact.tally.setup)
    if isinstance(exact, ResponseTable):
        return Proofs(dict.fromkeys(exact.response.dead_angles, OWN_RESPONSE), exact.tally.setup)
    with exact.counting() as made:
        response = response_of(exact, joint=False, seed=seed).response
    return Proofs(dict.fromkeys(response.dead_angles, OWN_RESPONSE), dataclasses.replace(made.forward, requested=0))


def structural_proofs(circuit: Circuit) -> dict[int, str]:
    """Return the angles that the structure alone proves dead on an ideal device, each with that proof."""
    return dict.fromkeys(sorted(structurally_dead_angles(circuit)), STRUCTURE)


def ideal_proofs(circuit: Circuit) -> dict[int, str]:
    """Return the angles that cannot matter on an ideal device, each with the proof."""
    proofs = structural_proofs(circuit)
    try:
        response = ideal_response(circuit, dead=proofs)
    except ConfigError:
        return proofs
    return dict.fromkeys(response.dead_angles, RESPONSE) | proofs


def ideal_response(circuit: Circuit, *, dead: Mapping[int, str]) -> Response:
    """Return the exact response on an ideal device, compared with the device at random angles.

    Args:
        circuit: The circuit.
        dead: Angles that are known not to matter.

    Raises:
        ConfigError: it is too large.
    """
    grid = Grid.of(circuit, dead=dead.keys())
    n_amplitudes = grid.n_points * 2**circuit.n_qubits
    if n_amplitudes > _MOST_AMPLITUDES:
        raise CircuitError(
            f"circuit {circuit.name!r}: {grid.n_points} points of {circuit.n_qubits} qubits are {n_amplitudes} amplitudes, "
            f"at most {_MOST_AMPLITUDES} are computed"
        )
    return build(Statevector(circuit, n_circuits=1), grid, joint=False, seed=0).response
