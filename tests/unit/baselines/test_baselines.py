"""The classical heads: what each computes, its shape and its parameters."""

import pytest
import torch

from baselines import BASELINES, baseline_class
from baselines.mlp import MlpOptions
from baselines.tanh import TanhOptions

_VALUES = torch.linspace(-3, 3, 4 * 10).reshape(4, 10)


@pytest.mark.parametrize("name", BASELINES)
def test_a_head_takes_what_it_says_and_returns_a_score_for_each_class(name):
    """Whatever stands in front of the last dimension is kept, and each input matters to some score."""
    kind = baseline_class(name)
    head = kind(10)
    assert head.input_shape == (kind.n_inputs(10, kind.Options()),)
    values = torch.linspace(-1, 1, 6 * head.input_shape[0]).reshape(2, 3, *head.input_shape).requires_grad_()
    scores = head(values)
    (scores * torch.arange(1.0, 11.0)).sum().backward()

    assert scores.shape == (2, 3, 10)
    assert values.grad.abs().sum(dim=(0, 1)).gt(0).all()


def test_bounded_is_the_sigmoid_of_each_value():
    """1 / (1 + exp(-x)): between 0 and 1 like p(0), and rising in its own value alone."""
    scores = baseline_class("bounded")(10)(_VALUES)

    assert torch.allclose(scores, 1 / (1 + torch.exp(-_VALUES)), rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", BASELINES)
def test_a_head_says_how_far_its_values_reach(name):
    """Bounded heads come close to both ends of their range and never leave it; probabilities are between 0 and 1."""
    head, reach = baseline_class(name)(10), BASELINES[name].output_range
    values = head(torch.linspace(-100, 100, 1001 * head.input_shape[0]).reshape(1001, -1)).detach()

    assert (reach is None) == (values.abs().max() > 1)
    assert reach is None or 0.99 * reach < values.max() - values.min() <= reach
    assert not head.returns_probabilities or (values.min() >= 0 and reach == 1)


@pytest.mark.parametrize(
    ("name", "options"), [*((name, {}) for name in BASELINES), ("tanh", {"more_layers": 1}), ("mlp", {"hidden": 2})]
)
def test_a_head_says_whether_it_has_weights(name, options):
    """Before it is made."""
    kind = baseline_class(name)
    checked = kind.Options(**options)

    assert kind.has_weights(checked) == bool(list(kind(10, checked).parameters()))


def test_tanh_is_the_classical_network_of_mari_et_al():
    """Without more layers the tanh of each value; with one, tanh(W tanh(x) + b)."""
    head = baseline_class("tanh")(10, TanhOptions(more_layers=1))
    (layer,) = head.layers

    assert torch.allclose(baseline_class("tanh")(10)(_VALUES), 1 - 2 / (torch.exp(2 * _VALUES) + 1), atol=1e-6)
    assert torch.allclose(head(_VALUES), torch.tanh(torch.tanh(_VALUES) @ layer.weight.T + layer.bias), atol=1e-6)


def test_linear_and_cosine_take_one_value_a_class():
    """The linear head adds nothing; the cosine head is the formula of Eq. (7)."""
    assert torch.equal(baseline_class("linear")(10)(_VALUES), _VALUES)
    assert torch.allclose(baseline_class("cosine")(10)(_VALUES), torch.cos(_VALUES / 2) ** 2, atol=1e-6)


def test_mlp_is_a_relu_and_a_linear_layer():
    """Scores are the layer's of what is positive."""
    head = baseline_class("mlp")(10, MlpOptions(hidden=3))
    values = torch.tensor([[-1.0, 2.0, 0.5]])

    assert torch.allclose(
        head(values), torch.tensor([[0.0, 2.0, 0.5]]) @ head.layer.weight.T + head.layer.bias, atol=1e-6
    )


def test_the_default_mlp_has_the_number_of_parameters_nearest_to_that_of_eq7():
    """Linear(128, 40), which feeds ten circuits with four angles, has 5,160 parameters; 36 and 38 hidden values are further."""

    def n_parameters(hidden: int) -> int:
        head = baseline_class("mlp")(10, MlpOptions(hidden=hidden))
        return 129 * hidden + sum(values.numel() for values in head.parameters())

    with_eq7 = 129 * 40
    default = MlpOptions().hidden

    assert n_parameters(default) == 5153
    assert min(range(1, 60), key=lambda hidden: abs(n_parameters(hidden) - with_eq7)) == default


@pytest.mark.parametrize("name", ["linear", "cosine", "bounded", "tanh"])
def test_most_heads_have_no_parameters(name):
    """The network's angle layer holds them all."""
    assert list(baseline_class(name)(10).parameters()) == []
