"""The heads on Qiskit Aer, and the conversion that they share with fake_ibm, against the oracle."""

import dataclasses
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from backends.adapters import aer_jobs
from backends.adapters.aer import AerShots, AerStatevector
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import outcome_probabilities, probabilities
from backends.errors import ConfigError, ExecutionError

EQ7 = CIRCUITS["eq7"]
COIN = Circuit("coin", 1, 1, (Gate("rx", (0,), (Angle(0),)),))  # p = 1/2 at pi/2


def random_circuit(seed: int, *, n_qubits: int = 4) -> Circuit:
    """Return a circuit with every gate twice, in random order; its last angle, the sixth, is used by no gate."""
    rng = random.Random(seed)
    names = list(GATES) * 2
    rng.shuffle(names)

    def param() -> float | Angle:
        if rng.random() < 0.25:
            return rng.uniform(-3, 3)
        return Angle(rng.randrange(5), scale=rng.choice((1, 0.5, 2, -1, 0)), offset=rng.uniform(-1, 1))

    gates = [Gate("h", (qubit,)) for qubit in range(n_qubits)]
    for name in names:
        qubits = tuple(rng.sample(range(n_qubits), GATES[name].n_qubits))
        gates.append(Gate(name, qubits, tuple(param() for _ in range(GATES[name].n_params))))
    return Circuit(f"random {seed}", n_qubits, 6, tuple(gates), measured=tuple(rng.sample(range(n_qubits), n_qubits)))


def rows(n_rows: int, n_angles: int, *, seed: int = 1) -> torch.Tensor:
    """Return angles of a head with one circuit, radians, shape (n_rows, 1, n_angles)."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(-4, 4, (n_rows, 1, n_angles)))


def oracle(circuit: Circuit, angles: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(probabilities(circuit, angles[:, 0].numpy()))


def error_bar(p: torch.Tensor, shots: int) -> torch.Tensor:
    return 5 * (p * (1 - p) / shots).sqrt() + 5 / shots


@pytest.mark.parametrize("seed", range(4))
def test_exact_probabilities_of_random_circuits_equal_the_oracle(seed: int) -> None:
    """All gates, controlled rotations and scaled angles included, agree to 1e-10 through binding in a batch."""
    circuit = random_circuit(seed)
    angles = rows(20, 6)
    assert torch.allclose(AerStatevector(circuit, n_circuits=1)(angles), oracle(circuit, angles), rtol=0, atol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_counts_of_random_circuits_agree_with_the_oracle(seed: int) -> None:
    """The canary of qiskit-aer#2323: bound in a batch, sampled counts stay within five standard errors."""
    circuit = random_circuit(seed)
    angles = rows(20, 6)
    p = oracle(circuit, angles)
    assert ((AerShots(circuit, n_circuits=1, shots=5000)(angles) - p).abs() <= error_bar(p, 5000)).all()


@pytest.mark.parametrize("head_class", [AerShots, AerStatevector])
def test_no_controlled_or_many_parameter_gate_is_left_to_bind(head_class: type) -> None:
    """Of the gates that a job binds, rz is the only one with a parameter."""
    head = head_class(random_circuit(0), n_circuits=1, shots=10 if head_class is AerShots else None)
    bound = {i.operation.name for i in head._simulation.compiled.circuit.data if i.is_parameterized()}
    assert bound == {"rz"}


@pytest.mark.parametrize("qubit", range(10))
def test_output_k_is_the_kth_measured_qubit(qubit: int) -> None:
    """X on one of ten qubits shows in the output that measures this qubit, and in no other."""
    order = tuple(np.random.default_rng(qubit).permutation(10).tolist())
    circuit = Circuit("X", 10, 1, (Gate("x", (qubit,)),), measured=order)
    expected = torch.tensor([[float(measured != qubit) for measured in order]], dtype=torch.float64)
    angles = rows(1, 1)
    assert torch.equal(AerShots(circuit, n_circuits=1, shots=7)(angles), expected)
    assert torch.allclose(AerStatevector(circuit, n_circuits=1)(angles), expected, rtol=0, atol=1e-12)


def test_outputs_share_their_shots() -> None:
    """Both qubits of a Bell pair come from the same shots, so that their frequencies are equal in every row."""
    bell = Circuit("Bell", 2, 1, (Gate("h", (0,)), Gate("cx", (0, 1))), measured=(1, 0))
    p = AerShots(bell, n_circuits=1, shots=500)(rows(30, 1))
    assert torch.equal(p[:, 0], p[:, 1])
    assert len(p[:, 0].unique()) > 5


@pytest.mark.parametrize("seed", range(2))
def test_joint_frequencies_agree_with_the_oracle(seed: int) -> None:
    """Every joint outcome of nine rows, four of which share a circuit, stays within five standard errors."""
    circuit = random_circuit(seed, n_qubits=3)
    angles = rows(9, 6)[:, 0]
    p = torch.from_numpy(outcome_probabilities(circuit, angles.numpy()))
    sampled = AerShots(circuit, n_circuits=1, shots=5000, seed=seed).outcome_probabilities(angles)

    assert p.shape == (9, 8)
    assert ((sampled - p).abs() <= error_bar(p, 5000)).all()


@pytest.mark.parametrize("flipped", [(), (0,), (1,), (0, 1)])
def test_joint_outcomes_that_never_come_have_frequency_zero(flipped: tuple[int, ...]) -> None:
    """A certain outcome stands in its own column in every row, the first measured qubit as the top bit."""
    circuit = Circuit("certain", 2, 1, tuple(Gate("x", (qubit,)) for qubit in flipped), measured=(1, 0))
    joint = AerShots(circuit, n_circuits=1, shots=7).outcome_probabilities(rows(5, 1)[:, 0])

    expected = torch.zeros(5, 4, dtype=torch.float64)
    expected[:, 2 * (1 in flipped) + (0 in flipped)] = 1
    assert torch.equal(joint, expected)


@pytest.mark.parametrize(
    ("shots", "most_outcomes", "most_results", "sizes"),
    [
        (None, 20, 4096, [2, 2, 2, 1]),  # 8 outcomes of 3 qubits are saved for each row
        (None, 7, 4096, [1] * 7),  # a row is sent, however large its answer
        (None, 2**20, 4096, [7]),
        (None, 2**20, 3, [3, 3, 1]),
        (3, 20, 4096, [6, 1]),  # 3 shots have at most 3 outcomes
        (1000, 20, 4096, [2, 2, 2, 1]),
    ],
)
def test_a_job_is_as_large_as_its_answer_may_be(
    shots: int | None, most_outcomes: int, most_results: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of a job and the outcomes counted in it are limited, since each takes memory."""
    monkeypatch.setattr(aer_jobs, "_JOB_OUTCOMES", most_outcomes)
    monkeypatch.setattr(aer_jobs, "_JOB_RESULTS", most_results)
    circuit = Circuit("three", 3, 1, (Gate("rx", (0,), (Angle(0),)),), measured=(0, 1, 2))
    head = (AerStatevector if shots is None else AerShots)(circuit, n_circuits=1, shots=shots)
    simulation = dataclasses.replace(head._simulation, wide=None)
    sent, job = [], aer_jobs.Simulation.job
    monkeypatch.setattr(
        aer_jobs.Simulation,
        "job",
        lambda self, values, **options: sent.append(len(values)) or job(self, values, **options),
    )
    answer = simulation.evaluate(rows(7, 1)[:, 0], shots=shots, seed=1, first_evaluation=0)

    assert sent == sizes
    assert answer.p_zero.shape == (7, 3)


@pytest.mark.parametrize("n_angles", [0, 2])
def test_a_circuit_that_uses_no_angle_is_run_for_each_row(n_angles: int) -> None:
    """Without parameters to bind every row still is an execution of its own, with its own noise."""
    turn = Gate("rz", (0,), (Angle(0, scale=0.0, offset=1.0) if n_angles else 1.0,))
    circuit = Circuit("fixed", 2, n_angles, (Gate("h", (0,)), turn), measured=(0, 1))
    angles = rows(30, n_angles)
    head = AerShots(circuit, n_circuits=1, shots=1000)
    p = head(angles)
    assert ((p - oracle(circuit, angles)).abs() <= error_bar(oracle(circuit, angles), 1000)).all()
    assert len(p[:, 0].unique()) > 5
    assert (head.tally.forward.executed, head.tally.forward.shots) == (30, 30_000)
    assert torch.allclose(AerStatevector(circuit, n_circuits=1)(angles), oracle(circuit, angles), rtol=0, atol=1e-12)


def test_sampled_probabilities_are_counts_over_shots() -> None:
    """Every value is k / shots with a whole k."""
    k = AerShots(EQ7, n_circuits=1, shots=997)(rows(50, 4)) * 997
    assert torch.allclose(k, k.round(), rtol=0, atol=1e-9)


def test_the_same_seed_repeats_and_another_does_not() -> None:
    """Bits depend on the head's seed."""
    first, again, other = (AerShots(EQ7, n_circuits=1, shots=1000, seed=seed)(rows(40, 4)) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert (first == other).double().mean() < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_however_rows_are_sent_each_is_answered_for_its_own_angles(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 1, 2, ... 9 rows, four or fewer share a circuit and its shots; in one job or in several, none is lost or swapped."""
    circuit = EQ7 if seed == 0 else random_circuit(seed)
    monkeypatch.setattr(aer_jobs, "_JOB_RESULTS", 2)
    head = AerShots(circuit, n_circuits=1, shots=5000, seed=seed)
    for n_rows in range(1, 10):
        angles = rows(n_rows, circuit.n_angles)
        p = oracle(circuit, angles)
        assert ((head(angles) - p).abs() <= error_bar(p, 5000)).all()
    assert (head.tally.forward.executed, head.tally.forward.shots) == (45, 45 * 5000)


def test_jobs_of_one_call_have_noise_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal rows in four jobs of two circuits each, with four rows a circuit, differ from job to job."""
    monkeypatch.setattr(aer_jobs, "_JOB_RESULTS", 2)
    equal = torch.full((32, 1, 4), np.pi / 2, dtype=torch.float64)
    jobs = AerShots(EQ7, n_circuits=1, shots=1000, seed=3)(equal).reshape(4, 8)
    assert len({tuple(job.tolist()) for job in jobs}) == 4


def test_a_row_at_a_time_bits_are_those_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no circuits stand side by side, one call, two calls and jobs of 7 give the same bits."""
    angles = rows(50, 4)

    def head() -> AerShots:
        made = AerShots(EQ7, n_circuits=1, shots=1000, seed=3)
        made._simulation = dataclasses.replace(made._simulation, wide=None)
        return made

    whole, two = head()(angles), head()
    assert torch.equal(whole, torch.cat([two(angles[:20]), two(angles[20:])]))
    monkeypatch.setattr(aer_jobs, "_JOB_RESULTS", 7)
    assert torch.equal(whole, head()(angles))


def test_rows_that_share_shots_are_independent() -> None:
    """The four copies in one circuit, at p = 1/2: no two of 400 frequencies each are correlated, each is binomial."""
    head = AerShots(EQ7, n_circuits=1, shots=1000, seed=8)
    assert head.provenance()["side_by_side"] == 4
    copies = head(torch.full((1600, 1, 4), np.pi / 2, dtype=torch.float64)).reshape(400, 4).T
    correlations = torch.corrcoef(copies) - torch.eye(4, dtype=torch.float64)
    assert correlations.abs().max() < 5 / 400**0.5
    deviation = (2 / 399) ** 0.5  # relative, of a variance that 400 values estimate
    assert ((copies.var(dim=1) / (0.25 / 1000) - 1).abs() < 5 * deviation).all()


def test_shot_noise_is_never_used_twice_and_has_the_binomial_variance() -> None:
    """At p = 1/2, 400 rows of two calls differ from each other as independent binomial draws do."""
    head = AerShots(COIN, n_circuits=1, shots=1000, seed=8)
    half = torch.full((200, 1, 1), np.pi / 2, dtype=torch.float64)
    first, second = head(half)[:, 0], head(half)[:, 0]
    expected = 0.25 / 1000
    for sample in (first, second, (first - second) / 2**0.5):
        assert 0.5 < sample.var().item() / expected < 1.5
    assert abs(torch.corrcoef(torch.stack((first, second)))[0, 1].item()) < 5 / 200**0.5


def test_aer_seeds_binding_j_with_the_step_that_we_count_on() -> None:
    """Seeds of 62 bits count in full, and a job may be cut between any two bindings."""
    head = AerShots(EQ7, n_circuits=1, shots=1000)
    angles = rows(6, 4)[:, 0].numpy()
    start = 2**61 + 12345
    simulation = dataclasses.replace(head._simulation, wide=None)
    values = simulation.compiled.values(angles)

    def counts(first: int, seed_simulator: int) -> list[Any]:
        return [r.data.counts for r, _ in simulation.job(values[first:], shots=1000, seed_simulator=seed_simulator)]

    whole = counts(0, start)
    assert whole[4:] == counts(4, start + 4 * aer_jobs.SEED_STEP)
    for bit in (0, 31, 32, 60):
        assert counts(0, start ^ 1 << bit) != whole, bit


def test_gradients_of_the_exact_head_equal_finite_differences_of_the_oracle() -> None:
    """The parameter-shift rule through Aer, on a circuit with shared, scaled and unused angles."""
    circuit = random_circuit(7, n_qubits=3)
    angles = rows(2, 6).requires_grad_()
    head = AerStatevector(circuit, n_circuits=1)
    weight = torch.tensor([0.3, -1.0, 0.7], dtype=torch.float64)
    (head(angles) @ weight).sum().backward()
    step, expected = 1e-5, torch.zeros_like(angles)
    for angle in range(6):
        shift = torch.zeros(6, dtype=torch.float64)
        shift[angle] = step
        up, down = (oracle(circuit, angles.detach() + sign * shift) @ weight for sign in (1, -1))
        expected[:, 0, angle] = (up - down) / (2 * step)
    assert angles.grad is not None
    assert torch.allclose(angles.grad, expected, rtol=0, atol=1e-7)


def test_gradients_of_the_sampled_head_agree_and_are_counted() -> None:
    """The derivative of eq7 by phi_1 is -sin(phi_1) / 2 within sampling error, at 9 evaluations a row."""
    angles = rows(25, 4).requires_grad_()
    head = AerShots(EQ7, n_circuits=1, shots=1000, seed=2)
    head(angles).sum().backward()
    assert angles.grad is not None
    expected = torch.zeros_like(angles)
    expected[..., 0] = -angles.detach()[..., 0].sin() / 2
    bar = 5 * (2 * 0.25 / 1000) ** 0.5 / 2 + 5 / 1000  # the worst p, 1/2, in both terms
    assert (angles.grad - expected).abs().max() <= bar
    tally = head.tally
    assert (tally.forward.executed, tally.backward.executed, tally.jobs) == (25, 200, 1)
    assert (tally.forward.shots, tally.backward.shots) == (25_000, 200_000)


def test_the_exact_head_takes_no_shots_and_counts_none() -> None:
    """Probabilities that are saved cost no shots."""
    head = AerStatevector(EQ7, n_circuits=2)
    head(torch.zeros(3, 2, 4, dtype=torch.float64))
    assert (head.tally.forward.executed, head.tally.forward.shots) == (6, 0)
    with pytest.raises(ConfigError, match="AerStatevector: it is exact and takes no shots, got shots = 100"):
        AerStatevector.check(EQ7, shots=100)


def test_bad_settings_are_refused_before_any_compute() -> None:
    """Shots out of range, unknown options and circuits that are too wide are named."""
    with pytest.raises(ConfigError, match="AerShots: it samples, so shots must be a number"):
        AerShots.check(EQ7, shots=None)
    with pytest.raises(ConfigError, match="from 1 to 10000000, got 0"):
        AerShots.check(EQ7, shots=0)
    with pytest.raises(ConfigError, match="unknown option device = 'manila': it has no options"):
        AerShots.check(EQ7, shots=10, options={"device": "manila"})
    with pytest.raises(ConfigError, match="'wide' has 21 qubits, it takes at most 20"):
        AerShots.check(Circuit("wide", 21, 0, ()), shots=10)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda result: setattr(result, "success", False), "Aer failed on a job of 3 evaluations: COMPLETED"),
        (lambda result: result.results.pop(), "Aer answered 2 of 3 circuits.*got nothing"),
        (lambda result: result.results.reverse(), "Aer answered 3 of 3 circuits.*expected .*, 10, 'statevector'"),
        (lambda result: setattr(result.results[1], "shots", 9), r"expected .*, 10, 'statevector'\), got .*, 9, "),
        (lambda result: result.results[0].metadata.update(method="stabilizer"), r"got .*, 10, 'stabilizer'\)"),
    ],
)
def test_an_answer_to_something_else_is_an_error(fault: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Aer reports is compared with what it was asked for: success, rows, order, shots and method."""
    head = AerShots(EQ7, n_circuits=1, shots=10)
    aer = head._simulation.aer
    run = aer.run

    def faulty(*args: Any, **options: Any) -> Any:
        result = run(*args, **options).result()
        fault(result)
        return type("Job", (), {"result": lambda self: result})()

    monkeypatch.setattr(aer, "run", faulty)
    with pytest.raises(ExecutionError, match=message):
        head(rows(3, 4))


def test_provenance_says_what_was_run() -> None:
    """Method, basis, size after transpilation and versions, as JSON values."""
    provenance = AerShots(CIRCUITS["eq7_swapped"], n_circuits=1, shots=10).provenance()
    assert (provenance["method"], provenance["basis"]) == ("statevector", ["cx", "h", "rz"])
    assert (provenance["gates"], provenance["two_qubit_gates"], provenance["depth"]) == (10, 2, 6)
    assert set(provenance["versions"]) == {"qiskit", "qiskit-aer"}


def test_validation_imports_no_vendor() -> None:
    """Modules of the heads and their checks leave Qiskit alone: workers are made before Aer is imported."""
    code = (
        "import sys, backends.adapters.aer, backends.adapters.fake_ibm; from backends.circuits.catalogue import CIRCUITS\n"
        "backends.adapters.aer.AerShots.check(CIRCUITS['eq7'], shots=10)\n"
        "options = {'device': 'sherbrooke', 'layout': [5, 4, 3]}\n"
        "backends.adapters.fake_ibm.FakeIBM.check(CIRCUITS['eq7'], shots=10, options=options)\n"
        "assert not [name for name in sys.modules if name.startswith('qiskit')]\n"
        "backends.adapters.aer.AerShots(CIRCUITS['eq7'], shots=10)\n"
        "assert 'qiskit_aer' in sys.modules"  # the check above can fail
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
