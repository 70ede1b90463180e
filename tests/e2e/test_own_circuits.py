"""Circuits of one's own through the harness: from a file beside the plan to the record, and from there to the same run."""

import shutil

import pytest

from backends.circuits import CIRCUITS, dumps, read_circuit
from harness.data.load import load
from harness.errors import PlanError
from harness.execution.execute import execute
from harness.execution.executor import ExecutionCallbacks
from harness.execution.local_executor import LocalExecutor
from harness.execution.options import ExecutionOptions
from harness.plan.expand import expand
from harness.plan.plan import load_file
from harness.records.store import Store
from harness.spec import DataSpec, RunSpec

_PLAN = """
name = "p"
[data]
n_images = 50
official_images = 0
[training]
batch_size = 2
"""
_QASM3 = """OPENQASM 3.0;
include "stdgates.inc";
input float phi;
qubit[2] q;
bit[1] c;
h q[0];
rz(phi) q[0];
h q[0];
ccx q[0], q[1], q[1];
c[0] = measure q[0];
"""


def _write(folder, entries, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    (folder / "plan.toml").write_text(_PLAN + entries)
    return folder / "plan.toml"


def _expand(plan_file):
    return expand(load_file(plan_file), facts=load(DataSpec()).facts, folder=plan_file.parent)


def _execute(runs, folder):
    store = Store(folder)
    with store.opened():
        callbacks = ExecutionCallbacks(lambda record: None, lambda runs: None)
        execute(runs, store, ExecutionOptions(jobs=2), callbacks, executor=LocalExecutor())
    return {record.spec.circuit: record for record in store.read().records}


def test_a_run_is_made_again_without_its_file(tmp_path):
    """TOML and QASM files become runs whose specs hold the circuit: from the record alone the same bits come again."""
    entries = "".join(
        f'[[runs]]\nhead = "statevector"\ncircuit = "{name}"\nshots = 20\nmax_steps = 2\n'
        for name in ("mine.toml", "sub/theirs.qasm", "reuploading(n_layers=2)")
    )
    plan = _write(tmp_path / "plan", entries, mine__toml=dumps(CIRCUITS["eq7_swapped"]))
    _write(tmp_path / "plan" / "sub", "", theirs__qasm=_QASM3.replace("ccx q[0], q[1], q[1]", "cy q[0], q[1]"))
    first = _execute(_expand(plan), tmp_path / "first")

    assert set(first) == {"mine.toml", "theirs.qasm", "reuploading(n_qubits=1, n_layers=2, n_outputs=1)"}
    assert {record.status for record in first.values()} == {"ok"}
    assert first["theirs.qasm"].spec.own_circuit == read_circuit(tmp_path / "plan" / "sub" / "theirs.qasm")
    assert "cy (1)" in first["theirs.qasm"].head.circuit["source"]

    again = [
        run._replace(spec=RunSpec.model_validate_json(first[run.spec.circuit].spec.model_dump_json()))
        for run in _expand(plan)
    ]
    shutil.rmtree(tmp_path / "plan")
    second = _execute(again, tmp_path / "second")
    for name, record in first.items():
        assert [epoch.train_loss for epoch in record.epochs] == [epoch.train_loss for epoch in second[name].epochs]
        assert record.steps.backward_evaluations == second[name].steps.backward_evaluations


def test_identity_is_of_the_content(tmp_path):
    """A file that moves with its plan is the same run; a gate that changes is another; a comment is not."""
    entry = '[[runs]]\nhead = "statevector"\ncircuit = "mine.toml"\n'
    text = dumps(CIRCUITS["eq7"])
    changed = text.replace("cx 2 1", "cx 1 2")
    assert changed != text
    ids = [
        _expand(_write(tmp_path / folder, entry, mine__toml=content))[0].run_id
        for folder, content in (("a", text), ("b", text), ("c", f"# mine\n{text}"), ("d", changed))
    ]

    assert ids[0] == ids[1] == ids[2] != ids[3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.toml", None, r"run entry 1 \(statevector\): .*gone.toml: the circuit cannot be read"),
        ("mine__toml", 'n_qubits = 1\ngates = """\nh 0\nhh 0\n"""', r"mine.toml:4: hh on \(0,\): unknown gate"),
        ("mine__qasm", _QASM3, "mine.qasm:10: .*duplicate|mine.qasm:9: "),
        (
            "mine__qasm",
            'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\ncreg c[1];\nh q;\nmeasure q->c;',
            r"circuit 'mine.qasm' has no inputs.*OpenQASM 2 has none",
        ),
    ],
)
def test_bad_files_are_problems_of_the_plan(tmp_path, name, content, message):
    """A circuit's file that cannot be used is refused with the plan, by file and line, before anything is computed."""
    files = {} if content is None else {name: content}
    plan = _write(tmp_path, f'[[runs]]\nhead = "statevector"\ncircuit = "{name.replace("__", ".")}"\n', **files)

    with pytest.raises(PlanError, match=message):
        _expand(plan)
