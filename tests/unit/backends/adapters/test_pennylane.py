"""PennyLane adapter: what the conformance suite cannot know about PennyLane. Values are checked there."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from backends.adapters.pennylane import PennyLane
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import ConfigError, MissingPackageError

DEVICES = ("default.qubit", "lightning.qubit", "default.mixed")


def pennylane(circuit: Circuit, *, device: str = "default.qubit", shots: int | None = None, seed: int = 0) -> PennyLane:
    """Return a head of one circuit."""
    return PennyLane(circuit, n_circuits=1, shots=shots, seed=seed, options={"device": device})


def rows(n_rows: int, n_angles: int) -> torch.Tensor:
    """Return random angles in radians, shape (n_rows, n_angles)."""
    return torch.as_tensor(np.random.default_rng(7).uniform(-3, 3, (n_rows, n_angles)))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", GATES)
def test_every_gate_matches_the_oracle(name: str, device: str) -> None:
    """Each gate, with all its parameters bound and with only the first one bound, is the oracle's gate."""
    kind = GATES[name]
    qubits = (2, 0)[: kind.n_qubits]
    bound: tuple[float | Angle, ...] = tuple(Angle(k, scale=0.7, offset=0.2 * k) for k in range(kind.n_params))
    half_bound = (*bound[:1], *(0.3,) * (kind.n_params - 1))
    for params in {bound, half_bound}:
        mixing = tuple(Gate("ry", (qubit,), (0.4 + qubit,)) for qubit in range(3))
        closing = tuple(Gate("rx", (qubit,), (0.9 - qubit,)) for qubit in range(3))
        circuit = Circuit(name, 3, 3, (*mixing, Gate(name, qubits, params), *closing), measured=(2, 0, 1))
        angles = rows(4, 3)

        got = pennylane(circuit, device=device).evaluate(angles, n_shifted=0)

        np.testing.assert_allclose(got, probabilities(circuit, angles.numpy()), rtol=0, atol=1e-12)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shots", [None, 50])
def test_tally_equals_pennylanes_own_tracker(device: str, shots: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Executed circuits and shots are what qml.Tracker counts, in several tapes as in one."""
    import pennylane as qml

    head = pennylane(circuit_named("eq7"), device=device, shots=shots)
    monkeypatch.setattr(head, "_tape_rows", 4)
    vendor = head._device(seed=1)
    monkeypatch.setattr(head, "_device", lambda **_: vendor)

    with qml.Tracker(vendor) as tracker:
        head.evaluate(rows(10, 4), n_shifted=0)

    assert tracker.totals["executions"] == head.tally.forward.executed == 10
    assert tracker.totals.get("shots", 0) == head.tally.forward.shots == 10 * (shots or 0)


@pytest.mark.parametrize("device", DEVICES)
def test_equal_rows_have_shots_of_their_own(device: str) -> None:
    """Neither PennyLane's cache nor a circuit without angles gives two rows the same shots."""
    for circuit in (Circuit("coin", 1, 0, (Gate("h", (0,)),)), Circuit("coin", 1, 1, (Gate("rx", (0,), (Angle(0),)),))):
        angles = torch.full((20, circuit.n_angles), np.pi / 2, dtype=torch.float64)

        p_zero = pennylane(circuit, device=device, shots=1000).evaluate(angles, n_shifted=0)

        assert len(set(p_zero.flatten().tolist())) > 5  # 20 draws from a binomial with a standard deviation of 16 shots


@pytest.mark.parametrize("device", ["default.qubit", "default.mixed"])
def test_tapes_do_not_change_the_shots(device: str) -> None:
    """How many rows share a tape is a matter of memory, not of results."""
    whole, parts = (pennylane(circuit_named("eq7_swapped"), device=device, shots=100) for _ in range(2))
    parts._tape_rows = 3
    angles = rows(10, 4)

    assert torch.equal(whole.evaluate(angles, n_shifted=0), parts.evaluate(angles, n_shifted=0))


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("defualt.qubit", "got 'defualt.qubit'; did you mean 'default.qubit'"),
        ("null.qubit", "computes nothing, got 'null.qubit'"),
        ("default.gaussian", "optical modes"),
        ("default.tensor", "that device needs quimb, not installed: pip install quimb"),
    ],
)
def test_an_unusable_device_is_refused_before_any_compute(device: str, message: str) -> None:
    """A misspelt device, or one that runs no rotations, is a ConfigError with a way out."""
    with pytest.raises(ConfigError, match=message):
        PennyLane.check(circuit_named("eq7"), shots=None, options={"device": device})


def test_a_missing_sdk_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PennyLane the head says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(MissingPackageError, match=r"pip install 'quantum-head-bench\[pennylane\]'"):
        pennylane(circuit_named("eq7"))


def test_provenance_names_device_and_versions() -> None:
    """A record can say which distribution simulated."""
    import pennylane as qml

    found = pennylane(circuit_named("eq7"), device="lightning.qubit").provenance()

    assert found["engine"] == f"pennylane {qml.__version__}"
    assert found["device"] == "lightning.qubit"
    assert found["device_from"].startswith("pennylane_lightning 0.")


def test_importing_the_adapter_imports_no_vendor() -> None:
    """Options can be validated where PennyLane would take seconds to import."""
    code = (
        "import sys; from backends.adapters.pennylane import PennyLane; "
        "PennyLane.Options(device='lightning.qubit'); sys.exit('pennylane' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
