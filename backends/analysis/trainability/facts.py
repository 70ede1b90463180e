"""The result of ``backends.analysis.trainability``: data alone."""

import dataclasses
from typing import Literal

Answer = Literal["yes", "no", "cannot tell"]


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean over random points, and its standard error."""

    value: float
    standard_error: float


@dataclasses.dataclass(frozen=True)
class Component:
    """One component of the gradient: the derivative of one output p(0) by one angle.

    Attributes:
        output: Of the circuit, counted from 0.
        angle: Counted from 1: inputs, then weights.
        variance: Over the random angles; of <Z> = 2 p(0) - 1 it is four times as large.
        shots: Of each circuit evaluation of the shift rule, such that signal and shot noise are equal: the least whole
            number. None where the variance is zero.
        evaluations: Of the component by the shift rule.
    """

    output: int
    angle: int
    variance: Estimate
    shots: int | None
    evaluations: int


@dataclasses.dataclass(frozen=True)
class Gradients:
    """The gradient of a circuit at random angles.

    Attributes:
        n_points: Random points.
        components: Of each output by each angle.
        largest: The component of the largest variance. It is chosen on one half of the points, and its variance is
            that on the other half, so that the choice does not raise it.
    """

    n_points: int
    components: tuple[Component, ...]
    largest: Component

    @property
    def that_matter(self) -> tuple[Component, ...]:
        """The components that are not zero everywhere, by falling variance."""
        alive = (one for one in self.components if one.shots is not None)
        return tuple(sorted(alive, key=lambda one: -one.variance.value))


@dataclasses.dataclass(frozen=True)
class Row:
    """One circuit of a family.

    Attributes:
        n_qubits: Its width.
        n_layers: Its depth.
        n_angles: All its angles.
        n_matter: Angles by which some output has a derivative.
        n_points: Random points.
        largest: As in ``Gradients``.
        two_design: As in ``Trainability``.
    """

    n_qubits: int
    n_layers: int
    n_angles: int
    n_matter: int
    n_points: int
    largest: Component
    two_design: float


@dataclasses.dataclass(frozen=True)
class Decay:
    """How the largest variance falls with the number of qubits.

    Attributes:
        rate: Of exp(-rate n_qubits), by least squares of the logarithms.
        low: Lower end of the rate's 95 % interval.
        high: Upper end.
        power: Of n_qubits^-power, fitted to the same points.
        odds: Likelihood of the exponential law over that of the power law.
    """

    rate: float
    low: float
    high: float
    power: float
    odds: float


@dataclasses.dataclass(frozen=True)
class Growth:
    """Circuits of a family that grow by a law.

    Attributes:
        layers: The law: "n_layers = 2", "n_layers = n_qubits".
        rows: By width.
        decay: None with fewer than three widths, or where a variance is zero.
        plateau: Whether it is a barren plateau.
        reason: Of that answer.
    """

    layers: str
    rows: tuple[Row, ...]
    decay: Decay | None
    plateau: Answer
    reason: str


@dataclasses.dataclass(frozen=True)
class Expressibility:
    """How far the circuit's random states are from Haar-random ones (Sim et al. 2019).

    Attributes:
        divergence: Kullback-Leibler, nats, of the fidelities' histogram from that of Haar-random states; 0 is best.
        haar: What Haar-random states have with as many pairs: the bias of the estimator, and the standard
            error of one such estimate.
        n_pairs: Pairs of states.
        n_bins: Of the histogram.
        first_bin: Share of Haar-random pairs in the first bin. Near 1, as with many qubits, the measure sees little.
    """

    divergence: Estimate
    haar: Estimate
    n_pairs: int
    n_bins: int
    first_bin: float


@dataclasses.dataclass(frozen=True)
class Entanglement:
    """The entangling capability: the mean Meyer-Wallach measure of the circuit's random states (Sim et al. 2019).

    Attributes:
        meyer_wallach: From 0 (product states) to 1.
        haar: The mean over Haar-random states.
        n_states: Random states.
    """

    meyer_wallach: Estimate
    haar: float
    n_states: int


@dataclasses.dataclass(frozen=True)
class Sizes:
    """A family's circuits of other sizes, with one head's noise or without noise.

    Attributes:
        growths: By number of qubits, one for each law.
        by_layers: By number of layers, at the circuit's own width.
    """

    growths: tuple[Growth, ...]
    by_layers: tuple[Row, ...]


@dataclasses.dataclass(frozen=True)
class Noisy:
    """The same with the noise of a head; what is defined for mixed states too.

    Attributes:
        execution: What answered in the backend's place: "table" or "channels".
        gradients: Of the circuit.
        sizes: None where the circuit is of no family.
    """

    execution: str
    gradients: Gradients
    sizes: Sizes | None


@dataclasses.dataclass(frozen=True)
class Trainability:
    """What a circuit is before it is trained.

    Attributes:
        seed: Of the random angles.
        names: Of the angles.
        gradients: Without noise.
        two_design: Variance of p(0)'s derivative by an angle in the middle of a circuit whose two halves are 2-designs
            of this width.
        expressibility: Of the states before the measurement, without noise.
        entanglement: The same.
        sizes: None where the circuit is of no family.
        noisy: None without a head, or where its noise is not known.
        notes: What could not be computed, and why.
    """

    seed: int
    names: list[str]
    gradients: Gradients
    two_design: float
    expressibility: Expressibility
    entanglement: Entanglement
    sizes: Sizes | None
    noisy: Noisy | None
    notes: list[str]
