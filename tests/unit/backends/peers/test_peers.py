"""The peers table: ratios, their order, and what a row says when it has no numbers. Which is faster is not tested."""

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from backends import circuit_named, head_class
from backends.gradients import bound
from backends.peers.layer import Layer, by_parameter_shift
from backends.peers.measure import CallSeconds, Candidate, Comparison, Row, prepare, summary, timed
from backends.peers.pair import Ours, Pair, Peer
from backends.peers.pairs import PAIRS
from harness.cli.linear_peers import STEP
from harness.cli.peers import command


def pair_with(layer: Layer, **facts: Any) -> Pair:
    """Return a row of the exact statevector against this layer; ``facts`` are those of the pair."""
    peer: Any = SimpleNamespace(
        text="a peer", images=2, build=lambda circuit: layer, rounds_angles_to=facts.pop("rounds_angles_to", 0.0)
    )
    return Pair("row", Ours("statevector"), peer, 8, **facts)


def right(angles: torch.Tensor, weights: torch.Tensor | None = None, *, circuit: str = "eq7") -> torch.Tensor:
    """The answers of a circuit."""
    exact = head_class("statevector")(circuit_named(circuit), n_circuits=10)
    if weights is None:
        answers: torch.Tensor = exact(angles)
        return answers
    rows = bound(angles, weights)
    return exact.evaluate(rows, n_shifted=0).reshape(angles.shape[:2])


def test_ratios_are_of_the_rounds() -> None:
    """Each round has a ratio of its own: their median, least and largest, not the ratio of the medians."""
    times = [
        (CallSeconds(1, 3), CallSeconds(5, 8)),
        (CallSeconds(2, 3), CallSeconds(5, 8)),
        (CallSeconds(4, 3), CallSeconds(50, 8)),
    ]

    found = summary(times, scale=(1, 2))

    assert (found["ours_s"], found["peer_s"]) == (2, 10)
    assert (found["ours_processor_s"], found["peer_processor_s"]) == (3, 16)
    assert (found["ratio_min"], found["ratio_median"], found["ratio_max"]) == (5, 10, 25)


def test_a_ratio_that_may_be_at_most_is_the_other_way_round() -> None:
    """Where the target is "at most", the ratio is ours over the peer's."""
    found = summary([(CallSeconds(3, 1), CallSeconds(2, 1))], target_is="at most")

    assert found["ratio_median"] == 1.5


def comparison(name: str, *calls: Any, **facts: Any) -> Comparison:
    """Return a row of two calls."""
    return Comparison(Row(name, "ours", "theirs"), *(Candidate(call) for call in calls), **facts)


def test_a_round_goes_through_all_rows_and_takes_turns() -> None:
    """Both candidates of a row run one after the other, neither always goes first, and the rounds of a row are spread."""
    calls: list[str] = []
    rows = [
        comparison(name, *(lambda call=name + letter: calls.append(call) for letter in ("o", "p")), most_rounds=most)  # type: ignore[misc]
        for name, most in (("a", None), ("b", 2))
    ]

    found = list(timed(rows, rounds=3))

    assert calls == ["ao", "ap", "bo", "bp", "ap", "ao", "bp", "bo", "ao", "ap"]
    assert [(row.row, row.rounds) for row in found] == [("a", 3), ("b", 2)]


def test_warm_up_is_not_timed_and_threads_are_restored() -> None:
    """A quick call is made six times for each number of threads before it counts, and torch's threads are as they were."""
    before = torch.get_num_threads()
    seen: list[int] = []

    candidate = Candidate.warmed_up(lambda: seen.append(torch.get_num_threads()), threads=(2, 1))
    once = dataclasses.replace(candidate, repeats=1, warms_up=False)
    next(timed([Comparison(Row("row", "ours", "theirs"), once, once)], rounds=1))

    assert seen[:12] == [2] * 6 + [1] * 6
    assert seen[12:] == [candidate.threads] * 2
    assert torch.get_num_threads() == before


def test_a_quick_call_warms_up_before_it_is_timed() -> None:
    """A quick call is made once more than it is timed, a slow one is not."""
    calls: list[int] = []

    Candidate(lambda: calls.append(1), repeats=3, warms_up=True).seconds()

    assert len(calls) == 4
    assert Candidate.warmed_up(lambda: None).warms_up


def test_a_peer_with_other_answers_has_no_ratio() -> None:
    """A layer whose answers are 1 - p gets no ratio: its time would say nothing."""
    row = prepare(pair_with(lambda angles, weights: 1 - right(angles)))

    assert isinstance(row, Row)
    assert row.problem == "the peer gives other answers, so its time says nothing"
    assert row.deviation is not None
    assert row.deviation > 1


def test_a_peer_with_other_derivatives_has_no_ratio() -> None:
    """Right probabilities are not enough: derivatives are compared, too."""
    row = prepare(pair_with(lambda angles, weights: right(angles) + (angles - angles.detach()).sum()))

    assert isinstance(row, Row)
    assert row.problem == "the peer gives other answers, so its time says nothing"


WEIGHTED = "hardware_efficient(n_qubits=2, n_layers=1)"


def test_weights_are_compared_too() -> None:
    """A layer with the answers of a circuit with weights is timed; with another derivative by the weights it is not."""

    def weighted(angles: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        return right(angles, weights, circuit=WEIGHTED)

    def without_derivative(angles: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        assert weights is not None
        return right(angles, weights.detach(), circuit=WEIGHTED) + 0 * weights.sum()

    assert isinstance(prepare(pair_with(weighted, circuit=WEIGHTED)), Comparison)
    row = prepare(pair_with(without_derivative, circuit=WEIGHTED))

    assert isinstance(row, Row)
    assert row.problem == "the peer gives other answers, so its time says nothing"


@pytest.mark.parametrize(("declared", "accepted"), [(0.0, False), (0.02, True)])
def test_a_peer_that_rounds_angles_must_say_so(declared: float, accepted: bool) -> None:
    """Angles that are rounded to multiples of 0.02 move answers by less than 4 x 0.02 / 4, which is allowed if declared."""

    def rounding(angles: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        return right(angles + (0.02 * (angles / 0.02).round() - angles).detach())

    made = prepare(pair_with(rounding, rounds_angles_to=declared))

    assert isinstance(made, Comparison) is accepted


def test_a_slow_pair_has_fewer_rounds() -> None:
    """What a pair says about its rounds is passed on."""
    made = prepare(pair_with(right, most_rounds=2))

    assert isinstance(made, Comparison)
    assert made.most_rounds == 2


def test_a_peer_with_fewer_images_is_scaled() -> None:
    """A peer that was given 2 of 32 images has 16 times its seconds in the row, and the row says so."""
    made = prepare(pair_with(right))
    assert isinstance(made, Comparison)

    row = made.finished([(CallSeconds(1, 1), CallSeconds(3, 1))] * 2)

    assert (row.ours_s, row.peer_s, row.ratio_median, row.rounds) == (1.0, 48.0, 48.0, 2)
    assert (row.peer_images, row.images) == (2, 32)


def test_a_missing_package_is_a_row() -> None:
    """The table hides no row: the reason and the pip line stand in the place of the numbers."""
    peer = Peer("a peer", "nowhere:layer", {}, {"no_such_package": "no-such-package"})

    row = prepare(Pair("row", Ours("statevector"), peer))

    assert isinstance(row, Row)
    assert row.problem is not None
    assert row.problem.endswith("or pip install no-such-package")


def test_a_peer_that_fails_is_a_row() -> None:
    """An exception of a vendor is a row with the reason."""

    def failing(angles: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        raise ZeroDivisionError("vendor's own")

    row = prepare(pair_with(failing))

    assert isinstance(row, Row)
    assert row.problem == "ZeroDivisionError: vendor's own"


def test_a_layer_by_parameter_shift_has_the_derivatives() -> None:
    """Rows and shifted rows go to the vendor in one job, and make the derivatives of autograd."""
    jobs: list[int] = []
    head = head_class("statevector")(circuit_named("eq7"), n_circuits=1)

    def probabilities(rows: torch.Tensor) -> torch.Tensor:
        jobs.append(len(rows))
        found: torch.Tensor = head(rows[:, None, :])[:, 0]
        return found

    angles = torch.linspace(-3, 3, 80, dtype=torch.float64).reshape(2, 10, 4)
    one, other = (angles.clone().requires_grad_() for _ in range(2))
    by_parameter_shift(circuit_named("eq7"), probabilities)(one, None).sum().backward()
    right(other).sum().backward()

    assert jobs == [180]
    torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-12)


def test_rows_have_names_of_their_own_and_known_circuits() -> None:
    """No two rows share a name; every one of the issue's targets has its row."""
    names = [pair.row for pair in PAIRS]

    assert len(set(names)) == len(names)
    assert all(circuit_named(pair.circuit).n_outputs == 1 for pair in PAIRS)
    assert {pair.target for pair in PAIRS} == {8, 9, 12, 18, 40, 200, 300, 10_000, 20_000, None}
    assert STEP.target == 1.05


def test_the_command_writes_rows_and_where_they_were_measured(tmp_path: Path) -> None:
    """``qhb peers --json`` prints rows with the documented keys; the file has them and the machine's load."""
    output = tmp_path / "new" / "peers.json"

    done = CliRunner().invoke(
        command, ["--json", "--only", "table, exact", "--rounds", "1", "--output", str(output)], standalone_mode=False
    )

    assert done.exception is None, done.output
    rows, written = json.loads(done.stdout), json.loads(output.read_text())
    assert rows == written["rows"]
    assert set(rows[0]) == {field.name for field in dataclasses.fields(Row)}
    assert (rows[0]["row"], rows[0]["target"], rows[0]["problem"]) == ("table, exact", 40, None)
    assert rows[0]["ratio_min"] <= rows[0]["ratio_median"] <= rows[0]["ratio_max"]
    assert written["environment"]["load_average"] >= 0


def test_an_unknown_row_is_a_usage_error() -> None:
    """``--only`` that fits no row is answered with the known rows."""
    done = CliRunner().invoke(command, ["--only", "nothing"])

    assert done.exit_code == 2
    assert "no such row; there are: statevector, exact;" in done.output.replace("\n", " ")
