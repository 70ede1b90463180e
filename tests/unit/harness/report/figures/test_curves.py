"""The floor of the loss: of bounded class scores alone."""

import math

import pytest
from unit.harness.report.example_records import LINEAR, record
from unit.harness.report.example_studies import DATASET

from harness.report.figures.curves import loss_floor
from harness.report.numbers.groups import Group
from harness.spec import ModelSpec


@pytest.mark.parametrize(
    ("spec", "model", "floor"),
    [
        ({}, {}, math.log(1 + 9 * math.exp(-1))),
        ({}, {"logit_scale": 3.0}, math.log(1 + 9 * math.exp(-3))),
        ({**LINEAR, "head": "cosine"}, {}, math.log(1 + 9 * math.exp(-1))),
        ({**LINEAR, "head": "tanh"}, {}, math.log(1 + 9 * math.exp(-2))),
        (LINEAR, {}, None),
        ({}, {"readout": "linear"}, None),
        ({**LINEAR, "head": "cosine"}, {"readout": "linear"}, None),
    ],
)
def test_the_floor(spec, model, floor):
    """Right class at the top of its range, nine others at the bottom; a linear readout has no floor."""
    group = Group("a", (record("a", spec={**spec, "model": ModelSpec(**model)}, dataset=DATASET),))

    assert loss_floor(group) == (None if floor is None else pytest.approx(floor))
