"""What a circuit is before it is trained, without noise and with that of a head."""

import functools
from collections.abc import Mapping
from typing import Any

from backends.analysis.trainability.ensemble import ensemble_facts
from backends.analysis.trainability.facts import Noisy, Trainability
from backends.analysis.trainability.gradients import two_design_variance
from backends.analysis.trainability.measure import ideal_gradients, noisy_gradients
from backends.analysis.trainability.sizes import sizes_of
from backends.circuits.catalogue import Member, member_of
from backends.circuits.circuit import Circuit
from backends.circuits.drawing import angle_names
from backends.errors import ChannelsError, CircuitError, ConfigError, TableError
from backends.head import QuantumHead


def trainability_of(
    circuit: Circuit,
    *,
    head: type[QuantumHead] | None = None,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Trainability:
    """Return the gradients of a circuit at random angles, its expressibility and its entangling capability.

    Of a circuit of a family, its circuits of other widths and depths are looked at too.

    Args:
        circuit: The circuit.
        head: The head with whose noise the gradients are computed as well.
        options: Options of the head.
        seed: Of all random angles.

    Raises:
        ConfigError: the head does not take the circuit or the options.
        CircuitError: the circuit is too wide or has no angle, or an angle has no period.
    """
    if not circuit.n_angles:
        raise CircuitError(f"circuit {circuit.name!r}: it has no angle, so there is no gradient; expected one at least")
    if head is not None:
        head.check(circuit, shots=None if head.capabilities.analytic else 1, options=options)
    notes: list[str] = []
    member = member_of(circuit)
    ideal = functools.partial(ideal_gradients, seed=seed)
    expressibility, entanglement = ensemble_facts(circuit, seed=seed)
    return Trainability(
        seed=seed,
        names=angle_names(circuit),
        gradients=ideal(circuit),
        two_design=two_design_variance(circuit.n_qubits),
        expressibility=expressibility,
        entanglement=entanglement,
        sizes=sizes_of(member, ideal, notes, ideal=True) if member else None,
        noisy=None if head is None else _noisy(circuit, member, head, options, seed, notes),
        notes=notes,
    )


def _noisy(
    circuit: Circuit,
    member: Member | None,
    head: type[QuantumHead],
    options: Mapping[str, Any] | None,
    seed: int,
    notes: list[str],
) -> Noisy | None:
    if not head.capabilities.noisy:
        notes.append(f"{head.__name__} has no noise: what holds without noise holds for it")
        return None
    measure = functools.partial(noisy_gradients, head=head, options=options, seed=seed)
    try:
        execution, found = measure(circuit)
    except (ConfigError, ChannelsError, TableError) as error:
        notes.append(f"the gradients with noise are not known: {error}")
        return None
    sizes = sizes_of(member, lambda other: measure(other)[1], notes, ideal=False) if member else None
    return Noisy(execution, found, sizes)
