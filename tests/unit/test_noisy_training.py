"""The plan of the noisy training, and the document that shows its result."""

import re

from data_facts import mnist_facts
from unit.harness.report.example_records import LINEAR, study

from docs.figures import noisy_training
from docs.figures.reference import ROOT
from harness.plan.comparison import Declared, Pair
from harness.plan.expand import expand
from harness.plan.plan import load_file
from harness.report.numbers.grouping import grouped
from harness.report.numbers.study import Study

PLAN = ROOT / "examples" / "noisy-training.toml"


def test_the_plan_asks_for_what_its_description_says() -> None:
    """28 angles on sherbrooke through channels, exact and with 1,000 shots, beside the ideal head; 20 epochs, 5 seeds."""
    runs = expand(load_file(PLAN), facts=mnist_facts())
    asked = {(run.spec.head, run.spec.execution, run.spec.options.get("device"), run.spec.shots) for run in runs}

    assert asked == {
        ("linear", "native", None, None),
        ("statevector", "native", None, None),
        ("statevector", "native", None, 1000),
        ("fake_ibm", "channels", "sherbrooke", None),
        ("fake_ibm", "channels", "sherbrooke", 1000),
    }
    assert {run.spec.circuit for run in runs} == {None, "hardware_efficient(n_qubits=4, n_layers=2, n_outputs=1)"}
    assert {run.spec.training.epochs for run in runs} == {20}
    assert sorted({run.spec.seed for run in runs}) == [0, 1, 2, 3, 4]


def test_the_document_shows_each_head() -> None:
    """Scores, the verdict against the linear head, and evaluations; the document has a place for them."""
    linear, noisy = study("linear", 5, 0.9, spec=LINEAR), study("noisy", 5, 0.9, spec={"execution": "channels"})
    declared = Declared(pairs=[Pair(ours="noisy", theirs="linear")], margin_pp=0.5, declared_at="2026")
    written = noisy_training.with_table(
        noisy_training.DOCUMENT.read_text(encoding="utf-8"), Study(grouped([*linear, *noisy]), declared)
    )

    assert re.search(r"^\| linear \| 5 \| 0\.\d{3} \| –", written, re.MULTILINE)
    (row,) = [line for line in written.splitlines() if line.startswith("| noisy |")]
    assert row.endswith("| 288,000 | 2,000 | 0 | 10 |")
    assert "inconclusive" in row
