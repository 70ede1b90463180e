"""How a response is made and verified: which angles are compared, what deviation is allowed, which terms shot noise explains."""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import TableError
from backends.head import Capabilities, Executed, Outcomes, QuantumHead
from backends.sampling import stream_seed
from backends.surrogates.build import Built, build
from backends.surrogates.polynomial import Grid

ONE = Circuit("one", 1, 1, (Gate("rx", (0,), (Angle(0),)),))
TWO = Circuit("two", 2, 2, (Gate("rx", (0,), (Angle(0),)), Gate("ry", (1,), (Angle(1, 0.5),))), measured=(0, 1))


class Told(QuantumHead):
    """Answers what a test tells it, and notes the jobs that it was given."""

    capabilities: ClassVar = Capabilities(
        analytic=True, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=2
    )
    answer: Callable[[torch.Tensor], torch.Tensor]
    off = 0.0
    """Added to the answers after those of the grid."""

    def _prepare(self) -> None:
        self.jobs: list[tuple[int, torch.Tensor]] = []
        self.n_points = Grid.of(self.circuit).n_points

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        self.jobs.append((first_evaluation, rows))
        return Executed(self.answer(rows) + (self.off if first_evaluation >= self.n_points else 0.0), len(rows), 0)

    def _outcomes(self, rows: torch.Tensor, *, first_evaluation: int) -> Outcomes:
        executed = self._execute(rows, first_evaluation=first_evaluation)
        first, second = executed.p_zero.T
        joint = torch.stack(
            (first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second)), dim=1
        )
        return Outcomes(joint, len(rows), 0)

    def provenance(self) -> dict[str, Any]:
        return {}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))


def _cosine(amplitude: float) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda rows: 0.5 + amplitude * rows[:, :1].cos()


def _constant(value: float, *, n_outputs: int = 1) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda rows: torch.full((len(rows), n_outputs), value, dtype=torch.float64)


def _built(
    answer: Any, *, circuit: Circuit = ONE, shots: int | None = None, off: float = 0.0, **options: Any
) -> tuple[Told, Built]:
    head = Told(circuit, n_circuits=1, shots=shots, seed=options.pop("head_seed", 0))
    head.answer, head.off = answer, off
    return head, build(head, Grid.of(circuit), **{"joint": False, "seed": 0, **options})


@pytest.mark.parametrize(("shots", "n_rows"), [(None, 16), (1000, 4)])
def test_the_grid_and_then_fresh_angles_are_evaluated(shots, n_rows):
    """After the grid's points come random angles over whole periods, from the seed's stream for verification."""
    head, built = _built(_constant(0.25, n_outputs=2), circuit=TWO, shots=shots, seed=5)
    (first, points), (second, fresh) = head.jobs
    drawn = np.random.default_rng(stream_seed(5, "verification", 0)).uniform(0, 1, (n_rows, 2))

    assert (first, second) == (0, 9)
    assert torch.equal(points, Grid.of(TWO).points())
    np.testing.assert_allclose(fresh.numpy(), drawn * [2 * np.pi, 4 * np.pi], rtol=1e-15)
    assert built.facts["verification"]["rows"] == n_rows


def test_an_exact_response_may_miss_its_head_by_1e_10():
    """Below that it is rounding, above it the head is no trigonometric polynomial; the deviation is in the facts."""
    _, built = _built(_cosine(0.45), off=0.9e-10)
    assert built.facts["verification"] == {
        "rows": 16,
        "deviation": pytest.approx(0.9e-10, rel=1e-4, abs=0),
        "allowed": 1e-10,
    }
    assert {key: built.facts[key] for key in ("kind", "grid_points", "grid_from", "terms", "dead_angles")} == {
        "kind": "exact", "grid_points": 3, "grid_from": "backend", "terms": 2, "dead_angles": [],
    }  # fmt: skip
    with pytest.raises(TableError, match=r"allowed is a difference of 1e-10; .*use execution = 'native'"):
        _built(_cosine(0.4), off=1.1e-10)


def test_the_worst_of_all_values_is_judged():
    """One output of two that is off is found, by its angles and both values."""

    def answer(rows):
        return torch.stack((rows[:, 0].cos(), (rows[:, 1] / 2).sin() ** (3 if len(rows) == 16 else 1)), dim=1) / 4 + 0.5

    with pytest.raises(
        TableError, match=r"table of Told: at fresh random angles \[\d.*\] of circuit 'two' it says 0\.\d+"
    ):
        _built(answer, circuit=TWO)


def _standard_error(p: float, shots: int, n_points: int) -> float:
    """Return the standard error of the mean of n_points frequencies, Laplace's rule for the variance."""
    smoothed = (p * shots + 1) / (shots + 2)
    return math.sqrt(smoothed * (1 - smoothed) / shots / n_points)


@pytest.mark.parametrize("p", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_an_estimate_may_miss_its_head_by_six_standard_errors(p):
    """Of the frequency and of the estimate together, and six shots; a bit more is an error. Here the estimate is a constant."""
    shots = 100
    error = _standard_error(p, shots, 3)
    allowed = 6 * math.sqrt(p * (1 - p) / shots + error**2) + 6 / shots
    direction = 1 if p < 0.5 else -1
    _, built = _built(_constant(p), shots=shots, off=direction * 0.99 * allowed)

    assert built.facts["kind"] == "estimate"
    assert built.facts["shots_a_point"] == shots
    assert built.facts["standard_error"] == pytest.approx(error, rel=1e-12)
    assert built.facts["verification"]["allowed"] == pytest.approx(allowed, rel=1e-12)
    assert built.facts["verification"]["deviation"] == pytest.approx(0.99 * allowed, rel=1e-9)
    with pytest.raises(TableError, match=f"allowed is a difference of {allowed:.2g}"):
        _built(_constant(p), shots=shots, off=direction * 1.01 * allowed)


@pytest.mark.parametrize(("share", "n_terms"), [(0.98, 1), (1.02, 2)])
def test_terms_that_shot_noise_explains_go(share, n_terms):
    """A term stays from 3 + sqrt(2 ln n) of its standard errors on: here sqrt(2/3) of a point's, and n = 3 terms."""
    shots = 10_000
    limit = (3 + math.sqrt(2 * math.log(3))) * math.sqrt(2 / 3 * 0.25 / shots)
    _, built = _built(_cosine(share * limit), shots=shots)

    assert built.facts["terms"] == n_terms
    assert built.facts["dead_angles"] == ([1] if n_terms == 1 else [])


def test_joint_outcomes_have_a_value_each():
    """For outputs that share their shots the response has every joint outcome; verified at fresh angles as well."""

    def answer(rows):
        return torch.stack((rows[:, 0].cos(), (rows[:, 1] / 2).sin()), dim=1) / 4 + 0.5

    head, built = _built(answer, circuit=TWO, joint=True)
    rows = torch.tensor([[0.3, 1.2]], dtype=torch.float64)

    assert [len(job) for _, job in head.jobs] == [9, 16]
    torch.testing.assert_close(built.response(rows), head._outcomes(rows, first_evaluation=0).joint, rtol=0, atol=1e-14)
    assert (head.tally.forward.requested, head.tally.backward.requested) == (9 + 16, 0)
    assert _built(answer, circuit=TWO, joint=True)[1].facts["grid_from"] == "cache"
    other, margins = _built(answer, circuit=TWO, joint=False)
    assert (other.tally.forward.requested, other.tally.backward.requested) == (9 + 16, 0)
    assert margins.facts["grid_from"] == "backend", "margins and joint outcomes are kept apart"
    torch.testing.assert_close(margins.response(rows), answer(rows), rtol=0, atol=1e-14)


def test_a_kept_grid_is_verified_with_the_evaluations_after_it():
    """From the cache only the fresh angles are evaluated, numbered as if the grid had been; a seed's estimate is its own."""
    first, built = _built(_cosine(0.3), shots=1000)
    second, kept = _built(_cosine(0.3), shots=1000)
    third, other = _built(_cosine(0.3), shots=1000, head_seed=1)

    assert [job for job, _ in first.jobs] == [0, 3]
    assert [job for job, _ in second.jobs] == [3]
    assert [job for job, _ in third.jobs] == [0, 3]
    assert [found.facts["grid_from"] for found in (built, kept, other)] == ["backend", "cache", "backend"]


def test_a_kept_grid_that_no_longer_fits_is_made_again():
    """The evaluations are then numbered from the beginning, so that it is the table that an empty cache would have given."""
    _built(_cosine(0.3))
    head, built = _built(_cosine(0.2))

    assert [(job, len(rows)) for job, rows in head.jobs] == [(3, 16), (0, 3), (3, 16)]
    assert built.facts["grid_from"] == "backend"
    assert [term.coefficients[0] for term in built.response.terms] == pytest.approx([0.5, 0.2])
