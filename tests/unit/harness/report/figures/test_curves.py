"""Learning curves: each head is a part that can be shown and hidden, and twelve are shown at first."""

import math

import pytest
from unit.harness.report.example_records import LINEAR, record
from unit.harness.report.example_studies import DATASET

from harness.report.figures.curves import MAX_CURVES, MAX_SHOWN, curves_figure, loss_floor
from harness.report.figures.svg import Drawing
from harness.report.numbers.grouping import grouped
from harness.report.numbers.groups import Group
from harness.report.numbers.tables import epochs
from harness.spec import DataSpec, ModelSpec


def figure_of(records: list) -> Drawing:
    results = grouped(records)
    drawn = curves_figure(results, epochs(results))
    assert drawn is not None
    return drawn


def test_twelve_heads_are_shown_at_first_and_the_others_can_be_chosen() -> None:
    """Every head has a band and a line in the panel of losses and in that of accuracies, and a style of its own."""
    drawn = figure_of([record(f"s{shots}", spec={"shots": shots}) for shots in range(1, 15)])
    assert [part.label for part in drawn.parts] == [f"s{shots}" for shots in range(1, 15)]
    assert [part.shown for part in drawn.parts] == [True] * MAX_SHOWN + [False] * 2
    assert len({(part.color, part.dash) for part in drawn.parts}) == 14
    for part in drawn.parts:
        assert drawn.svg.count(f'class="{part.name}"') == 4
    assert "n = 1 seeds" in drawn.caption


def test_the_caption_tells_of_heads_that_are_not_drawn() -> None:
    """Heads of shuffled labels would squeeze the axes; more heads than a page has room for are in the CSV file."""
    many = [record(f"s{shots}", spec={"shots": shots}) for shots in range(1, MAX_CURVES + 3)]
    shuffled = record("shuffled", spec={"data": DataSpec(labels="shuffled")})
    drawn = figure_of([*many, shuffled])
    assert len(drawn.parts) == MAX_CURVES
    assert "Without 1 head trained on shuffled labels." in drawn.caption
    assert "The first 60 of 62 heads; all are in epochs.csv." in drawn.caption


def test_losses_with_a_floor_have_a_panel_of_their_own() -> None:
    """A head whose class scores are bounded, and the linear head: two panels of losses, so each has one loss and one accuracy."""
    drawn = figure_of([record("eq7"), record("linear", spec=LINEAR)])
    assert "validation loss, class scores are bounded" in drawn.svg
    assert "validation loss, class scores are free" in drawn.svg
    assert "floor 1.4612" in drawn.svg
    assert [drawn.svg.count(f'class="{part.name}"') for part in drawn.parts] == [4, 4]


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
