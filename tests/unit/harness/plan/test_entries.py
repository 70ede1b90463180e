"""What the entries of a plan vary and override."""

import pytest
from data_facts import mnist_facts

from harness.errors import PlanError
from harness.plan.expand import expand
from harness.plan.plan import parse


def _runs(text):
    return expand(parse(f'name = "p"\n[training]\nepochs = 3\n{text}', where="p.toml"), facts=mnist_facts())


def test_an_entry_overrides_settings_of_the_plan():
    """It has its own value, and the plan's where it says nothing; its name says what it overrides."""
    plain, other = _runs(
        '[[runs]]\nhead = "linear"\n[[runs]]\nhead = "linear"\ntraining = { batch_size = 64 }\nmodel = { dropout = 0.5 }\n'
        'data = { labels = "shuffled" }'
    )

    assert (plain.spec.training.batch_size, plain.spec.training.epochs, plain.spec.model.dropout) == (32, 3, 0.25)
    assert (other.spec.training.batch_size, other.spec.training.epochs, other.spec.model.dropout) == (64, 3, 0.5)
    assert other.spec.data.labels == "shuffled"
    assert other.label == "linear, labels shuffled, dropout 0.5, batch_size 64"


def test_vary_gives_an_entry_for_each_value():
    """The key is one of the entry's, of its options, or of the plan's tables; labels end in the value."""
    shots = _runs('[[runs]]\nlabel = "eq7"\nhead = "statevector"\ncircuit = "eq7"\nvary = { shots = [10, 100] }')
    device = _runs(
        '[[runs]]\nhead = "fake_ibm"\ncircuit = "eq7"\nvary = { "options.device" = ["manila", "lima"] }\n'
        "options = { readout_error = false }"
    )
    batch = _runs('[[runs]]\nhead = "linear"\n[[runs]]\nhead = "linear"\nvary = { "training.batch_size" = [16, 64] }')

    assert [(run.label, run.spec.shots) for run in shots] == [("eq7 10", 10), ("eq7 100", 100)]
    assert [run.spec.options["device"] for run in device] == ["manila", "lima"]
    assert not any(run.spec.options["readout_error"] for run in device)
    assert [run.spec.training.batch_size for run in batch] == [32, 16, 64]
    assert len({run.label for run in (*device, *batch)}) == 5


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("training = { epoch = 4 }", "unknown key training.epoch; did you mean 'epochs'"),
        ("training = { epochs = 0 }", "training.epochs: .*greater than or equal to 1, got 0"),
        ('model = { dropout = "much" }', "model.dropout: .*number, got 'much'"),
        ('data = { name = "kmnist" }', "data.name: all runs of a plan use one data set"),
        ('model = { name = "large" }', "unknown key model.name"),
        ("vary = { shots = [] }", "expected one key with at least one value"),
        ("vary = { shots = [1], circuit = ['eq7'] }", "expected one key with at least one value"),
        ("vary = { shot = [1] }", "vary: expected one of .*, got 'shot'; did you mean 'shots'"),
        ("vary = { 'modell.dropout' = [0.1] }", "got 'modell.dropout'"),
        ("vary = { shots = ['many'] }", "vary, shots = 'many': .*integer"),
        ("vary = { 'training.epoch' = [1] }", "unknown key training.epoch"),
    ],
)
def test_what_an_entry_may_not_say(entry, message):
    with pytest.raises(PlanError, match=message):
        _runs(f'[[runs]]\nhead = "linear"\n{entry}')


def test_auto_is_a_table_where_the_head_has_one():
    """Few angles make a small table; 28 do not, and are computed by channels."""
    entry = '[[runs]]\nhead = "fake_ibm"\nexecution = "auto"\ncircuit = "{}"\n'
    small, large = _runs(entry.format("eq7") + entry.format("hardware_efficient(n_qubits=4, n_layers=2)"))

    assert small.spec.execution == "table"
    assert large.spec.execution == "channels"


def test_weights_without_training():
    """weights_of without max_steps asks for an evaluation alone."""
    trained, tested = _runs(
        '[[runs]]\nlabel = "ideal"\nhead = "statevector"\ncircuit = "eq7"\n'
        '[[runs]]\nhead = "fake_ibm"\ncircuit = "eq7"\nweights_of = "ideal"'
    )

    assert (trained.spec.scope, tested.spec.scope) == ("full", "evaluation")
    assert tested.spec.weights_from == trained.run_id
