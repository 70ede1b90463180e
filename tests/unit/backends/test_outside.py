"""Outside heads: found by entry point or by path, and refused by name where they are not heads."""

import json
import textwrap

import pytest
from click.testing import CliRunner
from data_facts import mnist_facts

from backends.errors import ConfigError
from backends.outside import outside_heads
from backends.registry import head_class, summary
from harness.cli.list import command as list_command
from harness.errors import PlanError
from harness.plan.expand import expand
from harness.plan.plan import parse

_MODULE = """
import torch
from backends import Capabilities, Executed, QuantumHead

number = 3


class Half(QuantumHead):
    capabilities = Capabilities(analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=5)

    def _prepare(self):
        pass

    def _execute(self, rows, *, first_evaluation):
        p_zero = torch.full((len(rows), self.circuit.n_outputs), 0.5, dtype=torch.float64)
        return Executed(p_zero, circuits=len(rows), shots=0)

    def provenance(self):
        return {}


class Unfinished(QuantumHead):
    def provenance(self):
        return {}


class Incapable(Half):
    capabilities = None


class NoOptions(Half):
    Options = dict


class Layer(torch.nn.Module):
    pass
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on the import path, with the module ``stranger`` and two distributions that offer heads of it."""
    (tmp_path / "stranger.py").write_text(_MODULE)
    (tmp_path / "needy.py").write_text("import a_package_that_is_not_there\n")
    (tmp_path / "raising.py").write_text("x = 1\nraise RuntimeError('no licence')\n")
    offers = {
        "stranger-heads": {"half": "stranger:Half", "statevector": "stranger:Half", "linear": "stranger:Half"},
        "other-heads": {"twice": "stranger:Half"},
        "third-heads": {"twice": "stranger:Half", "gone": "stranger_gone:Half"},
    }
    for name, points in offers.items():
        info = tmp_path / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        lines = "\n".join(f"{key} = {value}" for key, value in points.items())
        (info / "entry_points.txt").write_text(f"[quantum_head_bench.heads]\n{lines}\n")
    monkeypatch.syspath_prepend(tmp_path)
    outside_heads.cache_clear()
    yield tmp_path
    outside_heads.cache_clear()


def test_path_and_entry_point_are_the_same_class(folder):
    """A head is found by package.module:Class and by the name that its distribution gives it."""
    assert head_class("half") is head_class("stranger:Half")
    assert summary("half") == "outside head stranger:Half of stranger-heads 1.2"


def test_our_names_stay_ours(folder):
    """A distribution that offers a head under one of our names does not get it."""
    assert head_class("statevector").__module__ == "backends.adapters.statevector"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "__main__:Mine",
            "a run is made in another process, which does not have the classes of a notebook or of the script that is running; "
            "write Mine into a file, my_code.py for example, and name it my_code:Mine",
        ),
        ("stranger", "unknown head 'stranger': expected one of statevector, .*half.*, or package.module:Class"),
        ("halff", "did you mean 'half'"),
        ("twice", "'twice' is offered by .*other-heads 1.2.*; uninstall all but one"),
        ("gone", "head 'gone' of third-heads 1.2: expected an importable module 'stranger_gone', found no module"),
        ("nowhere.at_all:Half", "expected an importable module 'nowhere.at_all', found no module 'nowhere'"),
        ("needy:Half", "importing 'needy' failed: it needs 'a_package_that_is_not_there'"),
        ("raising:Half", r"importing 'raising' failed: RuntimeError: no licence \(.*raising.py:2\)"),
        ("stranger:Haalf", "expected a class 'Haalf' in module 'stranger', which has Half, Unfinished"),
        ("stranger:Layer", "expected a subclass of backends.QuantumHead, got the class Layer"),
        ("stranger:number", "expected a subclass of backends.QuantumHead, got a int"),
        ("stranger:Unfinished", "abstract class Unfinished; write _execute, _prepare"),
        ("stranger:Incapable", "Incapable.capabilities to be a backends.Capabilities, got NoneType"),
        ("stranger:NoOptions", "NoOptions.Options to be a subclass of backends.HeadOptions"),
        ("stranger:", "expected package.module:Class, got 'stranger:'"),
        ("a b:Half", "expected package.module:Class, got 'a b:Half'"),
    ],
)
def test_what_is_not_a_head_is_refused(folder, name, message):
    """Whatever is not a finished head is refused by name, and so is a plan that asks for it."""
    with pytest.raises(ConfigError, match=message):
        head_class(name)
    with pytest.raises(PlanError, match=r"run entry 1"):
        expand(
            parse(f'name = "p"\n[[runs]]\nhead = {json.dumps(name)}\ncircuit = "eq7"', where="p"),
            facts=mnist_facts("0"),
        )


def test_plan_takes_outside_heads(folder):
    """A plan names an outside head either way; its capabilities bind as ours do."""
    plan = """
        name = "p"
        [[runs]]
        head = "half"
        circuit = "eq7"
        [[runs]]
        head = "stranger:Half"
        circuit = "eq7"
        shots = {shots}
    """
    with pytest.raises(PlanError, match="Half: it is exact and takes no shots, got shots = 10"):
        expand(parse(textwrap.dedent(plan.format(shots=10)), where="p"), facts=mnist_facts("0"))

    runs = expand(parse(textwrap.dedent(plan.replace("shots = {shots}", "")), where="p"), facts=mnist_facts("0"))
    assert [run.spec.head for run in runs] == ["half", "stranger:Half"]


def test_list_names_them(folder):
    """``qhb list`` shows outside heads with their distribution, and says of clashing names what becomes of them."""
    found = json.loads(CliRunner().invoke(list_command, ["--json"]).output)["outside heads"]

    said = {entry["name"]: entry["summary"] for entry in found}
    assert said["half"] == "stranger:Half, of stranger-heads 1.2"
    assert said["statevector"].startswith("ignored: stranger-heads 1.2 offers it, but the name is ours")
    assert said["linear"].startswith("ignored")
    assert said["twice"].startswith("refused: offered by")
