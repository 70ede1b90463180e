"""Response tables: heads that answer in the place of another head, whose backend runs a grid of circuits once.

A table is built through the head's own path, noise and readout included, and compared with it at fresh random angles.
An exact head gives an exact table, whose shots are drawn binomially; a head that only samples gives an estimate, and the
provenance says so.
"""

import dataclasses
import time
from collections.abc import Collection, Mapping
from typing import Any, final

import torch

from backends.answers import Executed
from backends.capabilities import Capabilities, HeadOptions, check_circuit_and_shots
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import idle_angles, structurally_dead_angles
from backends.errors import ConfigError
from backends.gradients import ShiftRule
from backends.head import QuantumHead
from backends.sampling import sample_frequencies, sample_zeros
from backends.surrogates.build import build
from backends.surrogates.polynomial import Grid
from backends.tally import Count

_MAX_VALUES = 2**22  # grid points x joint outcomes, 32 MiB
_ESTIMATE_SHOTS = 2**22  # of all points of an estimate together
_LEAST_ESTIMATE_SHOTS = 10_000  # of one point: a standard error of at most 0.005
_MOST_ESTIMATE_SHOTS = 2**17  # of one point: 0.0014, a tenth of what 1,000 shots have


@final
class ResponseTable(QuantumHead):
    """A response table that answers in the place of a head.

    Args:
        source: The head that is asked at the grid's points: exact, or with shots enough for an estimate
            (``source_shots``). Its circuit and options become the table's. The table does not keep it.
        n_circuits: As of any head; ``shots``, ``seed``, ``shift_rule`` and ``skipped`` as well.

    Attributes:
        response: The polynomial that answers.

    Raises:
        ConfigError: the circuit has no table of an allowed size, or the source is a table.
        TableError: the table does not answer as its source does.
    """

    def __init__(
        self,
        source: QuantumHead,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        skipped: Mapping[int, str] | None = None,
    ) -> None:
        self._name = _name_of_table(source.name)
        self._capabilities = _capabilities_of_table(source.name, source.capabilities)
        _check_joint_outcomes(type(source), source.circuit, shots=shots)
        super().__init__(
            source.circuit,
            n_circuits=n_circuits,
            shots=shots,
            seed=seed,
            shift_rule=shift_rule,
            options=source.options,
            skipped=skipped,
        )
        started = time.perf_counter()
        with source.counting() as made:
            joint = _is_joint(self.circuit, shots)
            grid = _grid(self.circuit, noisy=source.capabilities.noisy, joint=joint)
            built = build(source, grid, joint=joint, seed=seed)
        seconds = time.perf_counter() - started
        self.count_setup(Count(executed=made.forward.executed, shots=made.forward.shots, seconds=seconds))
        self.response = built.response
        self._provenance = {"execution": "table", **built.facts, "source": source.provenance()}

    @property
    def name(self) -> str:
        """The source's name with "Table" behind it. Messages and shot streams use it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:  # type: ignore[override]  # the source decides, not the class
        """What the source can do, answered without its backend."""
        return self._capabilities

    def _checked_settings(
        self, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None
    ) -> HeadOptions:
        assert isinstance(options, HeadOptions)  # the source's, checked when that was made
        check_circuit_and_shots(self.name, self.capabilities, circuit, shots=shots)
        return options

    def _prepare(self) -> None:
        """Nothing: the source was compiled when it was made."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        values = self.response(rows)
        if self.shots is None:
            return Executed(values, circuits=0, shots=0)
        draw = sample_zeros if self.circuit.n_outputs == 1 else sample_frequencies
        return Executed(
            draw(values, shots=self.shots, seed=self.shot_seed(first_evaluation)),
            circuits=0,
            shots=len(rows) * self.shots,
        )

    def provenance(self) -> dict[str, Any]:
        """Return how the table was made and how well it fits, and the provenance of the head that it stands for."""
        return self._provenance


@dataclasses.dataclass(frozen=True)
class Tabulated:
    """Makes the response tables of an adapter's heads; takes what the adapter's class takes.

    >>> from backends import circuit_named, head_class
    >>> Tabulated(head_class("statevector"))(circuit_named("eq7"), n_circuits=2)
    ResponseTable(2 x eq7, exact, autograd)

    Raises:
        ConfigError: the class is one of response tables.
    """

    source: type[QuantumHead]

    def __post_init__(self) -> None:
        if not isinstance(self.source, type) or issubclass(self.source, ResponseTable):
            raise ConfigError(
                f"{self.source.__name__} is a response table already; tabulate the head that it stands for"
            )

    @property
    def __name__(self) -> str:
        return _name_of_table(self.source.__name__)

    @property
    def capabilities(self) -> Capabilities:
        """What a table of this head can do."""
        return _capabilities_of_table(self.source.__name__, self.source.capabilities)

    @property
    def noiseless_options(self) -> Mapping[str, Any]:
        """As of the head."""
        return self.source.noiseless_options

    def check(
        self, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        """Check as the head does, and that the circuit has a table of an allowed size; return the options.

        Raises:
            ConfigError: as the head's own, or there is no such table.
        """
        checked = self.source.check(circuit, shots=shots, options=options)
        asked_shots = source_shots(self.source, circuit, joint=_is_joint(circuit, shots))
        self.source.check(circuit, shots=asked_shots, options=checked)
        _grid(circuit, noisy=self.capabilities.noisy, joint=_is_joint(circuit, shots))
        _check_joint_outcomes(self.source, circuit, shots=shots)
        return checked

    def __call__(
        self,
        circuit: Circuit,
        *,
        n_circuits: int = 10,
        shots: int | None = None,
        seed: int = 0,
        shift_rule: ShiftRule = "exact",
        options: Mapping[str, Any] | HeadOptions | None = None,
        skipped: Mapping[int, str] | None = None,
    ) -> ResponseTable:
        """Return a response table of a head that is made for it; see ``QuantumHead`` and ``ResponseTable``."""
        checked = self.check(circuit, shots=shots, options=options)
        asked_shots = source_shots(self.source, circuit, joint=_is_joint(circuit, shots))
        source = self.source(circuit, n_circuits=1, shots=asked_shots, seed=seed, options=checked)
        return ResponseTable(
            source, n_circuits=n_circuits, shots=shots, seed=seed, shift_rule=shift_rule, skipped=skipped
        )


HeadFactory = type[QuantumHead] | Tabulated
"""What makes heads of one kind: an adapter's class, or the maker of its response tables."""


def source_shots(source: type[QuantumHead], circuit: Circuit, *, joint: bool) -> int | None:
    """Return the shots of each point of the grid; None for a head that is exact.

    Raises:
        ConfigError: there are so many points that each would have too few shots.
    """
    if source.capabilities.analytic:
        return None
    try:
        return estimate_shots(circuit, dead=_dead(circuit, noisy=source.capabilities.noisy, joint=joint))
    except ConfigError as error:
        raise ConfigError(
            f"{source.__name__}: it only samples, and {error}; use fewer angles, or execution = 'native'"
        ) from error


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


def _grid(circuit: Circuit, *, noisy: bool, joint: bool) -> Grid:
    return Grid.of(circuit, dead=_dead(circuit, noisy=noisy, joint=joint))


def _dead(circuit: Circuit, *, noisy: bool, joint: bool) -> frozenset[int]:
    """Return the angles that need no points because the structure proves that they do not matter; noise spoils the proof."""
    if noisy:
        return frozenset()
    return idle_angles(circuit) if joint else structurally_dead_angles(circuit)


def _name_of_table(source: str) -> str:
    return f"{source}Table"


def _capabilities_of_table(source: str, able: Capabilities) -> Capabilities:
    if able.tabulated:
        raise ConfigError(f"{source} is a response table already; tabulate the head that it stands for")
    return dataclasses.replace(able, autograd=able.analytic, multicore=False, tabulated=True)


def _check_joint_outcomes(source: type[QuantumHead], circuit: Circuit, *, shots: int | None) -> None:
    """Check that the source tells joint outcomes where outputs share their shots, and that their table is not too large."""
    if not _is_joint(circuit, shots):
        return
    if source._outcomes is QuantumHead._outcomes:
        raise ConfigError(
            f"{source.__name__}: it does not say how often each joint outcome occurs, so the {circuit.n_outputs} "
            f"outputs of circuit {circuit.name!r} cannot share their shots in a table; write its _outcomes, or use "
            "execution = 'native'"
        )
    n_points = _grid(circuit, noisy=source.capabilities.noisy, joint=True).n_points
    if n_points * 2**circuit.n_outputs > _MAX_VALUES:
        raise ConfigError(
            f"{source.__name__}: a response table of circuit {circuit.name!r} has {n_points} points x "
            f"{2**circuit.n_outputs} joint outcomes, at most {_MAX_VALUES} values are allowed; measure fewer qubits, "
            "or use execution = 'native'"
        )


def _is_joint(circuit: Circuit, shots: int | None) -> bool:
    """Whether the joint outcomes are needed: several outputs share their shots."""
    return shots is not None and circuit.n_outputs > 1
