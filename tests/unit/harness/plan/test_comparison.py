"""The comparisons that a plan declares."""

from pathlib import Path

import pytest
from data_facts import mnist_facts

from harness.errors import PlanError
from harness.plan.last_plan import resolve
from harness.plan.plan import parse

_RUNS = "".join(f'[[runs]]\nlabel = "{label}"\nhead = "{head}"\n' for label, head in (
    ("lin", "linear"), ("cos", "cosine"), ("cos again", "cosine\"\nmodel = { dropout = 0.1 }\n#"),
))  # fmt: skip
_SLICE = '[[runs]]\nlabel = "slice"\nhead = "linear"\nmax_steps = 3\n'
_SHUFFLED = '[[runs]]\nlabel = "sanity"\nhead = "cosine"\ndata = { labels = "shuffled" }\n'


def _declared(comparison="", more="", earlier=None):
    plan = parse(f'name = "p"\n{comparison}\n{_RUNS}{more}', where="p.toml")
    return resolve(plan, facts=mnist_facts("0"), folder=Path(), command="qhb run", earlier=earlier)


def _pairs(plan):
    return [(pair.ours, pair.theirs) for pair in plan.comparison.pairs]


def test_the_linear_head_is_the_control_unless_the_plan_says_otherwise():
    """Every head that trains in full is compared with it; slices and shuffled labels are not."""
    assert _pairs(_declared(more=_SLICE + _SHUFFLED)) == [("cos", "lin"), ("cos again", "lin")]
    assert _pairs(_declared('[comparison]\ncontrol = "cos"')) == [("lin", "cos"), ("cos again", "cos")]
    assert _declared().comparison.margin_pp == 0.5


def test_two_linear_heads_leave_no_control():
    """Which of them is meant the plan has to say."""
    other = '[[runs]]\nlabel = "other"\nhead = "linear"\nmodel = { dropout = 0.1 }\n'

    assert _pairs(_declared(more=other)) == []
    assert len(_pairs(_declared('[comparison]\ncontrol = "lin"', more=other))) == 3


def test_other_pairs_are_declared_by_label_and_each_once():
    asked = '[comparison]\nalso = [["cos again", "cos"], ["cos", "lin"]]\nmargin_pp = 1.0'

    plan = _declared(asked)

    assert _pairs(plan) == [("cos", "lin"), ("cos again", "lin"), ("cos again", "cos")]
    assert plan.comparison.margin_pp == 1.0


@pytest.mark.parametrize(
    ("comparison", "message"),
    [
        ('control = "line"', "no entry has the label 'line'; did you mean 'lin'"),
        ('also = [["cos", "nobody"]]', "no entry has the label 'nobody'"),
        ('also = [["cos", "cos"]]', "'cos' is compared with itself"),
        ('also = [["lin", "cos"]]', "'lin' and 'cos' are compared already, the other way round"),
        ('also = [["slice", "cos"]]', "'slice' stops after 3 steps, so it has no accuracy of its own"),
        ('also = [["cos", "late"]]', "'cos' and 'late' have no seed in common; give them the same seeds"),
        ('control = "slice"', "'slice' does not train in full on true labels; .* does: lin, cos, cos again, late"),
        ('control = "sanity"', "'sanity' does not train in full on true labels"),
        ('also = [["cos"]]', r"p.toml:3: comparison.also.\[1\]: .*at least 2 items"),
        ("margin_pp = 0", "comparison.margin_pp: .*greater than 0, got 0"),
        ("margin = 1", "unknown key comparison.margin; did you mean 'margin_pp'"),
    ],
)
def test_what_a_comparison_may_not_say(comparison, message):
    late = '[[runs]]\nlabel = "late"\nhead = "bounded"\nseeds = [7]\n'
    with pytest.raises(PlanError, match=message):
        _declared(f"[comparison]\n{comparison}", more=_SLICE + _SHUFFLED + late)


def test_a_declaration_keeps_its_time_until_it_changes(monkeypatch):
    """More runs leave it as it is; another margin, pair or seed is a new declaration."""
    times = iter(["first", "second", "third", "fourth"])
    monkeypatch.setattr("harness.plan.last_plan.now", lambda: next(times))
    first = _declared()
    longer = _declared(more=_SLICE, earlier=first)
    wider = _declared("[comparison]\nmargin_pp = 1.0", earlier=longer)
    more_seeds = _declared("seeds = [0, 1]\n[comparison]\nmargin_pp = 1.0", earlier=wider)

    plans = (first, longer, wider, more_seeds)
    assert [plan.comparison.declared_at for plan in plans] == ["first", "first", "third", "fourth"]
    assert [pair.seeds for pair in more_seeds.comparison.pairs] == [[0, 1], [0, 1]]


def test_a_declaration_of_an_earlier_version_keeps_its_time():
    """Its file does not tell the seeds; they are added."""
    first = _declared()
    pairs = [pair.model_copy(update={"seeds": []}) for pair in first.comparison.pairs]
    old = first.comparison.model_copy(update={"pairs": pairs, "declared_at": "before"})

    found = _declared(earlier=first.model_copy(update={"comparison": old, "key": None})).comparison

    assert (found.declared_at, found.pairs[0].seeds) == ("before", [0])
