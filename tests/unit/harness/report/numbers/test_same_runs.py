"""Runs that two folders have both: equal bits, and whether they are promised."""

import numpy as np
import pytest
from unit.harness.report.example_records import environment
from unit.harness.report.example_studies import answered, results_of, scored

from harness.report.numbers.same_runs import same_runs
from harness.text import Missing

_RIGHT = np.ones((1, 50), dtype=bool)


def _pair(**changes):
    """Return the one run of two folders, the second of which is changed."""
    (one,), (other,) = answered("a", _RIGHT), answered("a", _RIGHT, **changes)
    found = same_runs(results_of({"a": [one]}), results_of({"b": [other]}))
    return found[0]


def test_equal_runs_are_equal():
    """All predictions of both test sets and the weights are compared; the label is the first folder's."""
    (one,) = answered("a", _RIGHT, official=scored(np.ones(70, dtype=bool)))
    (found,) = same_runs(results_of({"a": [one]}), results_of({"renamed": [one]}))

    assert (found.label, found.images, found.differing, found.same_weights) == ("a", 50 + 70, 0, True)
    assert found.equal
    assert not found.breaks_promise


def test_one_other_prediction_breaks_the_promise():
    """On one machine with the same versions a single prediction counts, also one of the official test images."""
    wrong = _RIGHT.copy()
    wrong[0, 7] = False
    found = _pair(evaluation=scored(wrong[0]))
    assert (found.differing, found.equal, found.breaks_promise) == (1, False, True)

    right = answered("a", _RIGHT, official=scored(_RIGHT[0]))
    other = answered("a", _RIGHT, official=scored(wrong[0]))
    (found,) = same_runs(results_of({"a": right}), results_of({"a": other}))
    assert (found.images, found.differing) == (100, 1)


def test_images_that_only_one_has_count_as_different():
    """A shorter list of predictions is not equal to the beginning of a longer one."""
    assert _pair(evaluation=scored(np.ones(30, dtype=bool))).differing == 20


def test_other_weights_break_the_promise():
    """Equal predictions from other weights are not the same run; a missing checksum is no difference."""
    assert _pair(weights_sha256="other").breaks_promise
    found = _pair(weights_sha256=None)
    assert isinstance(found.same_weights, Missing)
    assert found.equal


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cpu": "another cpu"}, "processor: a cpu / another cpu"),
        ({"python": "4"}, "Python: 3 / 4"),
        ({"torch_device": "a gpu"}, "torch device: cpu / a gpu"),
        ({"versions": {"quantum-head-bench": "0.2.0"}}, "quantum-head-bench: 0.1.0 / 0.2.0"),
        ({"versions": {"quantum-head-bench": "0.1.0", "torch": "2"}}, "torch: not installed / 2"),
        ({"git_commit": "abcdefabcdef"}, "commit: installed package / abcdefa"),
    ],
)
def test_other_circumstances_promise_nothing(changes, expected):
    """Each of them is named, and then other predictions do not break the promise."""
    wrong = ~_RIGHT
    found = _pair(environment=environment(**changes), evaluation=scored(wrong[0]))
    assert found.circumstances == (expected,)
    assert not found.equal
    assert not found.breaks_promise


def test_a_dirty_checkout_promises_nothing():
    """Two checkouts of one commit may differ in files that were not committed."""
    dirty = environment(git_commit="abcdefabcdef-dirty")
    (one,) = answered("a", _RIGHT, environment=dirty)
    (found,) = same_runs(results_of({"a": [one]}), results_of({"a": [one]}))
    assert found.circumstances == ("commit: both abcdefa-dirty, with files that may differ",)


def test_the_core_count_and_the_load_do_not_matter():
    """Runs use one thread, so their bits do not depend on them."""
    assert _pair(environment=environment(n_cores=64, load_average=9.0, platform="other")).circumstances == ()
