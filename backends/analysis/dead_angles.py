"""Proofs that angles of a head cannot matter, so that their shifted evaluations may be left out. No guess, no sampling.

A head without noise equals the oracle (the conformance suite sees to that), so what is proven of the ideal circuit holds
for it: by the structure, and by the exact response where that is small enough. A noisy head's own exact response
decides alone, for noise does not commute with everything that an ideal circuit commutes with.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backends.adapters.statevector import Statevector
from backends.analysis.light_cone import dead_angles
from backends.circuits.circuit import Circuit
from backends.errors import CircuitError, ConfigError
from backends.surrogates.build import build
from backends.surrogates.polynomial import Grid, Response

if TYPE_CHECKING:
    from backends.head import QuantumHead

STRUCTURE, RESPONSE, OWN_RESPONSE = "structure", "response", "response with noise"
_MOST_AMPLITUDES = 2**24  # of all points of a grid together: some seconds


def check(kind: "type[QuantumHead]", circuit: Circuit) -> None:
    """Refuse a noisy head whose dead angles could not be proven, before any compute.

    Raises:
        ConfigError: it is not exact, or its response would be too large.
    """
    if not kind.capabilities.noisy:
        return
    if not kind.capabilities.analytic:
        raise ConfigError(
            f"{kind.__name__}: skip_dead_angles needs a proof that holds with noise; it is noisy and only samples, so there "
            "is none; leave skip_dead_angles out"
        )
    try:
        Grid.of(circuit)
    except CircuitError as error:
        raise ConfigError(
            f"{kind.__name__}: skip_dead_angles needs its exact response, noise included; {error}; or leave "
            "skip_dead_angles out"
        ) from error


def proofs_of(head: "QuantumHead") -> dict[int, str]:
    """Return the angles that cannot matter to a head, each with the proof: one of the three words above.

    Executes circuits of a noisy head, which its tally counts as set-up.

    Raises:
        ConfigError: see ``check``.
    """
    check(type(head), head.circuit)
    if head.capabilities.noisy:
        return dict.fromkeys(_own_response(head).dead_angles, OWN_RESPONSE)
    return ideal_proofs(head.circuit)


def ideal_proofs(circuit: Circuit) -> dict[int, str]:
    """Return the angles that cannot matter on an ideal device, each with the proof."""
    proofs = dict.fromkeys(sorted(dead_angles(circuit)), STRUCTURE)
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


def _own_response(head: "QuantumHead") -> Response:
    exact = type(head)(head.circuit, n_circuits=1, shots=None, options=head.options)
    response = build(exact, Grid.of(head.circuit), joint=False, seed=head.seed).response
    for count in (exact.tally.setup, exact.tally.forward):
        count.requested = 0
        head.tally.setup += count
    return response
