"""An exported classifier answers as the trained one, in a Python that has none of our packages."""

import json
import math
import re
import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from backends.errors import TableError
from backends.head import Capabilities, Executed, QuantumHead
from harness.cli.surrogate import command
from harness.errors import PlanError, StoreError
from harness.records.store import Store
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, TrainingSpec
from harness.surrogate.export import FILES, export
from harness.surrogate.trained import trained
from harness.training.perform import perform

_DATA = DataSpec(n_images=60, official_images=0)
_IN_A_BARE_PYTHON = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("backends", "baselines", "harness", "qiskit", "qiskit_aer", "pennylane"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[1])
import numpy, torch
from classifier import Classifier
with torch.no_grad():
    numpy.save(sys.argv[3], Classifier()(numpy.load(sys.argv[2])).numpy())
"""
_HEADS = {
    "exact": {"head": "statevector", "circuit": "eq7_swapped"},
    "weights": {"head": "statevector", "circuit": "hardware_efficient(n_qubits=2, n_layers=1)", "shots": 100},
    "several outputs": {"head": "statevector", "circuit": "hardware_efficient(n_qubits=2, n_layers=1, n_outputs=2)"},
    "only samples": {"head": "aer_shots", "circuit": "eq7", "shots": 200, "execution": "table"},
    "noise": {"head": "fake_ibm", "circuit": "eq7", "shots": 100, "execution": "table", "options": {"device": "manila"}},
    "noise and weights": {
        "head": "aer_noise", "circuit": "hardware_efficient(n_qubits=2, n_layers=1)", "execution": "channels",
        "options": {"depolarizing_2q": 0.02, "readout_p0_given_1": 0.03},
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def run_of(folder, *, label="mine", **settings):
    """Make a run in a results folder and return the folder's store and the run's record."""
    settings = {"data": _DATA, "training": TrainingSpec(epochs=2, learning_rate=0.01), "seed": 3, **settings}
    store = Store(folder)
    with store.opened():
        record = perform(Run("a" * 64, label, RunSpec(**settings)), attempt=1, weights_of=store.weights_of)
        store.write(record)
    return store, record


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", _HEADS)
def test_the_program_answers_as_the_classifier(tmp_path, kind):
    """Of each kind of head, the exported file alone gives the class scores of the trained classifier."""
    store, record = run_of(tmp_path / "r", model=ModelSpec(logit_scale=3.0), **_HEADS[kind])
    assert record.status == "ok", record.failure
    found = trained(store, record)
    facts = export(found, tmp_path / "out")
    np.save(tmp_path / "samples.npy", found.samples.values)
    arguments = [tmp_path / "out", tmp_path / "samples.npy", tmp_path / "scores.npy"]
    subprocess.run([sys.executable, "-I", "-B", "-c", _IN_A_BARE_PYTHON, *map(str, arguments)], check=True, timeout=300)
    with torch.no_grad():
        expected = found.classifier(found.scaled.values).numpy()

    assert np.abs(np.load(tmp_path / "scores.npy") - expected).max() <= 1e-6
    assert expected.std(axis=0).max() > 1e-3  # the images differ, so equal scores say something
    assert _names(tmp_path / "out") == sorted(FILES)
    assert facts.noisy == kind.startswith("noise")
    for difference in (facts.test_samples, facts.random_angles):
        assert difference.largest <= (0.3 if kind == "only samples" else 1e-10)
        assert difference.largest > 0
    assert json.loads((tmp_path / "out" / "facts.json").read_text())["n_terms"] == facts.n_terms


def test_as_a_program_it_prints_the_classes(tmp_path):
    """``python classifier.py images.npy`` prints the class of each image, those that the run recorded."""
    store, record = run_of(tmp_path / "r", head="statevector", circuit="eq7")
    found = trained(store, record)
    facts = export(found, tmp_path / "out")
    np.save(tmp_path / "samples.npy", found.samples.values)
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(tmp_path / "out" / "classifier.py"), str(tmp_path / "samples.npy")],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert [int(line) for line in done.stdout.split()] == record.evaluation.predicted().tolist()
    assert facts.n_same_class == record.evaluation.n_images
    assert facts.accuracy == facts.recorded_accuracy == record.evaluation.accuracy


def test_the_command_tells_the_formula(tmp_path):
    """Eq. (7) of the paper is (1 + cos phi_1)/2, and the command says so with what was compared."""
    run_of(tmp_path / "r", head="statevector", circuit="eq7", shots=50)
    out = tmp_path / "new" / "out"
    done = CliRunner().invoke(command, ["mine", str(out), "--results", str(tmp_path / "r")], catch_exceptions=False)

    assert "The head is exactly this classical function: p(0) = 1/2 + 1/2 cos(phi_1)." in done.output
    assert "It does not depend on phi_2, phi_3 and phi_4." in done.output
    assert "It gives the probabilities from which the head draws its 50 shots." in done.output
    assert re.search(
        r"from Statevector, exact: \d\S* on 12 test samples, \d\S* at 100 sets of random angles\.", done.output
    )
    assert "p(0) = 1/2 + 1/2 cos(phi_1)" in (out / "README.md").read_text()


def test_noise_is_in_the_function(tmp_path):
    """The function of a head with readout errors 0.2 and 0 is not the ideal one: p(0) = 0.8 + 0.2 p of the ideal circuit."""
    options = {"readout_p0_given_1": 0.2}
    store, record = run_of(tmp_path / "r", head="aer_noise", circuit="eq7", execution="table", options=options)
    facts = export(trained(store, record), tmp_path / "out")

    assert facts.formulas == ["0.6 + 0.4 cos(phi_1)"]


def test_text_of_a_record_does_not_become_code(tmp_path):
    """A label may be anything: the program is the same, and Markdown shows it literally."""
    label = '"""\nraise SystemExit(1)\n"""<b>'
    programs = []
    for number, name in enumerate(("plain", label)):
        store, record = run_of(tmp_path / f"r{number}", head="statevector", circuit="eq7", label=name)
        export(trained(store, record), tmp_path / f"out{number}")
        programs.append((tmp_path / f"out{number}" / "classifier.py").read_text())

    assert programs[0] == programs[1]
    assert "&lt;b&gt;" in (tmp_path / "out1" / "README.md").read_text()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"head": "linear"}, PlanError, "has the classical head 'linear': it has no circuit that could be replaced"),
        (
            {"head": "statevector", "circuit": "eq7", "training": TrainingSpec(epochs=1, max_steps=1)},
            PlanError,
            "is a slice, which keeps no weights",
        ),
        (
            {"head": "statevector", "circuit": "eq7", "training": TrainingSpec(epochs=1, learning_rate=1e30)},
            PlanError,
            r"\(mine, seed 3\) ended as diverged; expected a run that is ok",
        ),
    ],
)  # fmt: skip
def test_runs_without_a_function(tmp_path, settings, error, message):
    """A classical head, a slice and a run that is not ok are refused by name."""
    store, record = run_of(tmp_path / "r", **settings)
    with pytest.raises(error, match=message):
        trained(store, record)


def test_a_run_without_weights(tmp_path):
    """Reference records have none; the message says so, and that the run must be made again."""
    store, record = run_of(tmp_path / "r", head="statevector", circuit="eq7")
    store.weights_of(record.run_id).unlink()
    with pytest.raises(
        StoreError, match=r"has no weights here: .* such as results/reference, has none\. Make the run again"
    ):
        trained(store, record)


def test_a_function_that_is_too_large(tmp_path, monkeypatch):
    """Two inputs in one rotation each take 9 points for each set of weights; the message says how many are allowed."""
    monkeypatch.setattr("harness.surrogate.function.MAX_POINTS", 89)
    store, record = run_of(tmp_path / "r", **_HEADS["weights"])
    with pytest.raises(
        PlanError,
        match=r"inputs take 3 x 3 points for each of 10 sets of weights = 90 circuit evaluations, at most 89 are allowed",
    ):
        export(trained(store, record), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_more_weights_than_an_array_has_dimensions(tmp_path):
    """The function is of the inputs alone: with 12 qubits and 48 weights it has a program too."""
    circuit = "hardware_efficient(n_qubits=12, n_layers=1)"
    store, record = run_of(tmp_path / "r", head="statevector", circuit=circuit)
    facts = export(trained(store, record), tmp_path / "out")

    assert facts.n_inputs == 12
    assert facts.dead_inputs  # those outside the light cone of the measured qubit


class Kinked(QuantumHead):
    """Answers |cos| of the first angle, which is no trigonometric polynomial."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=3
    )

    def _prepare(self):
        """Nothing."""

    def _execute(self, rows, *, first_evaluation):
        return Executed(rows[:, :1].cos().abs(), circuits=len(rows), shots=0)

    def provenance(self):
        return {}


def test_a_head_that_is_not_its_function(tmp_path, monkeypatch):
    """What the grid does not determine is found by the comparison, and nothing is written."""
    monkeypatch.setattr("harness.heads.head_class", lambda name: Kinked)
    monkeypatch.setattr("harness.surrogate.trained.head_class", lambda name: Kinked)
    store, record = run_of(tmp_path / "r", head="statevector", circuit="eq7")
    with pytest.raises(TableError, match=r"it differs from Kinked, exact by 0\.\d+, allowed is 1e-10; the head is not"):
        export(trained(store, record), tmp_path / "out")
    assert _names(tmp_path) == ["r"]


def test_a_head_that_only_samples_and_has_noise(tmp_path, monkeypatch):
    """Its exact function is not known to anybody."""
    store, record = run_of(tmp_path / "r", head="statevector", circuit="eq7")
    able = Capabilities(analytic=False, shots=True, noisy=True, autograd=False, multicore=False, max_qubits=3)
    monkeypatch.setattr(
        "harness.surrogate.trained.head_class", lambda name: type("Real", (Kinked,), {"capabilities": able})
    )
    with pytest.raises(PlanError, match="has noise and only samples, so its exact function is not known"):
        trained(store, record)


def test_files_of_the_user_are_kept(tmp_path):
    """A folder that holds files is refused; an empty one is taken."""
    store, record = run_of(tmp_path / "r", head="statevector", circuit="eq7")
    found = trained(store, record)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    with pytest.raises(PlanError, match="full is not an empty folder; give a new one"):
        export(found, tmp_path / "full")
    (tmp_path / "empty").mkdir()
    export(found, tmp_path / "empty")

    assert _names(tmp_path / "full") == ["mine"]
    assert _names(tmp_path / "empty") == sorted(FILES)


def test_a_sampled_head_is_compared_within_its_shots(tmp_path):
    """The allowed difference is 6 standard errors and 6 shots, so another function is found out."""
    store, record = run_of(tmp_path / "r", head="aer_shots", circuit="eq7", shots=1000)
    found = trained(store, record)
    facts = export(found, tmp_path / "out")
    least, most = 6 / 1000, 6 * math.sqrt(0.25 / 1000) + 6 / 1000

    assert facts.compared_with == "AerShots with 1000 shots an evaluation"
    assert least <= facts.test_samples.allowed <= most
    assert 0 < facts.test_samples.largest < most
    shifted = type("Shifted", (type(found.sampled),), {"_execute": _shifted(type(found.sampled))})
    found.sampled.__class__ = shifted
    with pytest.raises(TableError, match="with 1000 shots an evaluation by"):
        export(found, tmp_path / "other")


def _shifted(kind):
    def execute(self, rows, *, first_evaluation):
        return kind._execute(self, rows + 0.4, first_evaluation=first_evaluation)

    return execute
