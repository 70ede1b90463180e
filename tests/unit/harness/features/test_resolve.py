"""What of a network does not fit together is refused before compute is spent."""

import pytest

from backends.errors import ConfigError
from harness.features.resolve import resolve_features
from harness.heads import resolve_head
from harness.spec import ModelSpec, RunSpec

_IMAGE = (1, 28, 28)
_DRESSED = "hardware_efficient(n_qubits=4, n_layers=1, n_outputs=4)"


def _resolved(shape=_IMAGE, n_classes=10, **settings):
    model = settings.pop("model", {})
    spec = RunSpec(**{"head": "linear", **settings}, model=ModelSpec(**model))
    head = resolve_head(spec, n_classes=n_classes)
    return head, resolve_features(spec, head, shape=shape)


@pytest.mark.parametrize(
    ("features", "shape", "n_features", "trained"),
    [("paper", _IMAGE, 128, True), ("mlp", (7,), 128, True), ("none", (7,), 7, False), ("none", (3, 2, 2), 12, False)],
)
def test_the_number_of_features(features, shape, n_features, trained):
    """Of each extractor, and whether it has weights."""
    _, found = _resolved(shape, model={"features": features})

    assert (found.n_features, found.trained, found.code) == (n_features, trained, None)


@pytest.mark.parametrize(
    ("settings", "n_circuits", "n_inputs"),
    [
        ({"circuit": "eq7"}, 10, 40),
        ({"circuit": "eq7", "model": {"readout": "linear"}}, 10, 40),
        ({"circuit": "eq7", "model": {"readout": "linear", "head_width": 3}}, 3, 12),
        ({"circuit": _DRESSED, "model": {"readout": "linear", "head_width": 4}}, 1, 4),
        ({"circuit": _DRESSED, "model": {"readout": "linear", "head_width": 12}}, 3, 12),
        ({"circuit": "eq7", "n_classes": 3}, 3, 12),
    ],
)
def test_the_number_of_circuits(settings, n_circuits, n_inputs):
    """As many as give the width: one value a class, or head_width to a linear readout."""
    head, _ = _resolved(head="statevector", **settings)

    assert (head.n_circuits, head.n_inputs) == (n_circuits, n_inputs)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"model": {"head_width": 4}},
            "model.head_width = 4: with readout = 'probability' each of the head's values is the score of one of 10 classes",
        ),
        (
            {"head": "statevector", "circuit": _DRESSED},
            "has 4 outputs, which do not divide 10 classes evenly; measure a number of qubits that does: 1, 2, 5, 10; or set "
            "model.readout = 'linear' and head_width = 4",
        ),
        (
            {"head": "statevector", "circuit": _DRESSED, "n_classes": 3},
            "has 4 outputs, which do not divide 3 classes evenly; measure a number of qubits that does: 1, 3; or set",
        ),
        (
            {"head": "statevector", "circuit": _DRESSED, "model": {"readout": "linear", "head_width": 6}},
            "has 4 outputs, which do not divide head_width = 6 evenly; set model.head_width to a multiple of 4: 4 for one",
        ),
        (
            {"shape": (7,), "model": {"features": "none", "angle_layer": "none"}},
            "'none': expected as many features as head 'linear' has inputs, got 7 features .none. and 10 inputs; leave angle_layer",
        ),
        (
            {"shape": (10,), "model": {"features": "none", "angle_layer": "none"}},
            "nothing is trained: features 'none', angle_layer = 'none' and head 'linear' have no weights that change",
        ),
        ({"shape": (7,), "model": {"features": "none", "angle_layer": "frozen"}}, "nothing is trained: "),
        (
            {
                "shape": (4,), "n_classes": 4, "head": "statevector", "circuit": _DRESSED,
                "model": {"features": "none", "angle_layer": "none", "head_weights": "frozen"},
            },
            "nothing is trained: .*head 'statevector'",
        ),
        (
            {"model": {"features": "mlp", "dropout": 0.5}},
            "model.features = 'mlp' has no dropout, which the extractor 'paper' has; leave it out",
        ),
        (
            {"model": {"features": "none", "padding": "same", "pool_kernel": 3}},
            "model.features = 'none' has no padding, pool_kernel, .*; leave them out",
        ),
        ({"shape": (3, 19, 20)}, "expected images of at least 20 x 20 pixels .*got 19 x 20; with padding = 'same' it takes 4 x 4"),
        ({"shape": (9,)}, r"expected images of shape \(channels, height, width\), got samples of shape \(9,\)"),
        ({"model": {"features": "no_such_module:Net"}}, "model.features = 'no_such_module:Net': expected an importable module"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(settings, message):
    """Widths, numbers of features, networks without a weight, settings without effect, images that are too small."""
    with pytest.raises(ConfigError, match=message):
        _resolved(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"shape": (10,), "model": {"features": "none", "angle_layer": "none", "readout": "linear"}},
        {"shape": (7,), "model": {"features": "none"}},
        {"shape": (37,), "head": "mlp", "model": {"features": "none", "angle_layer": "none"}},
        {"model": {"angle_layer": "frozen"}},
    ],
)
def test_one_layer_that_is_trained_is_enough(settings):
    """The readout, the angle layer, the head's own weights, or the features."""
    _resolved(**settings)
