"""QuantumHead itself: what it checks, counts and hands to an adapter."""

from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from backends.adapters.statevector import Statevector
from backends.answers import Executed, Outcomes
from backends.capabilities import Capabilities, HeadOptions, check_options
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import AnglesError, ConfigError, ExecutionError, HeadError, OutputError
from backends.head import QuantumHead
from backends.registry import head_class
from backends.sampling import stream_seed
from backends.surrogates.table import Tabulated
from backends.tally import Count, Tally

EQ7 = circuit_named("eq7")
WITH_WEIGHT = Circuit(
    "with weight", 2, 2, (Gate("rx", (0,), (Angle(0),)), Gate("rx", (1,), (Angle(1),))), measured=(0, 1), n_weights=1
)


class Fake(QuantumHead):
    """Answers what a test puts into ``answer``, and keeps what it was asked."""

    class Options(HeadOptions):
        """One option of each kind."""

        level: int = 1
        label: str = "a"

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=3
    )

    def _prepare(self) -> None:
        self.asked: list[tuple[torch.Tensor, int]] = []
        self.answer: Any = None

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        self.asked.append((rows, first_evaluation))
        if isinstance(self.answer, BaseException):
            raise self.answer
        p_zero = torch.full((len(rows), self.circuit.n_outputs), 0.5, dtype=torch.float64)
        return Executed(p_zero if self.answer is None else self.answer, len(rows), 7 * len(rows))

    def provenance(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shots": None}, "Fake: it samples, so shots must be .*got none; set shots = 1000"),
        ({"shots": 0}, "shots must be a whole number from 1 to 10000000, got 0"),
        ({"shots": 10_000_001}, "got 10000001"),
        ({"shots": True}, "got True"),
        ({"shots": 2.5}, "got 2.5"),
        ({"n_circuits": 0}, "n_circuits must be a whole number of 1 or more, got 0"),
        ({"n_circuits": 2.0}, "n_circuits must be a whole number of 1 or more, got 2.0"),
        ({"seed": -3}, "seed must be a whole number of 0 or more, got -3"),
        ({"seed": None}, "seed must be a whole number of 0 or more, got None"),
        ({"shift_rule": "eq9"}, r"expected a shift rule \(exact, paper_eq9\), got 'eq9'"),
        ({"skipped": {0: "mine", 4: "mine"}}, r"Fake: skipped must name angles 0..3 of circuit 'eq7', got \[4\]"),
        ({"circuit": Circuit("wide", 4, 0, ())}, "circuit 'wide' has 4 qubits, it takes at most 3"),
        (
            {"options": {"levle": 2}},
            "Fake: unknown option levle = 2: expected one of level, label; did you mean 'level'",
        ),
        ({"options": {"level": "high"}}, "option level: .*valid integer.*, got 'high'"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_compute(given: dict[str, Any], message: str) -> None:
    """Each message names the head, what it expected and what it got."""
    settings: dict[str, Any] = {"shots": 10, **given}
    with pytest.raises(ConfigError, match=message):
        Fake(settings.pop("circuit", EQ7), **settings)


def test_shots_are_refused_by_an_exact_head() -> None:
    """A head without shots says so, with the number."""

    class Exact(Fake):
        capabilities: ClassVar = Capabilities(
            analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=3
        )

    with pytest.raises(ConfigError, match="Exact: it is exact and takes no shots, got shots = 10; leave shots out"):
        Exact(EQ7, shots=10)


def test_options_are_frozen_and_kept() -> None:
    """A head's options cannot be changed under it; an ``Options`` passes through as it is."""
    options = Fake.Options(level=3)
    head = Fake(EQ7, shots=1, options=options)

    assert head.options is options
    with pytest.raises(ValueError, match="frozen"):
        head.options.level = 4


@pytest.mark.parametrize(
    ("angles", "message"),
    [
        (torch.zeros(7, 2, 3), r"\(\.\.\., 2, 4\) = .* for circuit 'eq7', got \(7, 2, 3\)"),
        (torch.zeros(4), r"\(\.\.\., 2, 4\).*got \(4,\)"),
        (torch.zeros(2, 4, dtype=torch.int32), "floating-point tensor of angles, got torch.int32"),
        ([[0.0] * 4] * 2, "floating-point tensor of angles, got list"),
        (torch.tensor([[0, 0, 0, 0], [0, 0, torch.inf, 0]]), r"got inf at \(1, 2\); the network has diverged"),
    ],
)
def test_wrong_angles_are_refused(angles: Any, message: str) -> None:
    """Shape, dtype and finiteness are checked, with both sides in the message; nothing is run."""
    head = Fake(EQ7, n_circuits=2, shots=1)

    with pytest.raises(AnglesError, match="Fake: expected .*" + message):
        head(angles)
    assert head.tally.jobs == 0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (torch.zeros(6, 2, dtype=torch.float64), r"torch.float64 of shape \(6, 1\), it returned .*\(6, 2\)"),
        (torch.zeros(6, 1), r"returned torch.float32 of shape \(6, 1\)"),
        (np.zeros((6, 1)), "it returned ndarray"),
        (
            torch.full((6, 1), 1.5, dtype=torch.float64),
            r"probabilities in \[0, 1\], it returned 1.5 for row 0, output 0",
        ),
        (torch.tensor([[0.5]] * 5 + [[torch.nan]], dtype=torch.float64), "it returned nan for row 5, output 0"),
    ],
)
def test_a_wrong_answer_is_refused(answer: Any, message: str) -> None:
    """What an adapter returns is checked, and the adapter is named."""
    head = Fake(EQ7, n_circuits=2, shots=1)
    head.answer = answer

    with pytest.raises(OutputError, match="Fake: .*" + message):
        head(torch.zeros(3, 2, 4))


def test_joint_outcomes_in_place_of_margins_are_refused() -> None:
    """``_execute`` returns Executed; the message says what came."""

    class Joint(Fake):
        def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Any:
            return Outcomes(torch.full((len(rows), 2), 0.5, dtype=torch.float64), len(rows), 0)

    with pytest.raises(OutputError, match=r"Joint: the adapter must return Executed .*, it returned Outcomes"):
        Joint(EQ7, n_circuits=2, shots=1)(torch.zeros(3, 2, 4))


def test_rounding_beyond_the_range_is_clamped() -> None:
    """1 + 1e-12 is a probability of 1."""
    head = Fake(EQ7, n_circuits=1, shots=1)
    head.answer = torch.full((1, 1), 1 + 1e-12, dtype=torch.float64)

    assert head(torch.zeros(1, 4, dtype=torch.float64)).item() == 1.0


def test_a_vendors_exception_is_chained() -> None:
    """A failure of the backend is an ExecutionError that says what was being run; our own errors pass."""
    head = Fake(EQ7, n_circuits=2, shots=1)
    head.answer = RuntimeError("queue is full")
    with pytest.raises(
        ExecutionError, match=r"Fake: .*6 evaluations of circuit 'eq7': RuntimeError: queue is full"
    ) as e:
        head(torch.zeros(3, 2, 4))
    assert e.value.__cause__ is head.answer

    head.answer = HeadError("mine")
    with pytest.raises(HeadError, match=r"^mine$"):
        head(torch.zeros(3, 2, 4))


def test_evaluations_are_numbered_without_gaps() -> None:
    """Each job learns how many evaluations came before it, shifted ones included, so that no seed comes twice."""
    head = Fake(EQ7, n_circuits=2, shots=1)
    with torch.no_grad():
        head(torch.zeros(3, 2, 4))
    head(torch.zeros(1, 2, 4, requires_grad=True))
    with torch.no_grad():
        head(torch.zeros(1, 2, 4))

    assert [first for _, first in head.asked] == [0, 6, 6 + 2 * 9]
    assert [len(rows) for rows, _ in head.asked] == [6, 18, 2]


def test_the_tally_is_what_the_adapter_reports() -> None:
    """Executed circuits and shots are the adapter's, split between forward and backward."""
    head = Fake(EQ7, n_circuits=2, shots=1)
    head(torch.zeros(3, 2, 4, requires_grad=True))

    forward, backward = head.tally.forward, head.tally.backward
    assert (forward.requested, forward.executed, forward.shots) == (6, 6, 42)
    assert (backward.requested, backward.executed, backward.shots) == (48, 48, 336)
    assert backward.seconds == pytest.approx(8 * forward.seconds)


def test_a_jobs_seconds_are_those_that_go_by_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that shows 10 before a job and 13 after it, 3 seconds are divided over 6 rows and 48 shifted ones."""
    shown = iter((10.0, 13.0))
    monkeypatch.setattr("backends.head.seconds_on", lambda device: next(shown))
    head = Fake(EQ7, n_circuits=2, shots=1)
    head(torch.zeros(3, 2, 4, requires_grad=True))

    assert head.tally.forward.seconds == pytest.approx(3 / 9)
    assert head.tally.backward.seconds == pytest.approx(3 * 8 / 9)


def test_an_empty_batch_is_no_job() -> None:
    """No rows in, no rows out, nothing run."""
    head = Fake(WITH_WEIGHT, n_circuits=3, shots=1)

    with torch.no_grad():
        assert head(torch.zeros(0, 3, 1)).shape == (0, 6)
    head(torch.zeros(0, 3, 1)).sum().backward()
    assert head.weights.grad.tolist() == [[0], [0], [0]]
    assert head.tally.jobs == 0


def test_circuits_are_evaluated_in_their_order() -> None:
    """Output j of circuit i is column i * n_outputs + j, of angles [..., i, :]."""
    head = Statevector(WITH_WEIGHT, n_circuits=2)
    with torch.no_grad():
        head.weights[:] = torch.tensor([[0.5], [1.0]])
        got = head(torch.tensor([[[0.1], [0.2]]], dtype=torch.float64))

    expected = torch.cos(torch.tensor([[0.1, 0.5, 0.2, 1.0]], dtype=torch.float64) / 2) ** 2
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)


def test_weights_are_trained_and_shared_by_the_batch() -> None:
    """d/dw sum over a batch of 3 of cos^2(w/2) is -3 sin(w)/2, by autograd and by parameter shift alike."""
    for shots, tolerance in ((None, 1e-7), (1_000_000, 0.01)):
        head = Statevector(WITH_WEIGHT, n_circuits=1, shots=shots)
        with torch.no_grad():
            head.weights[:] = 0.8
        head(torch.zeros(3, 1, 1)).sum().backward()

        assert head.weights.grad.item() == pytest.approx(-1.5 * np.sin(0.8), abs=tolerance)


def test_double_precision_is_used_whatever_the_input() -> None:
    """float32 angles are evaluated as float64 and the answer comes back as float32."""
    head = Fake(EQ7, n_circuits=1, shots=1)

    assert head(torch.zeros(1, 4)).dtype == torch.float32
    assert head.asked[0][0].dtype == torch.float64


@pytest.mark.parametrize("execution", ["native", "table"])
def test_heads_share_no_shot_noise(execution: str) -> None:
    """Two heads with equal seeds, exact probabilities and shots draw apart, so agreement between them means something."""
    kinds = [head_class("statevector"), head_class("pennylane")]
    kinds = [Tabulated(kind) for kind in kinds] if execution == "table" else kinds
    angles = torch.linspace(-3, 3, 160, dtype=torch.float64).reshape(40, 1, 4)
    one, two = (kind(circuit_named("eq7"), n_circuits=1, shots=1000, seed=5)(angles) for kind in kinds)

    assert (one != two).double().mean() > 0.5


def test_eq9_is_a_rule_of_shifts_in_every_execution() -> None:
    """Eq. (9) as printed doubles the derivative of exact heads too, native, by autograd or through a table."""
    for kind in (head_class("statevector"), head_class("pennylane"), Tabulated(head_class("pennylane"))):
        gradients = []
        for rule in ("exact", "paper_eq9"):
            angles = torch.full((1, 1, 4), 0.7, dtype=torch.float64, requires_grad=True)
            kind(circuit_named("eq7"), n_circuits=1, shift_rule=rule)(angles).sum().backward()
            gradients.append(angles.grad)
        assert torch.allclose(gradients[1], 2 * gradients[0], atol=1e-12), kind.__name__


@pytest.mark.parametrize("execution", ["native", "table"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_model_that_is_converted_keeps_the_precision_of_its_head(execution: str, dtype: torch.dtype) -> None:
    """After ``model.to(dtype)`` the weights have that dtype, and the head answers with the same bits as before."""
    kind = head_class("statevector")
    kind = Tabulated(kind) if execution == "table" else kind
    head, converted = (kind(WITH_WEIGHT, n_circuits=2) for _ in range(2))
    converted = torch.nn.Sequential(converted).to(dtype)[0]
    angles = torch.linspace(-3, 3, 10, dtype=torch.float64).reshape(5, 2, 1)

    assert converted.weights is not None
    assert converted.weights.dtype == dtype
    assert torch.equal(converted(angles), head(angles))


def test_a_head_shows_what_it_is() -> None:
    """``print(model)`` has circuits, shots and gradient."""
    circuit = circuit_named("eq7")
    heads = [
        Statevector(circuit, n_circuits=2),
        Statevector(circuit, n_circuits=1, shots=100),
        Statevector(circuit, n_circuits=1, shift_rule="paper_eq9"),
    ]

    assert [repr(head) for head in heads] == [
        "Statevector(2 x eq7, exact, autograd)",
        "Statevector(1 x eq7, 100 shots, parameter-shift)",
        "Statevector(1 x eq7, exact, parameter-shift)",
    ]
    assert [head.evaluations_per_row for head in heads] == [1, 9, 9]
    assert heads[0].input_shape == (2, 4)


def test_defaults_are_the_papers() -> None:
    """Ten circuits, one a class, with seed 0 and the exact shift rule."""
    head = Fake(EQ7, shots=1)

    assert (head.n_circuits, head.seed, head.shift_rule, head.skipped) == (10, 0, "exact", {})
    assert Fake(EQ7, n_circuits=1, shots=1).n_circuits == 1


def test_skipped_angles_are_not_shifted() -> None:
    """Their shifted evaluations are left out, and their derivative is 0."""
    head = Fake(EQ7, n_circuits=2, shots=1, skipped={1: "mine", 3: "mine"})
    angles = torch.zeros(3, 2, 4, requires_grad=True)
    head(angles).sum().backward()

    assert {shift.angle for shift in head.shifts} == {0, 2}
    assert head.evaluations_per_row == 5
    assert (head.tally.forward.requested, head.tally.backward.requested) == (6, 24)


def test_shot_streams_are_of_class_shots_circuit_and_options() -> None:
    """Published results can be made again only if a head's streams never change."""
    options = {"level": 2}
    head = Fake(EQ7, n_circuits=1, shots=50, seed=3, options=options)
    stream = f"shots Fake 50 {EQ7.fingerprint} " + '{"level":2,"label":"a"}'

    assert head.shot_seed(7) == stream_seed(3, stream, 7)


@pytest.mark.parametrize("seed", [0, 1])
def test_first_weights_are_small_and_differ(seed: int) -> None:
    """Uniform in +-0.1 radians from the seed's own stream, another value for each copy."""
    circuit = Circuit("w", 1, 100, (Gate("rx", (0,), (Angle(99),)),), n_weights=99)
    weights = Fake(circuit, n_circuits=20, shots=1, seed=seed).weights.detach()
    stream = torch.Generator().manual_seed(stream_seed(seed, "weights", 0))

    assert weights.shape == (20, 99)
    assert torch.equal(weights, torch.empty(20, 99).uniform_(-0.1, 0.1, generator=stream))
    assert -0.1 <= weights.min() < -0.099
    assert 0.099 < weights.max() <= 0.1
    assert len(weights.unique()) > 1900


def test_a_circuit_without_angles_has_a_derivative_of_zero() -> None:
    """Where no gate uses an angle, backward() works all the same."""
    head = Statevector(Circuit("fixed", 1, 2, (Gate("h", (0,)),), n_weights=1), n_circuits=2)
    angles = torch.ones(3, 2, 1, requires_grad=True)
    head(angles).sum().backward()

    assert angles.grad.tolist() == [[[0.0], [0.0]]] * 3
    assert head.weights.grad.tolist() == [[0.0], [0.0]]


def test_frozen_weights_cost_no_shifts() -> None:
    """With neither angles nor weights to train, only the rows are run."""
    head = Fake(WITH_WEIGHT, n_circuits=1, shots=1)
    head.weights.requires_grad_(False)
    head(torch.zeros(2, 1, 1))
    assert head.tally.backward.requested == 0

    head(torch.zeros(2, 1, 1, requires_grad=True))
    assert head.tally.backward.requested == 2 * len(head.shifts)


def test_finite_angles_whose_sum_overflows_pass() -> None:
    """The check is of each angle, not of their sum."""
    head = Fake(EQ7, n_circuits=1, shots=1)

    assert head(torch.full((2, 1, 4), 3e38)).shape == (2, 1)
    with pytest.raises(AnglesError, match=r"got nan at \(1, 0, 2\)"):
        head(torch.tensor([[[3e38] * 4], [[3e38, 3e38, torch.nan, torch.inf]]]))


def test_a_block_is_counted_apart_and_in_the_whole() -> None:
    """A classification's evaluations are in its own tally and in the head's, also when it fails."""
    head = Fake(EQ7, n_circuits=1, shots=1)
    with torch.no_grad():
        head(torch.zeros(2, 1, 4))
        with head.counting() as apart:
            head(torch.zeros(3, 1, 4))
        assert (apart.forward.requested, apart.jobs) == (3, 1)
        assert (head.tally.forward.requested, head.tally.jobs) == (5, 2)
        head.answer = HeadError("mine")
        with pytest.raises(HeadError), head.counting():
            head(torch.zeros(1, 1, 4))
        head.answer = None
        head(torch.zeros(4, 1, 4))

    assert apart.forward.requested == 3
    assert (head.tally.forward.requested, head.tally.jobs) == (9, 3)


def test_a_head_goes_on_where_another_stopped() -> None:
    """Its next evaluation has the next number; counts go on, and what each head's setup took is added."""
    head = Fake(EQ7, n_circuits=1, shots=1)
    head.count_setup(Count(executed=5))
    head.count_setup(Count(executed=1))
    earlier = Tally(forward=Count(requested=30), setup=Count(executed=7))
    head.resume(30, tally=earlier)
    with torch.no_grad():
        head(torch.zeros(2, 1, 4))

    assert [first for _, first in head.asked] == [30]
    assert head.n_evaluated == 32
    assert head.tally.forward.requested == 32
    assert head.tally.setup.executed == 13

    head.resume(100)
    assert (head.n_evaluated, head.tally.forward.requested) == (100, 32)


def test_joint_outcomes_are_checked_and_counted() -> None:
    """As other evaluations; without rows nothing is run, and a head that does not know them says so."""
    head = Statevector(WITH_WEIGHT, n_circuits=1)
    joint = head.outcome_probabilities(torch.zeros(3, 2, dtype=torch.float64))

    assert joint.tolist() == [[1.0, 0.0, 0.0, 0.0]] * 3
    assert head.tally.forward.requested == head.n_evaluated == 3
    three = Statevector(Circuit("three", 3, 0, (), measured=(0, 1, 2)), n_circuits=1)
    assert three.outcome_probabilities(torch.zeros(1, 0, dtype=torch.float64)).shape == (1, 8)
    assert head.outcome_probabilities(torch.zeros(0, 2, dtype=torch.float64)).shape == (0, 4)
    assert head.tally.jobs == 1
    with pytest.raises(
        ConfigError, match="Fake: it does not say how often each joint outcome occurs; write its _outcomes"
    ):
        Fake(EQ7, n_circuits=1, shots=1).outcome_probabilities(torch.zeros(1, 4, dtype=torch.float64))


@pytest.mark.parametrize(("circuits", "shots"), [(1.0, 1), (1, None), ("1", 1)])
def test_counts_of_an_answer_are_whole_numbers(monkeypatch: pytest.MonkeyPatch, circuits: Any, shots: Any) -> None:
    """An adapter that says something else is named, with both."""
    head = Fake(EQ7, n_circuits=1, shots=1)
    answer = Executed(torch.zeros(1, 1, dtype=torch.float64), circuits, shots)
    monkeypatch.setattr(head, "_execute", lambda rows, first_evaluation: answer)

    with pytest.raises(OutputError, match=rf"whole numbers .*, it returned Executed with {circuits} and {shots}"):
        head(torch.zeros(1, 1, 4))
    monkeypatch.setattr(head, "_execute", lambda rows, first_evaluation: answer.p_zero)
    with pytest.raises(OutputError, match="it returned Tensor with None and None"):
        head(torch.zeros(1, 1, 4))
    assert (head.tally.jobs, head.n_evaluated) == (0, 0)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_an_option_that_json_does_not_have_is_refused(value: float) -> None:
    """NaN and infinities could not be recorded, so no run is spent on them."""

    class Options(HeadOptions):
        level: float = 1.0

    with pytest.raises(ConfigError, match="Fake: option level: Input should be a finite number, got"):
        check_options("Fake", Options, {"level": value})
