"""Response tables: heads that answer in the place of another head, whose backend runs a grid of circuits once.

A table is built through the head's own path, noise and readout included, and compared with it at fresh random angles.
An exact head gives an exact table, whose shots are drawn binomially; a head that only samples gives an estimate, and the
provenance says so.
"""

import copy
import dataclasses
from collections.abc import Collection
from typing import ClassVar, final

from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import idle_angles, structurally_dead_angles
from backends.errors import ConfigError, TableError
from backends.head import QuantumHead
from backends.surrogates.build import build
from backends.surrogates.noisy_light_cone import MOST_QUBITS, relevant_part, unused_angles
from backends.surrogates.polynomial import Grid, Response
from backends.surrogates.surrogate import (
    Built,
    Surrogate,
    SurrogateMaker,
    is_joint,
    tells_chain,
    tells_joint_outcomes,
)
from backends.tally import Tally

_MAX_VALUES = 2**22  # grid points x joint outcomes, 32 MiB
_ESTIMATE_SHOTS = 2**22  # of all points of an estimate together
_LEAST_ESTIMATE_SHOTS = 10_000  # of one point: a standard error of at most 0.005
_MOST_ESTIMATE_SHOTS = 2**17  # of one point: 0.0014, a tenth of what 1,000 shots have


@final
class ResponseTable(Surrogate):
    """A response table that answers in the place of a head.

    The source is asked at the grid's points: exact, or with shots enough for an estimate.

    Attributes:
        response: The polynomial that answers.

    Raises:
        ConfigError: the circuit has no table of an allowed size, or the source is a surrogate.
        TableError: the table does not answer as its source does.
    """

    execution: ClassVar = "table"
    suffix: ClassVar = "Table"
    response: Response

    @classmethod
    def check_source(cls, source: type[QuantumHead], circuit: Circuit, *, shots: int | None) -> None:
        """Check that there is a table of an allowed size, and that the source tells joint outcomes where these are shared."""
        n_points = largest_grid(source, circuit, joint=is_joint(circuit, shots)).n_points
        if not is_joint(circuit, shots):
            return
        if not tells_joint_outcomes(source):
            raise ConfigError(
                f"{source.__name__}: it does not say how often each joint outcome occurs, so the {circuit.n_outputs} "
                f"outputs of circuit {circuit.name!r} cannot share their shots in a table; write its _outcomes, or use "
                "execution = 'native'"
            )
        if n_points * 2**circuit.n_outputs > _MAX_VALUES:
            raise ConfigError(
                f"{source.__name__}: a response table of circuit {circuit.name!r} has {n_points} points x "
                f"{2**circuit.n_outputs} joint outcomes, at most {_MAX_VALUES} values are allowed; measure fewer qubits, "
                "or use execution = 'native'"
            )

    def without_shots(self) -> "ResponseTable":
        """Return a table that answers with the probabilities that this one draws its shots from."""
        twin = copy.deepcopy(self)
        twin.shots = None
        twin.tally, twin.n_evaluated = Tally(), 0
        if is_joint(self.circuit, self.shots):
            twin.response = self.response.margins()
        return twin

    def _built(self, source: QuantumHead, *, joint: bool) -> Built[Response]:
        return response_of(source, joint=joint, seed=self.seed)


@dataclasses.dataclass(frozen=True)
class Tabulated(SurrogateMaker):
    """Makes the response tables of an adapter's heads; takes what the adapter's class takes.

    >>> from backends import circuit_named, head_class
    >>> Tabulated(head_class("statevector"))(circuit_named("eq7"), n_circuits=2)
    ResponseTable(2 x eq7, exact, autograd)
    """

    kind: ClassVar = ResponseTable

    def source_shots(self, circuit: Circuit) -> int | None:
        """Return the shots of each point of the grid; None for a head that is exact.

        Raises:
            ConfigError: there are so many points that each would have too few shots.
        """
        if self.source.capabilities.analytic:
            return None
        try:
            # It has shots: with several outputs it needs joint outcomes, and with one these are all there is.
            return estimate_shots(circuit, dead=_dead_if_ideal(self.source, circuit, joint=True))
        except ConfigError as error:
            raise ConfigError(
                f"{self.source.__name__}: it only samples, and {error}; use fewer angles, or execution = 'native'"
            ) from error


def largest_grid(source: type[QuantumHead], circuit: Circuit, *, joint: bool) -> Grid:
    """Return the grid that a head's table has at most: what is known of the head before it is made.

    Args:
        source: The head.
        circuit: The circuit.
        joint: Whether the table has the joint outcomes of the measured qubits, or p(0) of each.

    Raises:
        CircuitError: as ``Grid.of``.
    """
    return Grid.of(circuit, dead=_dead_if_ideal(source, circuit, joint=joint))


def response_of(source: QuantumHead, *, joint: bool, seed: int) -> Built[Response]:
    """Return the response of a head; angles that are proven not to matter need no points of its grid.

    The chain of a noisy head proves it, and the head itself is asked at fresh random values of all its angles: where it
    differs, as it does by what a backend rounds or where the chain is not what it executes, the grid has all angles.

    Args:
        source: The head.
        joint: As of ``largest_grid``.
        seed: Seed of the fresh angles.

    Raises:
        CircuitError: as ``Grid.of``.
        TableError: the response and the head differ.
    """
    whole = largest_grid(type(source), source.circuit, joint=joint)
    grid = Grid.of(source.circuit, dead=_dead_by_chain(source, joint=joint)) if source.capabilities.noisy else whole
    if grid != whole:
        try:
            return build(source, grid, joint=joint, seed=seed)
        except TableError:
            pass
    return build(source, whole, joint=joint, seed=seed)


def _dead_if_ideal(source: type[QuantumHead], circuit: Circuit, *, joint: bool) -> frozenset[int]:
    if source.capabilities.noisy:  # noise spoils the proofs
        return frozenset()
    return idle_angles(circuit) if joint else structurally_dead_angles(circuit)


def _dead_by_chain(source: QuantumHead, *, joint: bool) -> tuple[int, ...]:
    if not tells_chain(type(source)):
        return ()
    chain = source._chain()
    fits = chain.n_angles == source.circuit.n_angles and chain.n_qubits <= MOST_QUBITS
    return unused_angles(relevant_part(chain, joint=joint)) if fits else ()


def estimate_shots(circuit: Circuit, *, dead: Collection[int] = ()) -> int:
    """Return the shots of each point of the grid when a table is estimated from samples.

    Args:
        circuit: The circuit.
        dead: Angles that are known not to matter; they need no points.

    Raises:
        ConfigError: there are so many points that each would have too few shots.
    """
    n_points = Grid.of(circuit, dead=dead).n_points
    shots = min(_MOST_ESTIMATE_SHOTS, _ESTIMATE_SHOTS // n_points)
    if shots < _LEAST_ESTIMATE_SHOTS:
        raise ConfigError(
            f"the response table of circuit {circuit.name!r} has {n_points} points; an estimate has at most "
            f"{_ESTIMATE_SHOTS // _LEAST_ESTIMATE_SHOTS}, with {_LEAST_ESTIMATE_SHOTS} shots or more each"
        )
    return shots
