"""Gate parameters that are sums of angles: how they become gates whose parameters use one angle each."""

import dataclasses
from collections.abc import Mapping, Sequence

from backends.circuits.circuit import Angle, Gate


@dataclasses.dataclass(frozen=True)
class Affine:
    """``offset + sum(slopes[index] * angles[index])``, radians."""

    offset: float
    slopes: Mapping[int, float] = dataclasses.field(default_factory=dict)


def gates_with(name: str, qubits: tuple[int, ...], params: Sequence[Affine]) -> tuple[Gate, ...]:
    """Return the gates that do what one gate with these parameters does, in order of time.

    A sum of several angles becomes a gate for each of them: every gate of ours with one parameter commutes with itself,
    and its parameters add up. ``u`` is ``p(phi) ry(theta) p(lambda)``, exactly, without a global phase.
    """
    uses = [[(index, scale) for index, scale in param.slopes.items() if scale] for param in params]
    if all(len(use) <= 1 for use in uses):
        return (Gate(name, qubits, tuple(_param(p.offset, use) for p, use in zip(params, uses, strict=True))),)
    if name == "u":
        theta, phi, lam = params
        return (*gates_with("p", qubits, [lam]), *gates_with("ry", qubits, [theta]), *gates_with("p", qubits, [phi]))
    (param,), (use,) = params, uses
    offsets = (param.offset, *(0.0 for _ in use[1:]))
    return tuple(Gate(name, qubits, (_param(offset, [one]),)) for offset, one in zip(offsets, use, strict=True))


def _param(offset: float, use: list[tuple[int, float]]) -> float | Angle:
    return Angle(use[0][0], scale=use[0][1], offset=offset) if use else offset
