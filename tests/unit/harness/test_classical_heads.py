"""Classical heads of a spec: their options, their part in a run's id, and their first weights."""

import pytest
import torch
from data_facts import MNIST, mnist_facts

from backends.errors import ConfigError
from backends.sampling import stream_seed
from baselines import BASELINES, baseline_class
from harness.heads import build_head, resolve_head
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.spec import ModelSpec, RunSpec
from harness.training.model import Classifier


def _classifier(spec: RunSpec) -> Classifier:
    return Classifier(build_head(spec, resolve_head(spec, n_classes=10)), spec.model, **MNIST, seed=spec.seed)


def _run(entry: str):
    (run,) = expand(parse(f'name = "mine"\n[[runs]]\n{entry}', where="test"), facts=mnist_facts())
    return run


def test_the_default_of_an_option_counts_in_the_id():
    """An MLP that names its default is the same run; another width is another one. Heads without options have none."""
    plain, named, other = (
        _run(f'head = "mlp"\n{options}') for options in ("", "options = { hidden = 37 }", "options = { hidden = 20 }")
    )

    assert plain.spec.options == {"hidden": 37}
    assert plain.run_id == named.run_id != other.run_id
    assert [_run(f'head = "{name}"').spec.options for name in ("linear", "cosine", "bounded")] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"head": "mlp", "options": {"hiden": 3}},
            "mlp: unknown option hiden = 3: expected one of hidden; did you mean",
        ),
        (
            {"head": "mlp", "options": {"hidden": 0}},
            "mlp: option hidden: Input should be greater than or equal to 1, got 0",
        ),
        ({"head": "mlp", "options": {"hidden": 4097}}, "option hidden: .*less than or equal to 4096, got 4097"),
        (
            {"head": "linear", "options": {"device": "manila"}},
            r"head 'linear' has no option 'device'; its options: none; heads that have 'device': fake_ibm, ",
        ),
        (
            {"head": "statevector", "circuit": "eq7", "options": {"hidden": 3}},
            "head 'statevector' has no option 'hidden'; its options: none; heads that have 'hidden': mlp",
        ),
        ({"head": "bounded", "options": {"depth": 1}}, "bounded: unknown option depth = 1: it has no options"),
        (
            {"head": "mlp", "circuit": "eq7", "shots": 1},
            "head 'mlp' is classical and takes no circuit, shots; leave it out",
        ),
        ({"head": "bounded", "execution": "table"}, "head 'bounded' is classical and takes no execution = 'table'"),
    ],
)
def test_what_a_classical_head_cannot_use_is_named(settings, message):
    """Unknown options, values out of range, options of other heads, and what belongs to circuits."""
    with pytest.raises(ConfigError, match=message):
        resolve_head(RunSpec(**settings), n_classes=10)


def test_options_reach_the_head():
    """The network's last linear layer has a value for each hidden one."""
    classifier = _classifier(RunSpec(head="mlp", options={"hidden": 5}))

    assert classifier.to_head.weight.shape == (5, 128)
    assert classifier(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


@pytest.mark.parametrize("head", BASELINES)
def test_equal_seeds_give_equal_layers_whatever_the_classical_head(head):
    """Features begin as those of the linear head do; so does the last linear layer where it has the same size."""
    ours, linear = (_classifier(RunSpec(head=name, seed=3)) for name in (head, "linear"))

    for (name, one), two in zip(ours.features.state_dict().items(), linear.features.state_dict().values(), strict=True):
        assert torch.equal(one, two), name
    assert torch.equal(ours.to_head.weight, linear.to_head.weight) is (head != "mlp")


def test_the_layer_in_a_head_has_a_stream_of_its_own():
    """It begins with the first numbers of its stream, whatever was drawn before."""
    torch.manual_seed(1)
    layer = _classifier(RunSpec(head="mlp", seed=3)).head.layer
    torch.manual_seed(stream_seed(3, "head", 0))
    expected = torch.nn.Linear(37, 10)

    assert torch.equal(layer.weight, expected.weight)
    assert torch.equal(layer.bias, expected.bias)


@pytest.mark.parametrize("initialization", ["torch", "xavier"])
def test_the_layer_in_a_head_is_initialized_as_the_others_are(initialization):
    """xavier: uniform up to sqrt(6 / (inputs + outputs)), no bias; torch: up to 1 / sqrt(inputs)."""
    layer = Classifier(baseline_class("mlp")(10), ModelSpec(initialization=initialization), **MNIST, seed=0).head.layer
    limit = (6 / (37 + 10)) ** 0.5 if initialization == "xavier" else 37**-0.5

    assert 0.9 * limit < layer.weight.abs().max().item() <= limit * (1 + 1e-6)
    assert layer.bias.any().item() is (initialization == "torch")
