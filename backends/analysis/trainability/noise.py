"""The exact noisy head whose gradients are looked at: what answers in a backend's place."""

from collections.abc import Mapping
from typing import Any

from backends.circuits.circuit import Circuit
from backends.errors import ConfigError
from backends.head import QuantumHead
from backends.surrogates.choice import factory_for, fastest_exact
from backends.surrogates.surrogate import Surrogate


def noisy_surrogate(head: type[QuantumHead], circuit: Circuit, options: Mapping[str, Any] | None) -> Surrogate:
    """Return a head's exact response, noise included, which torch differentiates.

    Raises:
        ConfigError: the head does not take the circuit or the options, or has neither table nor channels.
        TableError, ChannelsError: the response is not the head's.
    """
    head.check(circuit, shots=None if head.capabilities.analytic else 1, options=options)
    execution = fastest_exact(head, circuit, shots=None, options=options)
    if execution == "native":
        raise ConfigError(
            f"{head.__name__}: it has neither an exact table nor channels for circuit {circuit.name!r} "
            f"({circuit.n_qubits} qubits, {circuit.n_angles} angles), so its exact derivatives are not known"
        )
    made = factory_for(head, execution)(circuit, n_circuits=1, options=options)
    assert isinstance(made, Surrogate)
    return made
