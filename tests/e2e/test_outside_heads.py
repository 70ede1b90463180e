"""Outside heads through the whole harness: a good one is checked, run and reported; each bad one becomes a record, and other runs go on."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness.data.load import load
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.records.store import Store
from harness.spec import DataSpec

_ROOT = Path(__file__).parents[2]
_BAD = """
import os

import torch

from backends import Capabilities, Executed, QuantumHead


class Good(QuantumHead):
    capabilities = Capabilities(analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=9)

    def _prepare(self):
        pass

    def _execute(self, rows, *, first_evaluation):
        return Executed(self.answer(len(rows)), circuits=len(rows), shots=0)

    def answer(self, n_rows):
        return torch.full((n_rows, 1), 0.5, dtype=torch.float64)

    def provenance(self):
        return {"method": "none"}


class Shape(Good):
    def answer(self, n_rows):
        return super().answer(n_rows + 1)


class NotANumber(Good):
    def answer(self, n_rows):
        return super().answer(n_rows) * float("nan")


class TooProbable(Good):
    def answer(self, n_rows):
        return super().answer(n_rows) + 0.7


class Raising(Good):
    def answer(self, n_rows):
        raise ConnectionError("licence server not found")


class NotExecuted(Good):
    def _execute(self, rows, *, first_evaluation):
        return self.answer(len(rows))


class Dying(Good):
    def answer(self, n_rows):
        os._exit(7)


class Late(Good):
    def answer(self, n_rows):
        p_zero = super().answer(n_rows)
        if self.n_evaluated:
            p_zero[-1] = -1.0
        return p_zero


class NotJson(Good):
    def provenance(self):
        return {"device": object()}
"""
_PLAN = """
name = "p"
[data]
n_images = 50
official_images = 0
[training]
batch_size = 2
"""


def _entries(heads):
    return "".join(
        f'[[runs]]\nhead = {json.dumps(head)}\ncircuit = "eq7"\nshots = 10\nmax_steps = 2\n' for head in heads
    )


def test_what_a_stranger_does_is_a_record(tmp_path, monkeypatch):
    """Wrong shape, NaN, p = 1.2, exceptions and a dead process each become a record that names the head; others go on."""
    (tmp_path / "bad_heads.py").write_text(_BAD)
    monkeypatch.syspath_prepend(tmp_path)  # children begin with the parent's import path
    expected = {
        "Shape": (
            "invalid_output",
            r"Shape: the adapter must return torch.float64 of shape \(180, 1\), it .*\(181, 1\)",
        ),
        "NotANumber": ("invalid_output", "NotANumber: .*probabilities in .0, 1., it returned nan for row 0, output 0"),
        "TooProbable": ("invalid_output", r"TooProbable: .*it returned 1\.2 for row 0, output 0"),
        "Raising": ("failed", "Raising: the backend failed on .* ConnectionError: licence server not found"),
        "NotExecuted": ("invalid_output", "NotExecuted: the adapter must return Executed .*, it returned Tensor"),
        "Dying": ("failed", "ended with exit code 7"),
        "NotJson": ("invalid_output", r"NotJson: provenance\(\) must return JSON values, .*object"),
        "Late": ("invalid_output", "Late: .*it returned -1.0 for row 179, output 0"),
        "Good": ("ok", ""),
    }
    plan = parse(_PLAN + _entries([*(f"bad_heads:{name}" for name in expected), "statevector"]), where="p")
    runs = expand(plan, facts=load(DataSpec()).facts)
    ended = []
    store = Store(tmp_path / "store")
    with store.opened():
        callbacks = ExecutionCallbacks(ended.append, lambda runs: None)
        execute(runs, store, ExecutionOptions(jobs=2), callbacks, executor=LocalExecutor())
    found = {record.spec.head: record for record in ended}

    assert {record.run_id for record in store.read().records} == {run.run_id for run in runs}
    assert found["statevector"].status == "ok"
    assert found["bad_heads:Good"].head.summary == "outside head bad_heads:Good"
    for name, (status, message) in expected.items():
        record = found[f"bad_heads:{name}"]
        assert record.status == status, name
        assert re.search(message, record.failure.message if record.failure else "")


def test_plugin_is_installed_checked_run_and_reported(tmp_path):
    """The example, pip-installed into a folder of its own, is listed, checked, run and reported without a change to this project."""
    source = shutil.copytree(_ROOT / "examples" / "plugin_head", tmp_path / "source")  # setuptools builds in place
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(tmp_path / "site"), str(source)], check=True)
    (tmp_path / "plan.toml").write_text(_PLAN + _entries(["quantum_info"]).replace("shots = 10\n", ""))

    listed = json.loads(_qhb(tmp_path, "list", "--json"))
    assert listed["outside heads"] == [
        {"name": "quantum_info", "summary": "plugin_head:QuantumInfo, of plugin-head-example 0.1.0"}
    ]
    assert "quantum_info passed" in _qhb(tmp_path, "check", "quantum_info")
    _qhb(tmp_path, "run", "plan.toml", "--results", "results")
    (record,) = Store(tmp_path / "results").read().records
    assert (record.status, record.head.provenance["method"]) == ("ok", "qiskit.quantum_info.Statevector")
    assert record.head.summary == "outside head plugin_head:QuantumInfo of plugin-head-example 0.1.0"
    assert record.steps.forward_evaluations + record.steps.backward_evaluations == 2 * 10 * 9
    assert "quantum_info" in (tmp_path / "results" / "report" / "report.md").read_text()


def _qhb(folder, *arguments):
    path = os.pathsep.join([str(folder / "site"), str(_ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", "from harness.cli.main import main; main()", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_heads_in_the_working_folder_are_found(tmp_path):
    """Qhb finds package.module:Class in the working folder, without PYTHONPATH."""
    (tmp_path / "bad_heads.py").write_text(_BAD)
    (tmp_path / "plan.toml").write_text(_PLAN + _entries(["bad_heads:Good"]))

    assert "1 runs, 0 done already" in _qhb(tmp_path, "run", "plan.toml", "--results", "results")


def test_an_edited_head_is_another_run(tmp_path):
    """When the file of a head or of its base class changes, the run is another one; the earlier record is kept."""
    (tmp_path / "bad_heads.py").write_text(_BAD)
    (tmp_path / "mine.py").write_text("import bad_heads\n\n\nclass Mine(bad_heads.Good):\n    pass\n")
    (tmp_path / "plan.toml").write_text(_PLAN + _entries(["mine:Mine", "statevector"]))
    command = ("run", "plan.toml", "--results", "results")

    _qhb(tmp_path, *command)
    assert "2 runs, 2 done already, 0 to make" in _qhb(tmp_path, *command)
    (tmp_path / "bad_heads.py").write_text(_BAD + "\n# edited\n")
    assert "was edited since" in _qhb(tmp_path, "rerun", "mine:Mine eq7 10 shots, 2 steps", "--results", "results")
    assert "2 runs, 1 done already, 1 to make" in _qhb(tmp_path, *command)
    codes = {record.run_id: record.spec.head_code for record in Store(tmp_path / "results").read().records}
    assert len(codes) == len(set(codes.values())) == 3
    assert None in codes.values()


def test_a_head_edited_after_the_plan_was_read(tmp_path, monkeypatch):
    """A process that finds other code than was asked for refuses the run, which would be recorded under the wrong id."""
    path = tmp_path / "edited_heads.py"
    path.write_text(_BAD)
    monkeypatch.syspath_prepend(tmp_path)
    plan = parse(_PLAN + _entries(["edited_heads:Good"]), where="p")
    runs = expand(plan, facts=load(DataSpec()).facts)
    path.write_text(_BAD + "\n# edited\n")
    ended = []
    store = Store(tmp_path / "store")
    with store.opened():
        callbacks = ExecutionCallbacks(ended.append, lambda runs: None)
        execute(runs, store, ExecutionOptions(jobs=1), callbacks, executor=LocalExecutor())

    assert [record.status for record in ended] == ["failed"]
    assert "'edited_heads:Good' is not the one that was asked for: expected code" in ended[0].failure.message
