"""What a row of the peers table compares: a head of ours, and a peer, on a circuit."""

import dataclasses
import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from backends.capabilities import Execution
from backends.circuits.circuit import Circuit
from backends.errors import MissingPackageError
from backends.head import QuantumHead
from backends.peers.layer import Layer
from backends.registry import head_class
from backends.surrogates.choice import factory_for

BATCH = 32  # images of a step
CIRCUITS = 10  # of an image, one a class: with the 8 shifts of eq7, 32 x 10 x 9 = 2,880 evaluations a step


@dataclasses.dataclass(frozen=True)
class Ours:
    """A head of ours, native or as what answers in its backend's place."""

    head: str
    shots: int | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    execution: Execution = "native"

    def build(self, circuit: Circuit) -> QuantumHead:
        """Return the head, one copy of the circuit a class."""
        factory = factory_for(head_class(self.head), self.execution)
        return factory(circuit, n_circuits=CIRCUITS, shots=self.shots, seed=1, options=self.options)

    def exact(self) -> "Ours":
        """Return the head that gives the expected answers: the same noise, without shots."""
        noisy = head_class(self.head).capabilities.noisy
        return Ours(self.head, options=self.options) if noisy else Ours("statevector")

    def __str__(self) -> str:
        options = ", ".join(map(str, self.options.values()))
        return f"{self.head}{f' ({options})' if options else ''} {self.execution}, {_shots(self.shots)}"


@dataclasses.dataclass(frozen=True)
class Peer:
    """What a user would run instead.

    Attributes:
        text: Its description in tables.
        path: "module:function" in this package; the function takes the circuit and returns a ``Layer``.
        settings: Its other arguments.
        packages: Import name and distribution of what it needs.
        images: How many of the step's images it is given. Fewer than the batch where a step would take minutes; such a
            peer has no fixed cost of a job that counts, which fewer images would exaggerate.
        rounds_angles_to: It rounds each angle to a multiple of this, radians; 0: it does not.
    """

    text: str
    path: str
    settings: Mapping[str, Any]
    packages: Mapping[str, str]
    images: int = BATCH
    rounds_angles_to: float = 0.0

    def build(self, circuit: Circuit) -> Layer:
        """Return the peer's layer.

        Raises:
            MissingPackageError: a package is not installed.
        """
        missing = [name for package, name in self.packages.items() if importlib.util.find_spec(package) is None]
        if missing:
            raise MissingPackageError(
                f"peer {self.text!r} needs {', '.join(missing)}, not installed: tox run -e peers, or pip install "
                f"{' '.join(missing)}"
            )
        module, _, function = self.path.partition(":")
        layer: Layer = getattr(importlib.import_module(f"{__package__}.{module}"), function)(circuit, **self.settings)
        return layer


@dataclasses.dataclass(frozen=True)
class Pair:
    """A row of the table.

    Attributes:
        row: Its name.
        ours: Our head.
        peer: What it is compared with.
        target: The ratio peer / ours of their times should be at least this; None: no target.
        circuit: The circuit of both.
        most_rounds: Time it in no more rounds than these, because a step takes seconds; None: in all.
    """

    row: str
    ours: Ours
    peer: Peer
    target: float | None = None
    circuit: str = "eq7"
    most_rounds: int | None = None


def _shots(shots: int | None) -> str:
    return "exact" if shots is None else f"{shots:,} shots"
