"""All figures of a report."""

import dataclasses
from collections.abc import Sequence

from harness.report.figures.accuracy_and_phases import accuracy_figure, phases_figure
from harness.report.figures.confusion import OtherMatrix, confusion_figure, other_confusions
from harness.report.figures.curves import curves_figure
from harness.report.figures.forest import forest_figure
from harness.report.figures.samples import samples_figure
from harness.report.figures.svg import Drawing
from harness.report.figures.sweeps import sweeps_figure
from harness.report.figures.trade_off import switch_name, trade_off_figure
from harness.report.numbers.device_costs import DeviceCostRow
from harness.report.numbers.groups import Results
from harness.report.numbers.names import Names
from harness.report.numbers.rows import ComparisonRow, EpochRow
from harness.report.numbers.sweeps import sweeps
from harness.report.numbers.trade_off import trade_offs
from harness.report.numbers.verdicts import DeclaredVerdict


@dataclasses.dataclass(frozen=True)
class Choice:
    """A figure among several of which one is shown, and what it is called on the switch."""

    switch: str
    drawn: Drawing


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures; None where there is nothing to draw."""

    trade_offs: list[Choice]
    forest: Drawing | None
    accuracy: Drawing | None
    sweeps: Drawing | None
    phases: Drawing | None
    curves: Drawing | None
    confusion: Drawing | None
    confusions: list[OtherMatrix]
    samples: Drawing | None


def figures_of(
    results: Results,
    comparison: Sequence[ComparisonRow],
    epochs: Sequence[EpochRow],
    found: Sequence[DeclaredVerdict],
    devices: Sequence[DeviceCostRow],
    names: Names,
) -> Figures:
    """Draw the results, their rows and the verdicts found in them."""
    return Figures(
        trade_offs=[
            Choice(switch_name(one.name), trade_off_figure(one, names))
            for one in trade_offs(results, comparison, devices)
        ],
        forest=forest_figure(found, names),
        accuracy=accuracy_figure(results, comparison, names),
        sweeps=sweeps_figure(sweeps(results)),
        phases=phases_figure(comparison, names),
        curves=curves_figure(results, epochs),
        confusion=confusion_figure(results),
        confusions=other_confusions(results),
        samples=samples_figure(results),
    )
