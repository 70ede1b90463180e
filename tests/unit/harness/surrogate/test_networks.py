"""Networks that are not the paper's: each setting of [model] is in the exported program, or refused by name."""

import numpy as np
import pytest
import torch
from unit.harness.surrogate.test_export import run_of

from harness.errors import PlanError
from harness.spec import ModelSpec
from harness.surrogate.export import export, program_in
from harness.surrogate.trained import trained

_DRESSED = {"head": "statevector", "circuit": "dressed(n_qubits=2, n_layers=1)"}


@pytest.mark.parametrize(
    ("head", "model"),
    [
        (_DRESSED, {"features": "mlp", "readout": "linear", "head_width": 4, "angle_activation": "tanh"}),
        (_DRESSED, {"features": "none", "readout": "linear", "head_width": 2, "angle_layer": "frozen"}),
        (_DRESSED, {"features": "paper", "readout": "linear", "head_weights": "frozen", "logit_scale": 3.0}),
        (
            {"head": "statevector", "circuit": "eq7"},
            {"features": "mlp", "padding": "valid", "angle_activation": "tanh"},
        ),
    ],
)
def test_each_setting_is_in_the_program(tmp_path, head, model):
    """The program's class scores are the classifier's; the comparison that the export makes has refused all else."""
    store, record = run_of(tmp_path / "r", model=ModelSpec(**model), **head)
    assert record.status == "ok", record.failure
    found = trained(store, record)
    export(found, tmp_path / "out")
    with torch.no_grad():
        expected = found.classifier(found.scaled.values)
        scores = program_in(tmp_path / "out")(torch.from_numpy(found.samples.values))

    assert (scores - expected).abs().max() <= 1e-6 * max(1, float(expected.abs().max()))
    assert expected.std(dim=0).max() > 1e-3  # the samples differ, so equal scores say something


class Mine(torch.nn.Module):
    """A feature extractor of somebody's own."""

    def __init__(self, shape):
        super().__init__()
        self.layer = torch.nn.Linear(int(np.prod(shape)), 4)

    def forward(self, samples):
        """Return four features."""
        return self.layer(samples.flatten(1)).sin()


def test_a_feature_extractor_of_ones_own_is_refused(tmp_path, monkeypatch):
    """Its code is not in the program; the message names its class, and no circuit is evaluated."""
    store, record = run_of(
        tmp_path / "r", model=ModelSpec(features=f"{__name__}:Mine"), head="statevector", circuit="eq7"
    )
    assert record.status == "ok", record.failure
    monkeypatch.setattr("harness.surrogate.export.function_of", lambda head: pytest.fail("evaluated"))
    with pytest.raises(PlanError, match="has a layer Mine, which cannot be written down without its code"):
        export(trained(store, record), tmp_path / "out")
