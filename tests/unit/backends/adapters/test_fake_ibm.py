"""The fake IBM devices: ideal without their noise, and with it what the calibration snapshot says."""

import hashlib
import json
import re
from typing import Any

import numpy as np
import pytest
import torch

from backends.adapters.fake_devices import device_name, device_size, devices, load
from backends.adapters.fake_ibm import FakeIBM, FakeIBMOptions
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import ConfigError, ExecutionError

EQ7 = CIRCUITS["eq7"]
NOISELESS = {"gate_noise": False, "readout_error": False}


def manila_readout(qubit: int) -> tuple[float, float]:
    """Return p(1|0) and p(0|1) as the snapshot's file has them."""
    properties = json.loads((devices()["manila"] / "props_manila.json").read_text())["qubits"][qubit]
    value = {entry["name"]: entry["value"] for entry in properties}
    return value["prob_meas1_prep0"], value["prob_meas0_prep1"]


def every_gate(*, n_qubits: int = 3) -> Circuit:
    """Return a circuit with each gate once, on qubits and angles that change from gate to gate."""
    rng = np.random.default_rng(4)
    gates = [Gate("h", (qubit,)) for qubit in range(n_qubits)]
    for name, kind in GATES.items():
        qubits = tuple(rng.permutation(n_qubits)[: kind.n_qubits].tolist())
        params = tuple(Angle(int(rng.integers(3)), 0.5 + k, 0.3) for k in range(kind.n_params))
        gates += [Gate(name, qubits, params), Gate("ry", (qubits[0],), (0.4,))]
    return Circuit("every gate", n_qubits, 4, tuple(gates), measured=tuple(range(n_qubits))[::-1])


def rows(n_rows: int, n_angles: int) -> torch.Tensor:
    """Return angles of a head with one circuit, radians, shape (n_rows, 1, n_angles)."""
    return torch.from_numpy(np.random.default_rng(1).uniform(-4, 4, (n_rows, 1, n_angles)))


def oracle(circuit: Circuit, angles: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(probabilities(circuit, angles[:, 0].numpy()))


def error_bar(p: torch.Tensor, shots: int) -> torch.Tensor:
    return 5 * (p * (1 - p) / shots).sqrt() + 5 / shots


def fake(circuit: Circuit = EQ7, *, shots: int | None = None, seed: int = 0, **options: Any) -> FakeIBM:
    return FakeIBM(circuit, n_circuits=1, shots=shots, seed=seed, options=options)


# Two-qubit gates cx, ecr and cz; one-qubit gates u1, u2, u3 of the oldest devices; a device with fractional gates.
@pytest.mark.parametrize("device", ["manila", "sherbrooke", "torino", "almaden", "fractional"])
def test_without_noise_every_basis_equals_the_oracle(device: str) -> None:
    """All gates, transpiled to the device's own, give the ideal probabilities to 1e-10."""
    circuit, angles = every_gate(), rows(10, 4)
    p = fake(circuit, device=device, **NOISELESS)(angles)
    assert torch.allclose(p, oracle(circuit, angles), rtol=0, atol=1e-10)


def test_noiseless_options_are_the_switches_of_all_noise() -> None:
    """The conformance suite turns noise off by them: with all of them the head is ideal, with all but one it is not."""
    circuit, angles = every_gate(), rows(5, 4)
    expected = oracle(circuit, angles)

    assert torch.allclose(fake(circuit, **FakeIBM.noiseless_options)(angles), expected, rtol=0, atol=1e-10)
    for name in FakeIBM.noiseless_options:
        others = {other: value for other, value in FakeIBM.noiseless_options.items() if other != name}
        assert not torch.allclose(fake(circuit, **others)(angles), expected, rtol=0, atol=1e-4), name


@pytest.mark.parametrize("sampling", ["multinomial", "aer"])
@pytest.mark.parametrize("device", ["manila", "sherbrooke", "almaden"])
def test_without_noise_counts_agree_with_the_oracle(device: str, sampling: str) -> None:
    """All gates, sampled, stay within five standard errors of the ideal probabilities."""
    circuit, angles = every_gate(), rows(20, 4)
    p = oracle(circuit, angles)
    sampled = fake(circuit, shots=2000, device=device, sampling=sampling, **NOISELESS)(angles)
    assert ((sampled - p).abs() <= error_bar(p, 2000)).all()


def test_gate_noise_of_manila_contracts_eq7() -> None:
    """On qubits 0, 1, 2 the paper's 0.5 + 0.5 cos(phi_1) becomes 0.500135 + 0.494791 cos(phi_1)."""
    angles = rows(40, 4)
    p = fake(readout_error=False, layout=(0, 1, 2))(angles)[:, 0]
    assert torch.allclose(p, 0.500135 + 0.494791 * angles[:, 0, 0].cos(), rtol=0, atol=1e-6)


def test_the_two_readout_errors_of_manila_differ() -> None:
    """The asymmetry that Aer's own from_backend averages away: 1.58 % and 5.48 % on qubit 0."""
    assert manila_readout(0) == pytest.approx((0.0158, 0.0548))
    assert fake().provenance()["readout"][0]["p0_given_1"] == pytest.approx(0.0548)


def test_pruning_leaves_the_noise_as_it_is() -> None:
    """Aer's own noise model of all of manila, on five qubits, gives the same probabilities."""
    from qiskit import transpile
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel

    from backends.circuits.qiskit import to_qiskit

    device, circuit, angles = load("manila"), every_gate(), rows(3, 4)
    logical, parameters = to_qiskit(circuit)
    transpiled = transpile(
        logical, target=device.target, initial_layout=[1, 3, 2], optimization_level=1, seed_transpiler=1
    )
    outputs = {i.clbits[0]: i.qubits[0] for i in transpiled.data if i.operation.name == "measure"}
    transpiled = transpiled.remove_final_measurements(inplace=False)
    for output, bit in enumerate(logical.clbits):
        transpiled.save_probabilities([outputs[bit]], label=f"p{output}")
    full = AerSimulator(method="density_matrix", noise_model=NoiseModel.from_backend(device))
    expected = []
    for row in angles[:, 0].tolist():
        bound = transpiled.assign_parameters(
            {p: a for p, a in zip(parameters, row, strict=True) if p in transpiled.parameters}
        )
        data = full.run(bound, shots=1).result().data()
        expected.append([data[f"p{output}"][0] for output in range(3)])
    p = fake(circuit, readout_error=False, layout=(1, 3, 2))(angles)
    assert torch.allclose(p, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("shots", "sampling"), [(None, "aer"), (100_000, "aer"), (100_000, "multinomial")])
@pytest.mark.parametrize("flipped", [False, True])
def test_readout_errors_are_asymmetric_and_of_the_right_qubit(
    shots: int | None, sampling: str, *, flipped: bool
) -> None:
    """Each output has p(1|0) and p(0|1) of its own physical qubit, exact and in counts, not their mean."""
    layout, measured = (4, 1, 0), (2, 0, 1)
    circuit = Circuit("X", 3, 1, tuple(Gate("x", (qubit,)) for qubit in range(3) if flipped), measured=measured)
    readout = [manila_readout(layout[qubit]) for qubit in measured]
    expected = torch.tensor([[zero if flipped else 1 - one for one, zero in readout]], dtype=torch.float64)
    p = fake(circuit, shots=shots, layout=layout, gate_noise=False, sampling=sampling)(rows(1, 1))
    assert ((p - expected).abs() <= (error_bar(expected, shots) if shots else 1e-12)).all()


@pytest.mark.parametrize("sampling", ["multinomial", "aer"])
@pytest.mark.parametrize("device", ["manila", "torino"])
def test_counts_agree_with_the_exact_noisy_probabilities(device: str, sampling: str) -> None:
    """Gate and readout noise are those of the exact probabilities, whoever draws the shots."""
    circuit, angles = every_gate(), rows(20, 4)
    p = fake(circuit, device=device)(angles)
    sampled = fake(circuit, shots=2000, device=device, sampling=sampling)(angles)
    assert ((sampled - p).abs() <= error_bar(p, 2000)).all()
    assert ((p - oracle(circuit, angles)).abs() > 0.02).any()


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_the_layout_is_pinned_at_every_optimization_level(level: int) -> None:
    """Readout errors of the pinned qubits, and no others, appear."""
    circuit = Circuit("one rotation", 2, 1, (Gate("rx", (0,), (Angle(0),)),), measured=(0, 1))
    head = fake(circuit, layout=(3, 1), optimization_level=level, gate_noise=False)
    expected = torch.tensor([[1 - manila_readout(3)[0], 1 - manila_readout(1)[0]]], dtype=torch.float64)
    assert torch.allclose(head(torch.zeros(1, 1, 1, dtype=torch.float64)), expected, rtol=0, atol=1e-12)
    assert head.provenance()["physical_qubits"] == [1, 3]


def test_routing_brings_its_qubits_along() -> None:
    """A layout of qubits that are not neighbours is routed through others, and computes the same."""
    angles, far = rows(5, 4), (0, 2, 4)
    head = fake(layout=far, **NOISELESS)
    assert torch.allclose(head(angles), oracle(EQ7, angles), rtol=0, atol=1e-10)
    provenance = head.provenance()
    assert provenance["physical_qubits"] == [0, 1, 2, 3, 4]
    assert provenance["two_qubit_gates"] > 2


def test_a_sparse_layout_of_a_large_device_is_refused_when_its_density_matrix_is_too_large() -> None:
    """The message counts the qubits that routing would touch."""
    with pytest.raises(
        ConfigError, match=r"layout \[0, 60, 126\] on 'sherbrooke': routing touches \d\d physical qubits"
    ):
        fake(device="sherbrooke", layout=(0, 60, 126))


def test_ten_qubits_are_allowed() -> None:
    """As many as a density matrix takes: a line of ten on a large device."""
    line = tuple(Gate("cx", (qubit, qubit + 1)) for qubit in range(9))
    head = fake(Circuit("line", 10, 0, line), device="sherbrooke")

    assert sorted(head.provenance()["physical_qubits"]) == list(range(10))


def test_disconnected_qubits_are_refused() -> None:
    """Qubit 0 of this snapshot has no working two-qubit gate."""
    with pytest.raises(ConfigError, match=r"'eq7' does not fit layout \[0, 1, 2\] on 'cairo'.*choose neighbouring"):
        fake(device="cairo")


def test_gradients_are_those_of_the_noisy_device_and_are_counted() -> None:
    """The derivative by phi_1 is -0.494791 sin(phi_1) on manila, 9 evaluations for each row."""
    angles = rows(6, 4).requires_grad_()
    head = fake(readout_error=False)
    head(angles).sum().backward()
    assert angles.grad is not None
    assert torch.allclose(angles.grad[..., 0], -0.494791 * angles.detach()[..., 0].sin(), rtol=0, atol=1e-6)
    assert angles.grad[..., 1:].abs().max() < 1e-10
    tally = head.tally
    assert (tally.forward.executed, tally.backward.executed, tally.backward.shots) == (6, 48, 0)


@pytest.mark.parametrize("given", ["manila", "Manila", "fake_manila", "ibmq_manila", "FakeManila", "FakeManilaV2"])
def test_a_device_has_one_name(given: str) -> None:
    """Spellings of one device are one option, and so one run."""
    assert FakeIBMOptions(device=given) == FakeIBMOptions(device="manila")


def test_every_listed_device_loads_and_has_the_size_that_its_folder_says() -> None:
    """The listing made without the vendor agrees with the vendor."""
    assert {"manila", "sherbrooke", "torino"} <= devices().keys()
    for name in devices():
        if name != "nighthawk":  # it warns that its errors are not typical
            assert load(device_name(name)).num_qubits == device_size(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "manilla"}, "FakeIBM: option device: .*unknown device 'manilla'; did you mean 'manila'"),
        ({"device": "FakeManilaV1"}, "unknown device 'FakeManilaV1'; did you mean 'manila'"),
        ({"device": "xyz"}, "unknown device 'xyz': expected one of aachen, "),
        ({"layout": (0, 1)}, r"expected a layout of 3 physical qubits.*'eq7', got 2: \(0, 1\)"),
        ({"layout": (0, 1, 1)}, r"^FakeIBM: layout: expected distinct qubits of 'manila' in 0..4, got \(0, 1, 1\)$"),
        ({"layout": (0, 1, 5)}, r"distinct qubits of 'manila' in 0..4, got \(0, 1, 5\)"),
        ({"layout": (0, 1, -1)}, r"distinct qubits of 'manila' in 0..4, got \(0, 1, -1\)"),
        ({"device": "armonk"}, "'eq7' needs 3 qubits, device 'armonk' has 1"),
        ({"optimization_level": 4}, "option optimization_level: Input should be 0, 1, 2 or 3, got 4"),
        ({"noise": False}, "unknown option noise = False: expected one of sampling, device, gate_noise"),
    ],
)
def test_bad_options_are_refused_before_any_compute(options: dict[str, Any], message: str) -> None:
    """Each message names the option, what was expected and what came."""
    with pytest.raises(ConfigError, match=message):
        FakeIBM.check(EQ7, shots=1000, options=options)


def test_shots_out_of_range_are_refused() -> None:
    """Zero shots are no shots."""
    with pytest.raises(ConfigError, match="FakeIBM: shots must be a whole number from 1 to 10000000, got 0"):
        FakeIBM.check(EQ7, shots=0)


def test_a_gate_that_the_noise_model_lacks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calibrated gate error that did not reach the model is never passed over."""
    monkeypatch.setattr("qiskit_aer.noise.device.basic_device_gate_errors", lambda target: [])
    with pytest.raises(ExecutionError, match="no noise on gate cx of 'manila', which has InstructionProperties"):
        fake()


def test_provenance_says_which_qubits_errors_and_snapshot_were_used() -> None:
    """The record of a noisy run names its calibration: values, date and checksum, as JSON."""
    provenance = json.loads(json.dumps(fake(layout=(2, 1, 0)).provenance()))
    folder = devices()["manila"]
    data = (folder / "conf_manila.json").read_bytes() + (folder / "props_manila.json").read_bytes()
    assert provenance["snapshot"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert re.match("2024-05-27", provenance["snapshot"]["last_update_date"])
    assert (provenance["method"], provenance["layout"], provenance["physical_qubits"]) == (
        "density_matrix",
        [2, 1, 0],
        [0, 1, 2],
    )
    one, zero = manila_readout(2)
    assert provenance["readout"] == [{"qubit": 2, "p1_given_0": pytest.approx(one), "p0_given_1": pytest.approx(zero)}]
    cx = [gate for gate in provenance["gates_used"] if gate["gate"] == "cx"]
    assert [gate["qubits"] for gate in cx] == [[0, 1], [1, 2]]
    assert all(0.001 < gate["error"] < 0.05 and 1e-7 < gate["duration_s"] < 1e-6 for gate in cx)
    assert (provenance["basis"], provenance["two_qubit_gates"], provenance["depth"]) == (["cx", "rz", "sx"], 2, 10)
