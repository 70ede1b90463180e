"""Response tables in the place of their heads: the same values, the same shot noise, the same gradients."""

import dataclasses
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from head_copies import copies_of

from backends import HEADS, QuantumHead, circuit_named, head_class
from backends.adapters.aer_noise import AerNoise
from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.statevector import Statevector
from backends.answers import Executed
from backends.capabilities import Capabilities
from backends.chain import Chain, Channel
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import outcome_probabilities
from backends.conformance import run_checks
from backends.conformance.circuits import BELL, HARD_GRADIENT, THREE_OUTPUTS
from backends.conformance.results import chi_square_bound
from backends.errors import CircuitError, ConfigError, TableError
from backends.surrogates.table import Tabulated

SWAPPED = circuit_named("eq7_swapped")
EXACT: dict[str, tuple[str, dict[str, Any]]] = {
    "statevector": ("statevector", {}),
    "aer_statevector": ("aer_statevector", {}),
    "fake_ibm": ("fake_ibm", {}),
    "fake_ibm, sherbrooke": ("fake_ibm", {"device": "sherbrooke", "layout": (2, 1, 0)}),
    "pennylane": ("pennylane", {}),
    "pennylane, lightning": ("pennylane", {"device": "lightning.qubit"}),
}
SAMPLED = ("statevector", "aer_shots", "fake_ibm", "pennylane")


def pair(name: str, circuit: Circuit, **settings: Any) -> tuple[QuantumHead, QuantumHead]:
    """Return a native head of one circuit and its table."""
    native = head_class(name)
    one, other = (kind(circuit, n_circuits=1, **settings) for kind in (native, Tabulated(native)))
    return one, other


def rows(n_rows: int, n_inputs: int) -> torch.Tensor:
    """Return random angles of a head with one circuit, radians, shape (n_rows, 1, n_inputs)."""
    return torch.from_numpy(np.random.default_rng(11).uniform(-np.pi, np.pi, (n_rows, 1, n_inputs)))


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("circuit", [circuit_named("eq7"), SWAPPED, HARD_GRADIENT], ids=lambda circuit: circuit.name)
def test_exact_values_and_gradients_are_the_heads(name, circuit):
    """At 50 random angles values and derivatives differ by at most 1e-10; device noise and readout errors included."""
    native, table = pair(EXACT[name][0], circuit, options=EXACT[name][1])
    for head in (native, table):
        if head.weights is not None:
            torch.nn.init.constant_(head.weights, 0.7)
    one, other = rows(50, circuit.n_inputs).requires_grad_(), rows(50, circuit.n_inputs).requires_grad_()
    expected, got = native(one), table(other)
    weights = torch.linspace(0.3, 1, expected.numel(), dtype=torch.float64).reshape(expected.shape)
    (expected * weights).sum().backward()
    (got * weights).sum().backward()

    assert torch.allclose(got, expected, rtol=0, atol=1e-10)
    assert torch.allclose(other.grad, one.grad, rtol=0, atol=1e-10)
    if table.weights is not None:  # held in single precision
        assert torch.allclose(table.weights.grad, native.weights.grad, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SAMPLED)
def test_draws_are_distributed_as_the_heads(name):
    """10,000 draws of 20 shots each at 50 random angles: chi-square between table and head does not tell them apart.

    For each angle the draws are divided at the pooled terciles, and the heads' counts in each part compared; where a part
    is empty, the angle has fewer degrees of freedom.
    """
    shots, repeats = 20, 200
    given = rows(50, 4).repeat_interleave(repeats, dim=0)
    native, table = pair(name, SWAPPED, shots=shots)
    with torch.no_grad():
        one, other = (np.rint(head(given).numpy().reshape(50, repeats) * shots) for head in (native, table))
    chi_square, degrees = 0.0, 0
    for first, second in zip(one, other, strict=True):
        edges = np.unique(np.quantile(np.concatenate((first, second)), (1 / 3, 2 / 3)))
        counts = [np.bincount(np.digitize(draws, edges), minlength=3) for draws in (first, second)]
        both = sum(counts)
        chi_square += ((counts[0] - counts[1])[both > 0] ** 2 / both[both > 0]).sum()
        degrees += np.count_nonzero(both) - 1

    assert degrees > 50
    assert chi_square < chi_square_bound(degrees), f"{chi_square:.1f} with {degrees} degrees of freedom"


@pytest.mark.parametrize("name", SAMPLED)
def test_frequencies_of_many_shots_are_the_heads(name):
    """10,000 shots at each of 50 random angles: chi-square of the two heads' frequencies with 50 degrees of freedom."""
    shots, given = 10_000, rows(50, 4)
    native, table = pair(name, SWAPPED, shots=shots)
    with torch.no_grad():
        one, other = native(given), table(given)
    p = ((one + other) / 2).clamp(1 / shots, 1 - 1 / shots)
    chi_square = float(((one - other) ** 2 / (2 * p * (1 - p) / shots)).sum())

    assert chi_square < chi_square_bound(50)


@pytest.mark.parametrize("name", SAMPLED)
def test_outputs_share_their_shots(name):
    """Both halves of a Bell pair agree in every shot, and three correlated outputs have the oracle's joint distribution."""
    _, bell = pair(
        name, BELL, shots=100, options={"gate_noise": False, "readout_error": False} if name == "fake_ibm" else {}
    )
    with torch.no_grad():
        halves = bell(torch.zeros(30, 1, 1, dtype=torch.float64))
    assert torch.equal(halves[:, 0], halves[:, 1])
    assert halves.std() > 0

    noiseless = {"gate_noise": False, "readout_error": False} if name == "fake_ibm" else {}
    _, table = pair(name, THREE_OUTPUTS, shots=1, options=noiseless)
    given = torch.full((3000, 1, 1), 1.1, dtype=torch.float64)
    with torch.no_grad():
        bits = 1 - table(given).numpy().astype(int)
    counts = np.bincount(bits @ np.array([4, 2, 1]), minlength=8)
    expected = outcome_probabilities(THREE_OUTPUTS, np.array([[1.1]]))[0] * 3000
    assert ((counts - expected) ** 2 / expected).sum() < chi_square_bound(7)


def test_joint_outcomes_of_a_noisy_device_have_its_readout_errors():
    """Joint frequencies that Aer samples with gate noise and readout errors are those of the exact joint probabilities."""
    kind, shots = head_class("fake_ibm"), 100_000
    exact = kind(THREE_OUTPUTS, n_circuits=1).outcome_probabilities(rows(5, 1)[:, 0])
    sampled = kind(THREE_OUTPUTS, n_circuits=1, shots=shots).outcome_probabilities(rows(5, 1)[:, 0])
    chi_square = float(((sampled - exact) ** 2 * shots / exact).sum())

    assert chi_square < chi_square_bound(5 * 7)


@pytest.mark.parametrize("name", ["statevector", "aer_statevector", "fake_ibm", "pennylane"])
def test_tables_pass_the_conformance_suite(name):
    """Every check that the head passes, its table passes too (aer_shots' would take minutes: millions of shots a table)."""
    failed = [str(result) for result in run_checks(Tabulated(head_class(name))) if result.status == "failed"]

    assert not failed


@pytest.mark.parametrize("shots", [None, 1000])
def test_requested_is_the_formula_and_executed_is_what_the_vendor_did(shots):
    """A step asks for 9 evaluations a row with shots and 1 without; the vendor executed 81 + 16, before the first step."""
    native, table = pair("statevector", SWAPPED, shots=shots)
    for head in (native, table):
        head(rows(6, 4).requires_grad_()).sum().backward()
    asked = [
        (head.tally.forward.requested, head.tally.backward.requested, head.tally.forward.shots)
        for head in (native, table)
    ]

    assert asked[0] == asked[1] == (6, 48 if shots else 0, 6000 if shots else 0)
    assert table.tally.forward.executed == table.tally.backward.executed == 0
    assert (table.tally.setup.requested, table.tally.setup.executed) in ((0, 97), (0, 16))
    assert table.tally.setup.seconds > 0
    assert native.tally.setup.executed == 0


def test_provenance_says_exact_and_of_what():
    """An exact table names its terms, its deviation, and the head that it stands for with versions and calibration."""
    found = Tabulated(head_class("fake_ibm"))(circuit_named("eq7"), shots=1000).provenance()

    assert {key: found[key] for key in ("execution", "kind", "grid_points", "terms", "dead_angles", "angles_without_points")} == {
        "execution": "table", "kind": "exact", "grid_points": 3, "terms": 2, "dead_angles": [2, 3, 4],
        "angles_without_points": [2, 3, 4],
    }  # fmt: skip
    assert found["verification"]["deviation"] < 1e-13
    assert found["verification"]["allowed"] == 1e-10
    assert found["source"]["device"] == "manila"
    assert found["source"]["snapshot"]["sha256"]


def test_the_noise_of_manila_contracts_the_cosine():
    """Under gate noise alone the paper's circuit is 0.500135 + 0.494791 cos(phi_1), as two terms."""
    table = Tabulated(head_class("fake_ibm"))(circuit_named("eq7"), options={"readout_error": False})
    constant, cosine = table.response.terms

    assert constant.coefficients == pytest.approx((0.500135,), abs=1e-6)
    assert cosine.coefficients == pytest.approx((0.494791,), abs=1e-6)


def test_a_table_of_shots_is_an_estimate_with_error_bars():
    """From a head that only samples: labelled, with the shots of a point, and as far off as its standard error says."""
    table = Tabulated(head_class("aer_shots"))(circuit_named("eq7"), shots=1000)
    found = table.provenance()
    given = rows(50, 4)[:, 0]
    error = (table.response(given)[:, 0] - (1 + given[:, 0].cos()) / 2).abs().max()

    assert (found["kind"], found["shots_a_point"], found["terms"]) == ("estimate", 2**17, 2)
    assert 1e-5 < found["standard_error"] < 0.5 / np.sqrt(2**17)
    assert error < 5 * found["standard_error"]
    assert table.tally.setup.shots in ((3 + 4) * 2**17, 4 * 2**17)


@pytest.mark.parametrize("circuit", ["eq7", "no_entanglement"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("statevector", {}),
        ("fake_ibm", {}),
        ("fake_ibm", {"device": "sherbrooke"}),
        ("aer_noise", AerNoise.noisy_options),
    ],
)
def test_angles_that_are_proven_dead_need_no_points(name, options, circuit, tmp_path, monkeypatch):
    """These circuits depend on one angle, with the noise as well: 3 points instead of 81, and 16 that verify them."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    table = Tabulated(head_class(name))(circuit_named(circuit), options=options)

    assert table.provenance()["grid_points"] == 3
    assert table.provenance()["angles_without_points"] == [2, 3, 4]
    assert (table.tally.setup.requested, table.tally.setup.executed) == (0, 3 + 16)


class Silent(FakeIBM):  # type: ignore[misc]  # final for users
    """A noisy head that tells no chain."""

    _chain = QuantumHead._chain


class Wrong(FakeIBM):  # type: ignore[misc]  # final for users
    """A head whose chain has no turn."""

    def _chain(self) -> Chain:
        chain = super()._chain()
        return dataclasses.replace(chain, steps=tuple(step for step in chain.steps if isinstance(step, Channel)))


@pytest.mark.parametrize(("source", "executed"), [(Silent, 81 + 16), (Wrong, 1 + 16 + 81 + 16)])
def test_without_a_right_chain_the_grid_has_all_angles(source, executed, tmp_path, monkeypatch):
    """Noise spoils the proof of the ideal circuit; and what a wrong chain proves the head itself contradicts."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    table = Tabulated(source)(SWAPPED)
    native, given = FakeIBM(SWAPPED, n_circuits=1), rows(5, 4)[:, 0]

    assert (table.provenance()["grid_points"], table.provenance()["angles_without_points"]) == (81, [])
    assert table.tally.setup.executed == executed
    assert torch.allclose(table.response(given), native.evaluate(given, n_shifted=0), rtol=0, atol=1e-10)


def test_a_circuit_may_have_many_angles_if_few_matter():
    """16 angles are too many for a grid; where the structure shows that two of them matter, there is a table."""
    gates = tuple(Gate("ry", (qubit,), (Angle(qubit),)) for qubit in range(16))
    circuit = Circuit("product", 16, 16, gates, measured=(3, 9))
    table = Tabulated(Statevector)(circuit, n_circuits=1, shots=100)

    assert table.provenance()["grid_points"] == 9


def test_angles_that_matter_to_correlations_have_points():
    """No single output of this pair depends on the angle, their joint outcomes do, and shots are drawn from those."""
    gates = (Gate("h", (0,)), Gate("cx", (0, 1)), Gate("ry", (0,), (Angle(0),)))
    circuit = Circuit("pair", 2, 1, gates, measured=(0, 1))
    exact, sampled = (Tabulated(Statevector)(circuit, n_circuits=1, shots=shots) for shots in (None, 100))

    assert (exact.provenance()["grid_points"], sampled.provenance()["grid_points"]) == (1, 3)


def test_seeds_have_estimates_of_their_own():
    """An estimate is drawn anew for each seed, so that a spread over seeds has its error in it; the same seed repeats it."""
    tables = [Tabulated(head_class("aer_shots"))(circuit_named("eq7"), shots=10, seed=seed) for seed in (0, 1, 0)]
    first, other, same = (table.response.coefficients for table in tables)

    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_an_estimate_is_checked_with_shots_that_it_was_not_made_from(monkeypatch, tmp_path):
    """Built or taken from the cache, a table is compared with the head's evaluations after those of the grid."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    built, cached = (Tabulated(head_class("aer_shots"))(circuit_named("eq7"), shots=10).provenance() for _ in range(2))

    assert (built["grid_from"], cached["grid_from"]) == ("backend", "cache")
    assert built["verification"] == cached["verification"]


def test_seeds_repeat_and_calls_differ():
    """Equal seeds give equal draws call after call; another seed, and the next call, give others."""
    heads = [Tabulated(Statevector)(SWAPPED, n_circuits=1, shots=1000, seed=seed) for seed in (5, 5, 6)]
    given = rows(40, 4)
    with torch.no_grad():
        first, same, other = (head(given) for head in heads)
        second = heads[0](given)

    assert torch.equal(first, same)
    assert (first == other).double().mean() < 0.5
    assert (first == second).double().mean() < 0.5


class Bent(Statevector):  # type: ignore[misc]  # final for users
    """A head whose probabilities are no trigonometric polynomial of its angles."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows + 1e-6 * rows**2, first_evaluation=first_evaluation)


class Margins(Statevector):  # type: ignore[misc]  # final for users
    """A head that says nothing of joint outcomes."""

    _outcomes = QuantumHead._outcomes


class Coarse(Statevector):  # type: ignore[misc]  # final for users
    """A head that takes shots alone."""

    capabilities: ClassVar = Capabilities(
        analytic=False, shots=True, noisy=False, autograd=False, multicore=False, max_qubits=16
    )


def test_a_table_that_misses_its_head_is_an_error():
    """The message has the circuit, both values and what to do."""
    with pytest.raises(
        TableError, match=r"table of Bent: at fresh .* 'eq7' it says 0\.\d+, the head itself 0\.\d+.*'native'"
    ):
        Tabulated(Bent)(circuit_named("eq7"))


@pytest.mark.parametrize(
    ("source", "circuit", "shots", "message"),
    [
        (
            Margins,
            BELL,
            10,
            "Margins: it does not say how often each joint outcome occurs.*2 outputs.*'Bell pair'.*_outcomes",
        ),
        (Statevector, BELL, 0, "shots must be a whole number from 1"),
        (Coarse, BELL, None, "it samples, so shots must be a number"),
        (Coarse, HARD_GRADIENT, 10, r"it only samples, .* 'shared.*' has 1215 points; an estimate has at most 419"),
    ],
)
def test_what_has_no_table_is_refused_by_name(source, circuit, shots, message):
    """Each refusal comes before any compute and says how to mend it."""
    with pytest.raises(ConfigError, match=message):
        Tabulated(source).check(circuit, shots=shots)


def test_a_table_of_too_many_joint_outcomes_is_refused():
    """Nine angles and eight outputs are 19,683 points of 256 outcomes each."""
    gates = tuple(Gate("rx", (index % 8,), (Angle(index),)) for index in range(9))
    circuit = Circuit("wide", 8, 9, gates, measured=tuple(range(8)))
    Tabulated(Statevector).check(circuit, shots=None)

    with pytest.raises(ConfigError, match="'wide' has 19683 points x 256 joint outcomes, at most 4194304 values"):
        Tabulated(Statevector).check(circuit, shots=10)


def test_a_table_too_large_is_refused_by_the_head():
    """A grid of 3^11 points never reaches the backend."""
    gates = tuple(Gate("rx", (0,), (Angle(index),)) for index in range(11))
    with pytest.raises(CircuitError, match="177147 circuit evaluations, at most 65536"):
        Tabulated(Statevector).check(Circuit("wide", 1, 11, gates), shots=None)


def test_margins_are_enough_without_shots_and_for_one_output():
    """A head without joint outcomes has tables where no shots are shared."""
    Tabulated(Margins).check(BELL, shots=None)
    Tabulated(Margins).check(SWAPPED, shots=10)


def test_a_table_of_a_table_is_refused():
    """It would be verified against a table."""
    with pytest.raises(ConfigError, match=r"StatevectorTable answers in a backend.s place already"):
        Tabulated(Tabulated(Statevector))


@pytest.mark.parametrize("execution", ["native", "table"])
@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_head_survives_pickle_torch_save_and_deepcopy(name, execution):
    """A copy of any head, or of a model that holds it, goes on with the very values that the head would have given."""
    factory = head_class(name)
    factory = Tabulated(factory) if execution == "table" else factory
    head = factory(circuit_named("eq7"), n_circuits=2, shots=100 if factory.capabilities.shots else None, seed=3)
    angles = torch.linspace(-3, 3, 24).reshape(3, 2, 4)
    head(angles)
    copies = copies_of(head)

    expected = head(angles)
    for made in copies:
        assert torch.equal(made(angles), expected)
        assert made.provenance() == head.provenance()


def test_a_table_has_the_defaults_of_a_head():
    """Ten circuits, exact, with seed 0; one core, whatever its head's backend takes."""
    table = Tabulated(Statevector)(circuit_named("eq7"))

    assert (table.n_circuits, table.shots, table.seed, table.shift_rule) == (10, None, 0, "exact")
    native = head_class("fake_ibm").capabilities
    assert native.multicore
    assert Tabulated(head_class("fake_ibm")).capabilities == dataclasses.replace(
        native, autograd=True, multicore=False, surrogate=True
    )


def test_a_table_of_many_joint_outcomes_is_allowed_up_to_the_limit():
    """19,683 points of 2^7 outcomes are 2.5 million values, of 4.2 million that are allowed."""
    gates = tuple(Gate("rx", (index % 7,), (Angle(index),)) for index in range(9))

    Tabulated(Statevector).check(Circuit("wide", 7, 9, gates, measured=tuple(range(7))), shots=10)
