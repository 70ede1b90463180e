"""Who answers in a run: the backend itself, or which surrogate; and the rule by which "auto" chooses."""

from collections.abc import Mapping
from typing import Any

from backends.capabilities import Execution, HeadOptions
from backends.circuits.circuit import Circuit
from backends.errors import ConfigError
from backends.head import QuantumHead
from backends.surrogates.channels import Composed
from backends.surrogates.surrogate import HeadFactory, SurrogateMaker, is_joint
from backends.surrogates.table import Tabulated, largest_grid

# Up to here a step through the table is faster than one through the channels (two to three times, at 4 to 6 angles and 320
# rows), and the backend makes the table in less than a second. Beyond, the table is up to three times as fast without
# shots and no faster with them, and takes seconds to a minute to make.
_SMALL_TABLE = 1_000  # points: six angles in one rotation each


def factory_for(head: type[QuantumHead], execution: Execution) -> HeadFactory:
    """Return what makes heads of a class that are executed so.

    Raises:
        ConfigError: the class is one of surrogates, and no native execution is asked.
    """
    match execution:
        case "native":
            return head
        case "table":
            return Tabulated(head)
        case "channels":
            return Composed(head)


def fastest_exact(
    head: type[QuantumHead],
    circuit: Circuit,
    *,
    shots: int | None,
    options: Mapping[str, Any] | HeadOptions | None = None,
) -> Execution:
    """Return "table" where an exact table is small, else "channels" where the head tells them, else "native".

    An estimate, which is what the table of a head that only samples is, is never chosen: whoever wants one asks for it.
    """
    has_table = head.capabilities.analytic and _accepts(Tabulated, head, circuit, shots=shots, options=options)
    if has_table and largest_grid(head, circuit, joint=is_joint(circuit, shots)).n_points <= _SMALL_TABLE:
        return "table"
    return "channels" if _accepts(Composed, head, circuit, shots=shots, options=options) else "native"


def _accepts(maker: type[SurrogateMaker], head: type[QuantumHead], circuit: Circuit, **settings: Any) -> bool:
    try:
        maker(head).check(circuit, **settings)
    except ConfigError:
        return False
    return True
