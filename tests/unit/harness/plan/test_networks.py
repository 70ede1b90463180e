"""The network around the head in a plan: what counts in a run's id, and what is refused before compute."""

import pytest
from data_facts import mnist_facts

from harness.errors import PlanError
from harness.plan.expand import expand
from harness.plan.plan import parse

_FEATURES = (
    "from torch import nn\nclass Mine(nn.Flatten):\n    def __init__(self, shape):\n        super().__init__()\n"
)
_LINEAR = '[model]\nreadout = "linear"\nhead_width = 4\n'


def _runs(text):
    return expand(parse(f'name = "p"\n{text}', where="p.toml"), facts=mnist_facts())


def test_settings_at_their_defaults_do_not_count():
    """A plan that names them has the runs of one that does not; each other value is another run."""
    named = (
        '[model]\nfeatures = "paper"\nreadout = "probability"\nangle_layer = "trained"\nangle_activation = "none"\n'
        'head_weights = "trained"\n[[runs]]\nhead = "linear"'
    )
    others = ['features = "mlp"', 'readout = "linear"', 'angle_activation = "tanh"', 'head_weights = "frozen"', _LINEAR]
    ids = [run.run_id for text in (named, '[[runs]]\nhead = "linear"') for run in _runs(text)]
    changed = [
        run.run_id
        for other in others
        for run in _runs(f'[model]\n{other.removeprefix("[model]")}\n[[runs]]\nhead = "linear"')
    ]

    assert ids[0] == ids[1]
    assert len({ids[0], *changed}) == 1 + len(others)


def test_an_edited_extractor_is_another_run(tmp_path, monkeypatch):
    """The code of the class counts, as that of an outside head does."""
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "extractor_of_a_plan.py"
    plan = '[model]\nfeatures = "extractor_of_a_plan:Mine"\n[[runs]]\nhead = "linear"'
    found = []
    for text in (_FEATURES, _FEATURES + "# edited\n", _FEATURES):
        file.write_text(text)
        found += _runs(plan)
    first, edited, again = found

    assert first.spec.features_code
    assert first.run_id == again.run_id != edited.run_id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[model]\nfeatures = "papper"\n[[runs]]\nhead = "linear"', "run entry 1 .linear.: model.features = 'papper': .*'paper'"),
        ('[model]\nhead_width = 0\n[[runs]]\nhead = "linear"', "model.head_width: .*greater than or equal to 1, got 0"),
        ('[model]\nreadout = "lin"\n[[runs]]\nhead = "linear"', "model.readout: .*'probability' or 'linear', got 'lin'"),
        ('[[runs]]\nhead = "linear"\nmodel = { head_width = 4 }', "model.head_width = 4: with readout = 'probability'"),
        (
            f'{_LINEAR}[[runs]]\nhead = "statevector"\ncircuit = "dressed(n_qubits=3)"',
            "has 3 outputs, which do not divide head_width = 4 evenly",
        ),
        (
            '[model]\nangle_layer = "none"\n[[runs]]\nhead = "linear"',
            "expected as many features as head 'linear' has inputs, got 128 features .paper. and 10 inputs",
        ),
        (
            f'{_LINEAR}[[runs]]\nhead = "tanh"\nlabel = "a"\n[[runs]]\nhead = "tanh"\nlabel = "b"\nweights_of = "a"\n'
            "model = { head_width = 5 }",
            "weights_of = 'a': expected an entry with the same layers, got model.head_width = 4 there and 5 here",
        ),
    ],
)  # fmt: skip
def test_what_a_network_may_not_be(text, message):
    """The message names the entry, or the line."""
    with pytest.raises(PlanError, match=message):
        _runs(text)


def test_weights_go_through_the_same_network():
    """From one backend to another, with the readout that was trained with them."""
    trained, used = _runs(
        f'{_LINEAR}[[runs]]\nhead = "statevector"\ncircuit = "dressed"\nlabel = "a"\n'
        '[[runs]]\nhead = "statevector"\ncircuit = "dressed"\nshots = 100\nlabel = "b"\nweights_of = "a"'
    )

    assert used.spec.weights_from == trained.run_id
