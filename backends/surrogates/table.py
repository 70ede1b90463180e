"""Heads that answer from a response table: the vendor's circuits run once, on a grid, and never in a step.

The table is built through the head's own path, noise and readout included, and compared with it at fresh random angles.
Exact heads give an exact table, whose shots are drawn binomially; heads that only sample give an estimate, labelled so.
"""

import functools
import time
from collections.abc import Mapping
from typing import Any, ClassVar, cast

import torch

from backends.circuits.circuit import Circuit
from backends.errors import ConfigError
from backends.head import Capabilities, Executed, HeadOptions, QuantumHead
from backends.sampling import sample_frequencies, sample_zeros
from backends.surrogates.build import build
from backends.surrogates.polynomial import Grid
from backends.tally import Count

_MAX_VALUES = 2**22  # grid points x joint outcomes, 32 MiB
_ESTIMATE_SHOTS = 2**22  # of all points of an estimate together
_LEAST_ESTIMATE_SHOTS = 10_000  # of one point: a standard error of at most 0.005
_MOST_ESTIMATE_SHOTS = 2**17  # of one point: 0.0014, a tenth of what 1,000 shots have


class ResponseTable(QuantumHead):
    """A head's response table in the head's place. Its classes come from ``table_of``.

    Attributes:
        source: The head that is tabulated; its options are the table's options.
        response: The polynomial that answers.
    """

    source: ClassVar[type[QuantumHead]]

    @classmethod
    def check(
        cls, circuit: Circuit, *, shots: int | None, options: Mapping[str, Any] | HeadOptions | None = None
    ) -> HeadOptions:
        """Validate as the tabulated head does, and that the circuit has a table of an allowed size.

        Raises:
            ConfigError: as the head's own, or there is no such table.
        """
        checked = cls.source.check(circuit, shots=shots, options=options)
        cls.source.check(circuit, shots=_source_shots(cls.source, circuit), options=checked)
        grid = Grid.of(circuit)
        if _is_joint(circuit, shots):
            if cls.source._outcomes is QuantumHead._outcomes:
                raise ConfigError(
                    f"{cls.source.__name__}: it does not say how often each joint outcome occurs, so the {circuit.n_outputs} "
                    f"outputs of circuit {circuit.name!r} cannot share their shots in a table; write its _outcomes, or use "
                    "execution = 'native'"
                )
            if grid.n_points * 2**circuit.n_outputs > _MAX_VALUES:
                raise ConfigError(
                    f"{cls.source.__name__}: a response table of circuit {circuit.name!r} has {grid.n_points} points x "
                    f"{2**circuit.n_outputs} joint outcomes, at most {_MAX_VALUES} values are allowed; measure fewer qubits, "
                    "or use execution = 'native'"
                )
        return checked

    def _prepare(self) -> None:
        started = time.perf_counter()
        circuit = self.circuit
        shots = _source_shots(self.source, circuit)
        source = self.source(circuit, n_circuits=1, shots=shots, seed=self.seed, options=self.options)
        built = build(source, Grid.of(circuit), joint=_is_joint(circuit, self.shots), seed=self.seed)
        self.response = built.response
        self._provenance = {"execution": "table", **built.facts, "source": source.provenance()}
        seconds = time.perf_counter() - started
        done = source.tally.forward
        self.tally.setup += Count(executed=done.executed, shots=done.shots, seconds=seconds)

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


@functools.cache
def table_of(source: type[QuantumHead]) -> type[ResponseTable]:
    """Return the class of a head's response tables; it takes what the head's class takes.

    Raises:
        ConfigError: the head is a table already.
    """
    able = source.capabilities
    if able.tabulated:
        raise ConfigError(f"{source.__name__} is a response table already; tabulate the head that it stands for")
    content = {
        "__doc__": f"Response table of ``{source.__name__}``.",
        "__module__": __name__,
        "source": source,
        "Options": source.Options,
        "noiseless_options": source.noiseless_options,
        "capabilities": Capabilities(
            analytic=able.analytic,
            shots=able.shots,
            noisy=able.noisy,
            autograd=able.analytic,
            multicore=False,
            max_qubits=able.max_qubits,
            tabulated=True,
        ),
    }
    return cast("type[ResponseTable]", type(f"{source.__name__}Table", (ResponseTable,), content))


def _is_joint(circuit: Circuit, shots: int | None) -> bool:
    """Whether the joint outcomes are needed: several outputs share their shots."""
    return shots is not None and circuit.n_outputs > 1


def _source_shots(source: type[QuantumHead], circuit: Circuit) -> int | None:
    """Return the shots of one point: none where the head is exact.

    Raises:
        ConfigError: so many points that each would have too few shots.
    """
    if source.capabilities.analytic:
        return None
    n_points = Grid.of(circuit).n_points
    shots = min(_MOST_ESTIMATE_SHOTS, _ESTIMATE_SHOTS // n_points)
    if shots < _LEAST_ESTIMATE_SHOTS:
        raise ConfigError(
            f"{source.__name__}: it only samples, and the response table of circuit {circuit.name!r} has {n_points} points; "
            f"an estimate has at most {_ESTIMATE_SHOTS // _LEAST_ESTIMATE_SHOTS}, with {_LEAST_ESTIMATE_SHOTS} shots or more "
            "each; use fewer angles, or execution = 'native'"
        )
    return shots
