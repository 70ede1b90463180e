"""Durations of circuits on fake IBM devices, against Qiskit's own estimate and by hand."""

import math

import pytest

from backends.adapters.aer_compile import compile_circuit
from backends.adapters.durations import duration_s, on_device
from backends.adapters.fake_devices import load, part_of
from backends.adapters.fake_ibm import FakeIBM
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Circuit, Gate
from backends.errors import ConfigError

WIDE = "hardware_efficient(n_qubits=4, n_layers=2)"


@pytest.mark.parametrize("device", ["manila", "sherbrooke", "torino"])
@pytest.mark.parametrize("name", ["eq7", "eq7_swapped", WIDE])
def test_the_duration_is_qiskits(device: str, name: str) -> None:
    """The critical path is what Qiskit's ``estimate_duration`` says of the same compiled circuit."""
    target = load(device).target
    part = part_of(target, range(target.num_qubits))
    compiled = compile_circuit(circuit_named(name), sampled=True, target=part, optimization_level=1)
    on_its_qubits = part_of(part, compiled.qubits)
    ours = duration_s(compiled, on_its_qubits)

    assert ours is not None
    assert math.isclose(ours, compiled.circuit.estimate_duration(on_its_qubits), rel_tol=1e-9)


def test_a_duration_by_hand() -> None:
    """Two cx one after the other on manila, and the measurement of the first qubit; rz takes no time."""
    target = load("manila").target
    gates = (Gate("cx", (0, 1)), Gate("rz", (0,), (0.3,)), Gate("cx", (1, 2)))
    first, second = (target["cx"][on].duration for on in ((0, 1), (1, 2)))
    measure = target["measure"][(0,)].duration
    found = on_device(Circuit("c", 3, 0, gates), "manila", layout=(0, 1, 2))

    assert found.duration_s == pytest.approx(first + max(second, measure), rel=1e-12)
    assert found.qubits == (0, 1, 2)


def test_copies_fill_the_device() -> None:
    """42 circuits of 3 qubits fit 127 qubits, one fits 5."""
    eq7 = circuit_named("eq7")

    assert (on_device(eq7, "FakeSherbrooke").copies, on_device(eq7, "manila").copies) == (42, 1)


def test_a_device_without_durations_is_named() -> None:
    """Old devices do not tell how long a measurement takes: no estimate, but the head still works and says None."""
    with pytest.raises(ConfigError, match="'burlington' do not tell how long its gates and measurements take; choose"):
        on_device(circuit_named("eq7"), "burlington")
    head = FakeIBM(circuit_named("eq7"), n_circuits=1, shots=10, options={"device": "burlington"})

    assert head.provenance()["duration_s"] is None


def test_the_head_records_the_duration() -> None:
    """``fake_ibm`` records what ``on_device`` computes for its layout."""
    head = FakeIBM(circuit_named("eq7"), n_circuits=1, options={"device": "manila"})

    assert head.provenance()["duration_s"] == on_device(circuit_named("eq7"), "manila", layout=(0, 1, 2)).duration_s


def test_what_does_not_fit_is_refused() -> None:
    """A circuit with more qubits than the device, and a layout whose qubits are not connected."""
    with pytest.raises(ConfigError, match="needs 6 qubits, device 'manila' has 5; choose a larger device"):
        on_device(circuit_named("hardware_efficient(n_qubits=6, n_layers=1)"), "manila")
    with pytest.raises(ConfigError, match="'eq7' cannot be compiled for device 'cairo'"):
        on_device(circuit_named("eq7"), "cairo", layout=(0, 1, 2))
