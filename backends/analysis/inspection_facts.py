"""The result of ``backends.analysis.inspection``: data alone."""

import dataclasses
from typing import Any

BATCH, N_CLASSES = 32, 10  # of the training step whose evaluations are counted; the paper's classes (Sec. 3)


@dataclasses.dataclass(frozen=True)
class Formula:
    """The formula of one output, p(0) of one measured qubit.

    Attributes:
        closed_form: None where there is no short one.
        leading: The constant and the largest waves.
        n_terms: Products of cosines and sines, and the constant, of all outputs together.
    """

    closed_form: str | None
    leading: str
    n_terms: int


@dataclasses.dataclass(frozen=True)
class Noise:
    """The effect of a head's noise on the circuit; fields that ``Inspection`` has too mean the same.

    Attributes:
        formulas: None where they are too large; the other fields then come from the head's channels.
        undecided: Neither proven dead with this noise nor seen to matter; empty where there are formulas.
        contraction: Least and largest factor by which the noise multiplies the ideal coefficients, the constants
            apart. From channels it is the least and largest over the outputs of the factor that fits best at ``points``
            random points. None where the ideal circuit is constant or too large.
        added: The largest coefficient that the ideal circuit does not have, the constants apart; None from channels.
        points: Random points of the fit; None where the coefficients are known.
    """

    formulas: list[Formula] | None
    dead_angles: list[int]
    contraction: tuple[float, float] | None
    added: float | None
    undecided: list[int] = dataclasses.field(default_factory=list)
    points: int | None = None


@dataclasses.dataclass(frozen=True)
class Step:
    """Circuit evaluations of one training step by parameter shift, a batch of ``BATCH`` images.

    Attributes:
        forward: Unshifted.
        shifted: For the derivatives.
        measure_zero: Of the shifted ones, those whose derivative is zero whatever the angles are.
    """

    n_circuits: int
    forward: int
    shifted: int
    measure_zero: int


@dataclasses.dataclass(frozen=True)
class Inspection:
    """The analysis of a circuit. Angles are numbered from 1, as in the paper: inputs, then weights.

    Attributes:
        names: Names of the angles: the author's, or phi_1, ... for inputs and theta_1, ... for weights.
        dead_angles: Those on which no output depends.
        proofs: Of each dead angle: "structure" (light_cone.py) or "response" (exact up to rounding).
        undecided: Neither proven dead nor seen to matter; empty where the response is known.
        formulas: Of each output; None where the response is too large.
        rank: Independent linear combinations of the angles that matter; None where it was too much to compute.
        redundant: Directions in the space of the angles that matter along which nothing changes; None if unknown.
        step: None where an angle has no finite shift rule.
        two_qubit_gates: Of the circuit as it is written; ``depth`` and ``gates`` as well.
        transpiled: The same of the head's circuit, where it tells; with its basis and physical qubits.
        notes: What could not be computed, and why.
    """

    names: list[str]
    dead_angles: list[int]
    proofs: dict[int, str]
    undecided: list[int]
    formulas: list[Formula] | None
    rank: int | None
    redundant: list[str] | None
    step: Step | None
    gates: int
    depth: int
    two_qubit_gates: int
    transpiled: dict[str, Any] | None
    noise: Noise | None
    notes: list[str]

    @property
    def has_structure(self) -> bool:
        """Whether anything was found that makes the circuit simpler than it looks."""
        short = any(formula.closed_form for formula in self.formulas or ())
        return bool(self.dead_angles or self.redundant or short)
