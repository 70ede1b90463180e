"""The last plan of a results folder: its runs are used again for the same plan, and for no other."""

from pathlib import Path

import pytest
from data_facts import mnist_facts

from harness.plan import last_plan
from harness.plan.last_plan import resolve
from harness.plan.plan import parse

_PLAN = 'name = "p"\nseeds = [{seed}]\n[[runs]]\nhead = "{head}"\n{more}'


def _resolve(earlier, folder=Path(), *, head="linear", seed=0, more="", sha="0"):
    plan = parse(_PLAN.format(head=head, seed=seed, more=more), where="p")
    return resolve(plan, facts=mnist_facts(sha), folder=folder, command="qhb run", earlier=earlier)


@pytest.fixture
def expansions(monkeypatch):
    """Return the list of plans that were expanded."""
    made = []
    expand = last_plan.expand

    def counted(plan, **options):
        made.append(plan)
        return expand(plan, **options)

    monkeypatch.setattr(last_plan, "expand", counted)
    return made


def test_the_same_plan_is_expanded_once(expansions):
    """Resolved again from its file, the same plan has the same runs and is not expanded."""
    first = _resolve(None)
    again = _resolve(type(first).model_validate_json(first.model_dump_json()))

    assert again == first
    assert len(expansions) == 1


@pytest.mark.parametrize("change", [{"seed": 1}, {"sha": "1"}, {"head": "cosine"}, {"more": "max_steps = 3"}])
def test_another_plan_is_another(expansions, change):
    """A plan with another seed, data set, head or entry is expanded and gives other runs."""
    first = _resolve(None)
    second = _resolve(first, **change)

    assert len(expansions) == 2
    assert second.key != first.key
    assert {run.run_id for run in second.runs}.isdisjoint(run.run_id for run in first.runs)


def test_changed_code_and_packages_count(expansions, monkeypatch):
    """With other installed versions or edited sources the plan is expanded again."""
    first = _resolve(None)
    monkeypatch.setattr(last_plan, "_installed", lambda: iter(["torch-99.dist-info"]))
    second = _resolve(first)
    monkeypatch.setattr(last_plan, "_code", lambda: iter([("x.py", 1, 2)]))
    third = _resolve(second)

    assert len(expansions) == 3
    assert len({first.key, second.key, third.key}) == 3


def test_a_stranger_s_head_is_looked_at_each_time(expansions):
    """A plan with an outside head is expanded each time, because its code may have changed."""
    more = 'circuit = "eq7"'
    first = _resolve(None, head="backends.adapters.statevector:Statevector", more=more)
    _resolve(first, head="backends.adapters.statevector:Statevector", more=more)

    assert first.key is None
    assert len(expansions) == 2


def test_a_renamed_angle_is_another_plan(expansions, tmp_path):
    """The names of a circuit's angles are shown and recorded, so runs with older names are not used again."""
    file = tmp_path / "c.toml"
    text = 'n_qubits = 1\ninputs = ["{0}"]\ngates = "rx({0}) 0"\n'
    more = 'circuit = "c.toml"\nshots = 10'
    file.write_text(text.format("old"))
    first = _resolve(None, tmp_path, head="statevector", more=more)
    file.write_text(text.format("new"))
    second = _resolve(first, tmp_path, head="statevector", more=more)

    assert len(expansions) == 2
    assert second.runs[0].spec.own_circuit.angle_names == ("new",)
    assert second.runs[0].run_id == first.runs[0].run_id
