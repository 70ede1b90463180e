"""What both pages show: tables, figures and sentences."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from harness.cost.tariffs import load_tariffs
from harness.plan.comparison import Declared
from harness.report.figures.all_figures import Figures, figures_of
from harness.report.numbers import paper
from harness.report.numbers.device_costs import device_costs
from harness.report.numbers.explanation import chain
from harness.report.numbers.fidelities import fidelities
from harness.report.numbers.groups import Results
from harness.report.numbers.names import Names, names_of
from harness.report.numbers.rows import ClassRow, ComparisonRow, EpochRow
from harness.report.numbers.sweeps import sweeps
from harness.report.numbers.time_to_accuracy import time_to_accuracy
from harness.report.numbers.transfers import transfers
from harness.report.numbers.verdicts import DeclaredVerdict, declaration, margin_of
from harness.report.sections.beside_paper import classes_table
from harness.report.sections.circuits import CircuitSection, circuit_sections
from harness.report.sections.class_table import f1_table
from harness.report.sections.comparison_table import comparison_table, phases_table
from harness.report.sections.confusion_table import confusion_table
from harness.report.sections.cost import cost_table
from harness.report.sections.environment_table import environment_table
from harness.report.sections.explanation import explanation
from harness.report.sections.first_screen import FirstScreen, first_screen
from harness.report.sections.head_settings import HeadSettings, head_settings
from harness.report.sections.layout import Table
from harness.report.sections.open_points import open_points
from harness.report.sections.peers import Peers
from harness.report.sections.problems import Problem, problems
from harness.report.sections.runs_table import runs_table
from harness.report.sections.statements import Statement, statements
from harness.report.sections.sweeps import fidelities_table, sweeps_table, transfers_table
from harness.report.sections.time_to_accuracy import time_to_accuracy_table
from harness.report.sections.verdicts import spread_table, verdicts_table
from harness.text import clean

LIMITS = (
    "A verdict is about new seeds and new images like these, with this training. Intervals are not adjusted for the number of "
    "comparisons; p-values are. An inconclusive comparison does not say that two heads are equal.",
    "Accuracies are of the test images and of the seeds listed. Other images and other seeds give others.",
    "Times are of the machine and the load above. They say how fast this software ran there, not what a device could do.",
    "A slice measures the cost of a step. Where it has an accuracy, another run trained the weights.",
    "A simulator of a device has the errors of its noise model and no others.",
    "Peak memory is of the whole process: Python, torch and data included.",
)


@dataclasses.dataclass(frozen=True)
class Content:
    """Everything that the templates insert, in the order of the page.

    Attributes:
        title: Heading.
        names: Short names of the heads.
        first_screen: The verdicts and what explains them, how the runs ended, the machine.
        verdicts: Numbers of the declared comparisons; None where there is none.
        spread: What these rest on; None where nothing was compared.
        statements: What was run.
        problems: Runs and attempts that did not end ok.
        comparison: Main table.
        sweeps: Accuracy by setting; None where there is no sweep.
        transfers: Heads tested on other heads' weights; None where there is none.
        fidelities: Gradients from shots beside exact ones; None where no run recorded them.
        time_to_accuracy: Training until an accuracy was reached; None where no head was trained in full.
        phases: Wall time by phase.
        cost: What the runs would cost on a device; None where no head is quantum.
        peers: Section of ``qhb peers``; None where it has not been run.
        has_reference: Whether a fully trained quantum head stands beside the paper.
        classes: Scores by class, beside the paper's Table 1 where the classes are digits.
        f1: F1 by class of every head; None where no run classified the test images.
        confusion: Numbers of the large confusion matrix; None where no run classified the test images.
        circuits: One section for each circuit.
        open_points: What the paper leaves open.
        heads: Settings of the first heads.
        n_heads: How many heads there are.
        runs: Every run.
        environment: Machine, versions, data, command.
        limits: What the numbers do not say.
        citation: Of the paper.
        commits: Of our code, as the runs recorded them.
        figures: See there.
    """

    title: str
    names: Names
    first_screen: FirstScreen
    verdicts: Table | None
    spread: Table | None
    statements: list[Statement]
    problems: list[Problem]
    comparison: Table
    sweeps: Table | None
    transfers: Table | None
    fidelities: Table | None
    time_to_accuracy: Table | None
    phases: Table
    cost: Table | None
    peers: Peers | None
    has_reference: bool
    classes: Table
    f1: Table | None
    confusion: Table | None
    circuits: list[CircuitSection]
    open_points: Table
    heads: list[HeadSettings]
    n_heads: int
    runs: Table
    environment: Table
    limits: Sequence[str]
    citation: str
    commits: list[str]
    figures: Figures


def content(
    results: Results,
    comparison: Sequence[ComparisonRow],
    classes: Sequence[ClassRow],
    epochs: Sequence[EpochRow],
    found: Sequence[DeclaredVerdict],
    *,
    declared: Declared | None,
    title: str,
    command: str | None,
    folder: Path | None,
    peers: Peers | None,
) -> Content:
    """Return what the pages show of the results, their rows and the verdicts found in them; see ``write_report``."""
    explained = explanation(chain(results, margin_pp=margin_of(declared)), found)
    by_setting = sweeps(results)
    tariff = load_tariffs()[0]
    devices = device_costs(results, tariff)
    names = names_of([*results.label_of.values(), *(name for one in found for name in (one.ours, one.theirs))])
    return Content(
        title=clean(title),
        names=names,
        first_screen=first_screen(results, declaration(results, declared), found, explained),
        verdicts=verdicts_table(found, comparison),
        spread=spread_table(found),
        statements=statements(results, comparison),
        problems=problems(results),
        comparison=comparison_table(comparison),
        sweeps=sweeps_table(by_setting, comparison),
        transfers=transfers_table(transfers(results)),
        fidelities=fidelities_table(fidelities(results), comparison),
        time_to_accuracy=time_to_accuracy_table(time_to_accuracy(results), comparison),
        phases=phases_table(comparison),
        cost=cost_table(devices, tariff),
        peers=peers,
        has_reference=results.reference is not None,
        classes=classes_table(classes, comparison, results),
        f1=f1_table(results, classes, comparison),
        confusion=confusion_table(results),
        circuits=circuit_sections(results),
        open_points=open_points(results),
        heads=head_settings(results),
        n_heads=len(results.groups),
        runs=runs_table(results, folder),
        environment=environment_table(results, command),
        limits=LIMITS,
        citation=paper.CITATION,
        commits=sorted({run.environment.git_commit or "" for run in results.runs if run.environment} - {""}),
        figures=figures_of(results, comparison, epochs, found, devices, names),
    )
