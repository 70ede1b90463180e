"""Heads that break the interface: options, shapes, parameters, provenance, counts."""

from dataclasses import replace
from typing import Any, ClassVar

import pydantic
import torch
from meta.broken_heads.healthy import Wrapped

from backends.adapters.statevector import Statevector
from backends.answers import Executed
from backends.capabilities import HeadOptions
from backends.circuits.circuit import Circuit


class LenientOptions(Wrapped):
    """Misspelt options are ignored."""

    class Lenient(HeadOptions):
        """Unknown keys pass."""

        model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    Options: ClassVar = Lenient


class AnyWidth(Wrapped):
    """Takes a circuit that is too wide, and would fail in the run."""

    @classmethod
    def check(cls, circuit: Circuit, *, shots: int | None, options: Any = None) -> Any:
        return super().check(replace(circuit, n_qubits=1, gates=(), measured=(0,)), shots=shots, options=options)


class Float32Output(Wrapped):
    """Returns torch.float32."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero.float(), done.circuits, done.shots)


class TakesAnything(Wrapped):
    """Reshapes wrong angles until they fit."""

    def _checked_angles(self, angles: torch.Tensor) -> torch.Tensor:
        fits = torch.is_floating_point(angles) and angles.shape[-2:] == self.input_shape
        return super()._checked_angles(angles if fits else torch.zeros(*angles.shape[:-2], *self.input_shape))


class ExtraParameters(Wrapped):
    """The inner head is a submodule, so that the optimizer is handed weights that nothing uses."""

    def _prepare(self) -> None:
        super()._prepare()
        self.inner = Statevector(self.circuit)


class ProvenanceOfObjects(Wrapped):
    """Provenance that a record cannot hold."""

    def provenance(self) -> dict[str, Any]:
        return {"layout": (0, 1, 2)}


class WritesInputs(Wrapped):
    """Uses the caller's tensor as its workspace."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        with torch.no_grad():
            rows.zero_()
        return done


class MiscountedTally(Wrapped):
    """One circuit evaluation too many in each job's count."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero, done.circuits + 1, done.shots)
