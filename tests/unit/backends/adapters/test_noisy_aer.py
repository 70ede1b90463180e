"""What the noisy heads on Aer share: who draws the shots makes no difference to their distribution. Seeds are fixed."""

from typing import Any

import numpy as np
import pytest
import torch

from backends.adapters import aer_jobs, noisy_aer
from backends.adapters.aer_noise import AerNoise
from backends.adapters.fake_ibm import FakeIBM
from backends.adapters.noisy_aer import NoisyAer, read_out
from backends.chain import ReadoutRates
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.conformance.results import chi_square_bound
from backends.errors import ConfigError

EQ7 = CIRCUITS["eq7"]
HEADS = [(FakeIBM, {"device": "manila"}), (AerNoise, AerNoise.noisy_options)]
SAMPLINGS = ["multinomial", "aer"]
# Three correlated outputs, none of whose eight joint outcomes is rare at the angles below.
CORRELATED = Circuit(
    "three correlated outputs",
    3,
    1,
    (
        Gate("ry", (0,), (Angle(0),)),
        Gate("crx", (0, 1), (Angle(0, offset=0.9),)),
        Gate("cry", (1, 2), (Angle(0, scale=0.5, offset=1.0),)),
        Gate("ry", (2,), (0.7,)),
    ),
    measured=(2, 0, 1),
)
ANGLES = torch.tensor([[0.9], [1.4], [2.0]], dtype=torch.float64)


def made(kind: type[NoisyAer], circuit: Circuit = EQ7, *, shots: int | None, seed: int = 3, **options: Any) -> NoisyAer:
    return kind(circuit, n_circuits=1, shots=shots, seed=seed, options=options)


def rows(n_rows: int) -> torch.Tensor:
    """Return angles of eq7, radians, shape (n_rows, 1, 4)."""
    return torch.from_numpy(np.random.default_rng(1).uniform(-4, 4, (n_rows, 1, 4)))


@pytest.mark.parametrize(("kind", "options"), HEADS)
def test_both_ways_of_sampling_have_one_distribution(kind: type[NoisyAer], options: dict[str, Any]) -> None:
    """Counts of the joint outcomes pass a two-sample chi-square test against each other, and each one against p."""
    shots = 20_000
    exact = made(kind, CORRELATED, shots=None, **options).outcome_probabilities(ANGLES) * shots
    ours, aers = (
        made(kind, CORRELATED, shots=shots, sampling=sampling, **options).outcome_probabilities(ANGLES) * shots
        for sampling in SAMPLINGS
    )
    bound = chi_square_bound(len(ANGLES) * 7)

    assert exact.min() > 50  # counts are near to normal
    assert ((ours - aers) ** 2 / (ours + aers)).sum() < bound
    for counts in (ours, aers):
        assert ((counts - exact) ** 2 / exact).sum() < bound


@pytest.mark.parametrize(("kind", "options"), HEADS)
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_chunks_calls_and_jobs_leave_the_bits_as_they_are(
    kind: type[NoisyAer], options: dict[str, Any], sampling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call, two calls, single rows and jobs of seven rows give the same noise; the next call gives another."""
    angles, settings = rows(30), {"sampling": sampling, **options}
    whole, two, single, small = (made(kind, shots=1000, **settings) for _ in range(4))
    p = whole(angles)

    assert torch.equal(p, torch.cat([two(angles[:11]), two(angles[11:])]))
    assert torch.equal(p, torch.cat([single(row) for row in angles.split(1)]))
    assert (whole(angles) == p).double().mean() < 0.5
    assert (made(kind, shots=1000, seed=4, **settings)(angles) == p).double().mean() < 0.5
    monkeypatch.setattr(aer_jobs, "_JOB_RESULTS", 7)
    assert torch.equal(p, small(angles))


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_shots_are_counted_and_values_are_multiples_of_one_shot(sampling: str) -> None:
    """Whoever draws them, 997 shots a row are counted, and p is k / 997."""
    head = made(FakeIBM, CORRELATED, shots=997, sampling=sampling)
    k = head(ANGLES[:, None]) * 997

    assert torch.allclose(k, k.round(), rtol=0, atol=1e-9)
    assert (head.tally.forward.executed, head.tally.forward.shots) == (3, 3 * 997)


@pytest.mark.parametrize(("kind", "options"), HEADS)
def test_a_joint_outcome_is_drawn_and_its_outputs_share_it(kind: type[NoisyAer], options: dict[str, Any]) -> None:
    """The frequencies of the outputs are the margins of one draw of joint outcomes."""
    joint = made(kind, CORRELATED, shots=500, **options).outcome_probabilities(ANGLES)
    p_zero = made(kind, CORRELATED, shots=500, **options)(ANGLES[:, None])

    zeros = joint.reshape(-1, 2, 2, 2)
    margins = torch.stack([zeros[:, 0].sum((1, 2)), zeros[:, :, 0].sum((1, 2)), zeros[:, :, :, 0].sum((1, 2))], dim=1)
    assert torch.allclose(p_zero, margins, rtol=0, atol=1e-12)


def test_readout_errors_act_on_each_output_alone() -> None:
    """The joint distribution that is read is the Kronecker product of the outputs' tables times the true one."""
    joint = torch.from_numpy(np.random.default_rng(2).dirichlet(np.ones(8), size=5))
    rates = (ReadoutRates(0.1, 0.2), ReadoutRates(0.03, 0.0), ReadoutRates(0.0, 0.3))
    tables = [np.array([[1 - one, zero], [one, 1 - zero]]) for one, zero in rates]  # [read, true]
    expected = joint.numpy() @ np.kron(np.kron(tables[0], tables[1]), tables[2]).T

    assert np.allclose(read_out(joint, rates).numpy(), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("shots", "drawn_by"), [(None, None), (10, "us, from the exact joint probabilities of Aer's")])
def test_provenance_says_who_drew_the_shots(shots: int | None, drawn_by: str | None) -> None:
    """An exact head draws none."""
    said = made(FakeIBM, shots=shots).provenance()["shots_drawn_by"]
    assert said is None if drawn_by is None else said.startswith(drawn_by)
    assert made(FakeIBM, shots=10, sampling="aer").provenance()["shots_drawn_by"] == "Aer, from its density matrix"


def test_an_unknown_sampling_is_refused() -> None:
    """The message names both."""
    with pytest.raises(ConfigError, match="option sampling: Input should be 'multinomial' or 'aer', got 'gauss'"):
        FakeIBM.check(EQ7, shots=10, options={"sampling": "gauss"})


def line(n_qubits: int, *, measured: tuple[int, ...]) -> Circuit:
    """Return ry on every qubit, then cx from each to the next."""
    turns = tuple(Gate("ry", (qubit,), (Angle(qubit % 2),)) for qubit in range(n_qubits))
    links = tuple(Gate("cx", (qubit, qubit + 1)) for qubit in range(n_qubits - 1))
    return Circuit(f"line {n_qubits}", n_qubits, 2, turns + links, measured=measured)


# Two late gates cannot change qubit 0, one of them with an angle that no other gate uses.
LATE = Circuit(
    "late gates",
    2,
    2,
    (
        Gate("ry", (0,), (Angle(0),)),
        Gate("ry", (1,), (0.4,)),
        Gate("cx", (1, 0)),
        Gate("rx", (1,), (Angle(1),)),
        Gate("x", (1,)),
    ),
)


@pytest.mark.parametrize(("kind", "options"), HEADS)
@pytest.mark.parametrize(
    "circuit", [EQ7, CORRELATED, line(4, measured=(3, 1)), line(5, measured=(4, 3, 2, 1, 0)), LATE]
)
def test_copies_in_turn_leave_the_bits_as_they_are(
    kind: type[NoisyAer], options: dict[str, Any], circuit: Circuit
) -> None:
    """19 rows, of which two times eight share a circuit and three do not, have the bits of single rows."""
    angles = torch.from_numpy(np.random.default_rng(3).uniform(-4, 4, (19, circuit.n_angles)))
    whole, single = (made(kind, circuit, shots=None, **options) for _ in range(2))

    assert whole.provenance()["copies_in_turn"] == 8
    joint = whole.outcome_probabilities(angles)
    assert torch.equal(joint, torch.cat([single.outcome_probabilities(row) for row in angles.split(1)]))
    assert len(torch.unique(joint, dim=0)) == 19
    assert (whole.tally.forward.executed, whole.tally.forward.shots) == (19, 0)


def test_copies_in_turn_that_python_binds_leave_the_bits_as_they_are() -> None:
    """Aer does not bind the u2 and u3 gates of old devices itself; one angle is used by late gates alone."""
    angles = torch.from_numpy(np.random.default_rng(3).uniform(-4, 4, (19, 2)))
    whole, single = (made(FakeIBM, LATE, shots=None, device="almaden") for _ in range(2))

    joint = whole.outcome_probabilities(angles)
    assert torch.equal(joint, torch.cat([single.outcome_probabilities(row) for row in angles.split(1)]))


@pytest.mark.parametrize(
    ("circuit", "copies", "n_qubits"),
    [
        (line(5, measured=(4,)), 8, 5),
        (line(5, measured=(0,)), 8, 2),  # the other links cannot change qubit 0 after the first
        (LATE, 8, 2),
        (line(6, measured=(5,)), 1, 6),  # wider than pays
        (line(6, measured=(3,)), 8, 5),
        (Circuit("late", 2, 1, (Gate("ry", (0,), (Angle(0),)), Gate("x", (1,))), measured=(0,)), 8, 1),
        (Circuit("no gate", 2, 0, (), measured=(0, 1)), 8, 2),
    ],
)
def test_copies_run_in_turn_on_the_qubits_that_matter(circuit: Circuit, copies: int, n_qubits: int) -> None:
    """Gates and qubits outside the light cone are left out, and provenance says how many."""
    head = made(AerNoise, circuit, shots=None)
    said = head.provenance()

    assert said["copies_in_turn"] == copies
    assert (said["simulated"]["qubits"], said["simulated"]["qubits_left_out"]) == (
        n_qubits,
        circuit.n_qubits - n_qubits,
    )


def with_late_gates(seed: int) -> Circuit:
    """Return random gates on four neighbouring qubits, of which the last ones cannot change what is measured."""
    generator = np.random.default_rng(seed)
    gates = []
    for _ in range(8):
        first = int(generator.integers(3))
        turn = Gate("ry", (int(generator.integers(4)),), (Angle(int(generator.integers(5))),))
        gates += [turn, Gate("cx", (first, first + 1) if generator.integers(2) else (first + 1, first))]
    late = (Gate("ry", (3,), (Angle(4),)), Gate("cx", (3, 2)), Gate("sx", (2,)))
    return Circuit(f"late {seed}", 4, 5, (*gates, *late), measured=(1, 0) if seed == 3 else (seed % 2,))


@pytest.mark.parametrize("sampling", [None, *SAMPLINGS])
@pytest.mark.parametrize(
    ("kind", "options"), [*HEADS, (FakeIBM, {"device": "sherbrooke"}), (FakeIBM, {"device": "almaden"})]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_left_out_changes_nothing(
    kind: type[NoisyAer], options: dict[str, Any], sampling: str | None, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exact to 1e-12, and what Aer loses of the probability with each gate; Aer's own counts are the same."""
    circuit = with_late_gates(seed)
    angles = torch.from_numpy(np.random.default_rng(seed).uniform(-3, 3, (9, 5)))
    shots = None if sampling is None else 1000
    settings = {**options} if sampling is None else {**options, "sampling": sampling}
    part = made(kind, circuit, shots=shots, **settings)
    monkeypatch.setattr(noisy_aer, "light_cone_of", lambda compiled: (compiled, tuple(range(len(compiled.qubits)))))
    whole = made(kind, circuit, shots=shots, **settings)
    got, expected = part.outcome_probabilities(angles), whole.outcome_probabilities(angles)

    assert part.provenance()["simulated"]["gates_left_out"] > 0
    assert whole.provenance()["simulated"]["gates_left_out"] == 0
    if sampling is None:
        lost = (1 - torch.minimum(got.sum(dim=1), expected.sum(dim=1))).clamp(min=0)
        assert ((got - expected).abs().amax(dim=1) <= 1e-12 + lost).all()
    else:
        assert (got - expected).abs().max() <= 1 / shots


def test_a_job_of_exact_copies_is_as_large_as_its_answer_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight rows of three outputs have 64 probabilities: two such circuits a job are allowed 128, and not 2**24."""
    monkeypatch.setattr(aer_jobs, "_JOB_OUTCOMES", 128)
    sent, job = [], aer_jobs.Simulation.job
    monkeypatch.setattr(
        aer_jobs.Simulation,
        "job",
        lambda self, values, **options: sent.append(len(values)) or job(self, values, **options),
    )
    made(FakeIBM, CORRELATED, shots=None).outcome_probabilities(ANGLES.repeat(7, 1))
    assert sent == [16, 5]
