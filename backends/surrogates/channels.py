"""Heads that compute another head's chain of noisy channels in torch: exact, differentiable, for any number of angles.

After transpilation a noisy circuit is a chain of constant channels with virtual, noise-free rz between. The backend tells
the chain once; torch composes it as real Pauli transfer matrices. The result is compared with the backend's own answers
at fresh random angles before it is used.
"""

import dataclasses
from typing import Any, ClassVar, final

import numpy as np
import torch

from backends.answers import Outcomes
from backends.capabilities import Capabilities
from backends.chain import Chain, Channel
from backends.circuits.circuit import Circuit
from backends.errors import ChannelsError, ConfigError
from backends.head import QuantumHead
from backends.sampling import stream_seed
from backends.surrogates.compile_chain import compile_chain
from backends.surrogates.evolution import Evolution
from backends.surrogates.noisy_light_cone import MOST_QUBITS, relevant_part, unused_angles
from backends.surrogates.surrogate import (
    Built,
    Surrogate,
    SurrogateMaker,
    is_joint,
    tells_chain,
    tells_joint_outcomes,
)
from backends.surrogates.verification import worst_entry

MAX_QUBITS = 8
_MOST_COMPONENTS = 4**9  # of a row, 2 MiB: eight qubits, and one that routing adds
_ROWS = 16  # of the comparison
# Largest difference allowed beyond what the source loses of a row's probability; rounding makes 1e-15. Aer drops small terms
# of a gate's noise, so its joint outcomes add up to less than 1, and none is off by more than what is missing.
_DEVIATION = 1e-10


@final
class ChannelsHead(Surrogate):
    """The chain of channels of a head, computed in torch.

    Attributes:
        response: The chain.
        dead_angles: Angles, counted from 0, that are proven not to matter with this noise.

    Raises:
        ConfigError: the source tells no chain, is too wide, or only samples.
        ChannelsError: the chain does not answer as its source does.
    """

    execution: ClassVar = "channels"
    suffix: ClassVar = "Channels"
    response: Evolution
    dead_angles: tuple[int, ...]

    @classmethod
    def capabilities_for(cls, source: str, able: Capabilities) -> Capabilities:
        """Return the capabilities of any surrogate, for at most ``MAX_QUBITS`` qubits."""
        found = super().capabilities_for(source, able)
        return dataclasses.replace(found, max_qubits=min(found.max_qubits, MAX_QUBITS))

    @classmethod
    def check_source(cls, source: type[QuantumHead], circuit: Circuit, *, shots: int | None) -> None:
        """Check that the source tells a chain and has exact answers to compare it with."""
        if not tells_chain(source):
            raise ConfigError(
                f"{source.__name__}: it does not tell its circuit as a chain of channels; write its _chain, or use "
                "execution = 'table' or 'native'"
            )
        if is_joint(circuit, shots) and not tells_joint_outcomes(source):
            raise ConfigError(
                f"{source.__name__}: it does not say how often each joint outcome occurs, so the {circuit.n_outputs} "
                f"outputs of circuit {circuit.name!r} have nothing that their channels can be compared with; write its "
                "_outcomes, or use execution = 'native'"
            )

    def _built(self, source: QuantumHead, *, joint: bool) -> Built[Evolution]:
        chain = source._chain()
        if not isinstance(chain, Chain) or chain.n_angles != self.circuit.n_angles:
            raise ChannelsError(
                f"{source.name}: expected a Chain of the {self.circuit.n_angles} angles of circuit {self.circuit.name!r}, "
                f"got {chain.n_angles if isinstance(chain, Chain) else type(chain).__name__}"
            )
        if chain.n_qubits > MOST_QUBITS:
            raise ConfigError(
                f"{self.name}: circuit {self.circuit.name!r}, compiled, touches {chain.n_qubits} qubits, at most "
                f"{MOST_QUBITS} are computed; choose neighbouring qubits, or use execution = 'native'"
            )
        part = relevant_part(chain, joint=joint)
        program = compile_chain(part, joint=joint)
        if program.largest > _MOST_COMPONENTS:
            raise ConfigError(
                f"{self.name}: circuit {self.circuit.name!r}, compiled, entangles more than {MAX_QUBITS + 1} qubits: "
                f"{program.largest} components a row, at most {_MOST_COMPONENTS} are computed; choose neighbouring "
                "qubits, or use execution = 'native'"
            )
        response = Evolution(program)
        n_channels = sum(isinstance(step, Channel) for step in chain.steps)
        verification = _verified(source, response, joint=joint, seed=self.seed)
        self.dead_angles = unused_angles(part)
        facts = {
            "kind": "exact",
            "qubits": chain.n_qubits,
            "channels": n_channels,
            "turns": len(program.offsets),
            "components": program.largest,
            "dead_angles": [angle + 1 for angle in self.dead_angles],  # as the paper counts
            "verification": verification,
        }
        return Built(response, facts)


@dataclasses.dataclass(frozen=True)
class Composed(SurrogateMaker):
    """Makes heads that compute an adapter's chains of channels; takes what the adapter's class takes.

    >>> from backends import circuit_named, head_class
    >>> Composed(head_class("fake_ibm"))(circuit_named("eq7"), n_circuits=2)
    ChannelsHead(2 x eq7, exact, autograd)
    """

    kind: ClassVar = ChannelsHead

    def source_shots(self, circuit: Circuit) -> None:
        """Return None: the source is asked for exact probabilities.

        Raises:
            ConfigError: it has none.
        """
        if not self.source.capabilities.analytic:
            raise ConfigError(
                f"{self.source.__name__}: it only samples, so its channels have no exact probabilities to be compared with; "
                "use execution = 'native'"
            )


def _verified(source: QuantumHead, response: Evolution, *, joint: bool, seed: int) -> dict[str, Any]:
    """Return how a response and its source compare at fresh random angles: JSON values, for provenance.

    Raises:
        ChannelsError: they differ by more than what is allowed.
    """
    generator = np.random.default_rng(stream_seed(seed, "verification", 0))
    rows = torch.from_numpy(generator.uniform(-2 * np.pi, 2 * np.pi, (_ROWS, source.circuit.n_angles)))
    with torch.no_grad():
        got = response(rows)
        if tells_joint_outcomes(type(source)):
            outcomes = source.outcome_probabilities(rows)
            expected = outcomes if joint else Outcomes(outcomes, circuits=0, shots=0).margins().p_zero
            lost = (1 - outcomes.sum(dim=1, keepdim=True)).clamp(min=0)
        else:
            expected, lost = source.evaluate(rows, n_shifted=0), torch.zeros(_ROWS, 1, dtype=torch.float64)
    allowed = (_DEVIATION + lost).expand_as(got)
    worst_entry(
        source, rows.numpy(), got.numpy(), expected.numpy(), allowed.numpy(), error=ChannelsError, who="channels",
        says="they say", cause="its _chain is not what it executes",
    )  # fmt: skip
    return {
        "rows": _ROWS,
        "deviation": float((got - expected).abs().max()),
        "allowed": float(allowed.max()),
        "lost_by_the_backend": float(lost.max()),
    }
