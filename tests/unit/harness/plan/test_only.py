"""``--only``: some entries of a plan, and what they need."""

import pytest

from harness.errors import PlanError
from harness.plan.only import only
from harness.spec import Run, RunSpec


def _run(label, *, seed=0, weights_from=None):
    return Run(f"{label} {seed}", label, RunSpec(head="linear", seed=seed, weights_from=weights_from))


_RUNS = [
    *(_run(label, seed=seed) for label in ("eq7", "eq7 swapped", "linear") for seed in (0, 1)),
    _run("native", weights_from="linear 1"),
]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], [run.run_id for run in _RUNS]),
        (["eq7"], ["eq7 0", "eq7 1"]),  # a label, not what it is a part of
        (["q7"], ["eq7 0", "eq7 1", "eq7 swapped 0", "eq7 swapped 1"]),
        (["swapped", "linear"], ["eq7 swapped 0", "eq7 swapped 1", "linear 0", "linear 1"]),
        (["native"], ["linear 1", "native 0"]),  # with the run whose weights it needs, that seed alone
    ],
)
def test_what_is_chosen(texts, expected):
    """A label chooses itself, another text all labels that hold it; the order is the plan's."""
    assert [run.run_id for run in only(_RUNS, texts, plan="p")] == expected


def test_a_text_that_chooses_nothing():
    """It is named with the plan and the labels that there are, also beside one that chooses something."""
    with pytest.raises(
        PlanError, match="--only eq8: no such entry in plan p; there are: eq7; eq7 swapped; linear; native"
    ):
        only(_RUNS, ["eq7", "eq8"], plan="p")
