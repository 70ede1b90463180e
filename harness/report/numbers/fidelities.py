"""How well the gradient from shots agrees with the exact gradient of the same head, where runs recorded it."""

import dataclasses
import statistics
from typing import Literal

from harness.report.numbers.groups import Results


@dataclasses.dataclass(frozen=True)
class FidelityRow:
    """One configuration's gradients.

    Attributes:
        label: Of the configuration.
        shots: Of each circuit evaluation.
        steps: Steps at which the two gradients were compared, all seeds together.
        seeds: Runs that recorded it.
        cosine: Median of the cosine of the angle between the two gradients.
        cosine_least: Smallest of these.
        signal_to_noise: Median of |exact|^2 / |sampled - exact|^2.
        signal_to_noise_least: Smallest of these.
    """

    label: str
    shots: int | Literal["exact"]
    steps: int
    seeds: int
    cosine: float
    cosine_least: float
    signal_to_noise: float
    signal_to_noise_least: float


def fidelities(results: Results) -> list[FidelityRow]:
    """Return a row for each configuration that recorded it."""
    rows = []
    for group in results.groups:
        runs = [run for run in group.ok if run.fidelity]
        found = [step for run in runs for step in run.fidelity]
        if not found:
            continue
        cosines = [step.cosine for step in found]
        ratios = [step.signal_to_noise for step in found]
        rows.append(
            FidelityRow(
                group.label,
                group.first.spec.shots or "exact",
                len(found),
                len(runs),
                statistics.median(cosines),
                min(cosines),
                statistics.median(ratios),
                min(ratios),
            )
        )
    return rows
