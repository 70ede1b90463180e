"""What ``qhb inspect`` finds: the facts of the paper's circuit, of its noise, and of random circuits, by the oracle."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import CLIFFORD, circuits

from backends.adapters.fake_ibm import FakeIBM
from backends.analysis.formula import number
from backends.analysis.inspection import inspect_circuit
from backends.analysis.inspection_facts import Inspection
from backends.analysis.jacobian import random_jacobian
from backends.analysis.noisy_fit import noise_from_channels
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.circuits.oracle import probabilities
from backends.errors import ConfigError
from backends.head import QuantumHead
from backends.registry import head_class


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))


def _rotations(*uses: tuple[str, int, float]) -> Circuit:
    """Return one qubit's rotations: axis, angle, scale."""
    gates = tuple(Gate(name, (0,), (Angle(index, scale),)) for name, index, scale in uses)
    return Circuit("rotations", 1, 1 + max(index for _, index, _ in uses), gates)


def _value(formula: str, names: list[str], row: np.ndarray) -> float:
    """Return what a formula says at one row of angles."""
    text = re.sub(r"(?<=[\d)]) (?=[a-z(])", " * ", formula)
    return eval(text, {**vars(math), **dict(zip(names, row, strict=True))})


def test_the_papers_circuit() -> None:
    """Eq. 7 is cos^2(phi_1/2): three of four angles are dead, six of eight shifted evaluations measure zero."""
    found = inspect_circuit(circuit_named("eq7"))

    assert (found.dead_angles, found.rank, found.redundant, found.undecided) == ([2, 3, 4], 1, [], [])
    assert found.proofs == {2: "structure", 3: "structure", 4: "structure"}
    assert [formula.closed_form for formula in found.formulas] == ["1/2 + 1/2 cos(phi_1)"]
    assert (found.step.forward, found.step.shifted, found.step.measure_zero) == (320, 2560, 1920)
    assert (found.gates, found.depth, found.two_qubit_gates) == (10, 6, 2)
    assert found.has_structure
    assert not found.notes


def test_the_swapped_circuit() -> None:
    """All four angles matter, in three combinations: phi_2 and phi_4 enter by their sum alone."""
    found = inspect_circuit(circuit_named("eq7_swapped"))

    assert (found.dead_angles, found.rank, found.redundant) == ([], 3, ["phi_2 - phi_4"])
    assert found.formulas[0].closed_form == "1/2 + 1/2 cos(phi_1) cos(phi_3) cos(phi_2 + phi_4)"


def test_noise_contracts_the_papers_circuit() -> None:
    """FakeManila's gate noise on qubits 0, 1, 2 makes Eq. 7 0.500135 + 0.494791 cos phi_1, with the same dead angles."""
    found = inspect_circuit(circuit_named("eq7"), head=FakeIBM, options={"device": "manila", "readout_error": False})

    assert found.noise.formulas[0].closed_form == "0.500135 + 0.494791 cos(phi_1)"
    assert found.noise.contraction == pytest.approx((0.989583, 0.989583), abs=1e-6)
    assert found.noise.dead_angles == [2, 3, 4]
    assert found.transpiled["physical_qubits"] == [0, 1, 2]
    assert found.transpiled["two_qubit_gates"] == 2


def test_noise_is_the_heads_own() -> None:
    """With readout errors the offset moves and the contraction is stronger; nothing is taken over from the ideal one."""
    found = inspect_circuit(circuit_named("eq7"), head=FakeIBM)

    ideal = inspect_circuit(circuit_named("eq7"), head=FakeIBM, options={"gate_noise": False, "readout_error": False})
    assert found.noise.contraction[1] < 0.95
    assert ideal.noise.contraction == pytest.approx((1.0, 1.0), abs=1e-9)
    assert ideal.noise.formulas[0].closed_form == "1/2 + 1/2 cos(phi_1)"


@pytest.mark.parametrize(
    ("circuit", "expected"),
    [
        (_rotations(("rx", 0, 1.0)), "1/2 + 1/2 cos(phi_1)"),
        (_rotations(("rx", 0, 0.5)), "1/2 + 1/2 cos(1/2 phi_1)"),
        (_rotations(("rx", 0, 1.0), ("rx", 1, -2.0)), "1/2 + 1/2 cos(phi_1 - 2 phi_2)"),
        (_rotations(("rx", 0, 1.0), ("ry", 1, 1.0)), "1/2 + 1/2 cos(phi_1) cos(phi_2)"),
        (Circuit("none", 1, 0, (Gate("h", (0,)),)), "1/2"),
        (
            Circuit("t", 1, 1, (*(Gate(g, (0,)) for g in "hth"), Gate("rx", (0,), (Angle(0),)))),
            "1/2 + 1/2 cos(phi_1 + pi/4)",
        ),
        (Circuit("s", 1, 1, (*(Gate(g, (0,)) for g in "hsh"), Gate("rx", (0,), (Angle(0),)))), "1/2 - 1/2 sin(phi_1)"),
        (
            Circuit("ry", 1, 1, (Gate("rx", (0,), (math.pi / 4,)), Gate("ry", (0,), (Angle(0),)))),
            "1/2 + sqrt(2)/4 cos(phi_1)",
        ),
        (
            Circuit("weight", 1, 2, (Gate("rx", (0,), (Angle(0),)), Gate("ry", (0,), (Angle(1),))), n_weights=1),
            "1/2 + 1/2 cos(phi_1) cos(theta_1)",
        ),
    ],
)
def test_formulas(circuit: Circuit, expected: str) -> None:
    """Frequencies, signs, phases, sines, fractions, roots and weights are written as one would by hand."""
    assert inspect_circuit(circuit).formulas[0].closed_form == expected


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(circuits(max_qubits=3, max_gates=10, max_angles=4, numbers=CLIFFORD))
def test_random_formulas_are_the_oracle(circuit: Circuit) -> None:
    """A formula, wherever one is short, gives the oracle's probabilities; dead angles and the rank are the Jacobians'."""
    found = inspect_circuit(circuit)
    if found.formulas is None:
        return
    rows = np.random.default_rng(2).uniform(-7, 7, (3, circuit.n_angles))
    expected = probabilities(circuit, rows)
    for output, formula in enumerate(found.formulas):
        if formula.closed_form is not None:
            got = [_value(formula.closed_form, found.names, row) for row in rows]
            np.testing.assert_allclose(got, expected[:, output], atol=1e-5)
    numerical = random_jacobian(circuit)
    assert found.rank == numerical.rank
    assert [number - 1 for number in found.dead_angles] == list(numerical.flat)


def test_what_has_no_structure() -> None:
    """Where every angle matters, in no redundant combination and no short formula, that is what is found."""
    gates = [Gate(name, (q,), (Angle(q + 2 * k),)) for k, name in enumerate(("rx", "ry")) for q in (0, 1)]
    circuit = Circuit("plain", 2, 4, (*gates, Gate("u", (0,), (0.3, 1.1, 0.7)), Gate("crx", (0, 1), (0.9,))), (1,))
    found = inspect_circuit(circuit)

    assert (found.dead_angles, found.rank, found.redundant) == ([], 4, [])
    assert found.formulas[0].closed_form is None
    assert "waves of at most" in found.formulas[0].leading
    assert not found.has_structure


def test_too_large_for_a_response() -> None:
    """The structure is found all the same, the rank numerically, and the notes say why and from how many points.

    Each point gives one derivative by each angle for each output; twice as many as angles, and two more, are taken.
    """
    circuit = circuit_named("hardware_efficient")
    found: Inspection = inspect_circuit(circuit)

    assert found.formulas is None
    assert set(found.proofs.values()) == {"structure"}
    assert (found.rank, found.undecided) == (12, [])
    assert "3^12 = 531441 circuit evaluations, at most 65536" in found.notes[0]
    assert (circuit.n_angles, circuit.n_outputs) == (21, 1)
    assert found.notes[1:] == ["the rank and the undecided angles are numerical: from derivatives at 44 random points"]


def test_too_large_for_anything_but_structure() -> None:
    """40 qubits are no obstacle to the structure; what was not computed is said."""
    gates = [Gate("ry", (q,), (Angle(q),)) for q in range(40)] + [Gate("cx", (q, q + 1)) for q in range(39)]
    found = inspect_circuit(Circuit("wide", 40, 40, tuple(gates)))

    assert found.dead_angles == list(range(2, 41))
    assert found.rank is None
    assert found.formulas is None
    assert "40 qubits" in found.notes[0]


def test_heads_refuse_what_they_cannot_hold() -> None:
    """A head's own refusal is what comes."""
    with pytest.raises(ConfigError, match="needs 6 qubits, device 'manila' has 5"):
        inspect_circuit(circuit_named("reuploading(n_qubits=6, n_layers=1)"), head=head_class("fake_ibm"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, "1/2"),
        (-0.25, "-1/4"),
        (3.0, "3"),
        (math.sqrt(2) / 4, "sqrt(2)/4"),
        (0.1, "0.1"),
        (-1.5, "-3/2"),
        (1e-7, "1e-07"),
    ],
)
def test_numbers(value: float, expected: str) -> None:
    """Fractions and their multiples of sqrt(2) are written as such, all others with six digits."""
    assert number(value) == expected


def test_noise_from_channels_is_the_noise_of_the_response() -> None:
    """On a circuit that has both, the channels prove the same angles dead, and fit a factor between the coefficients' own."""
    circuit = circuit_named("hardware_efficient(n_qubits=2, n_layers=1, n_outputs=2)")
    exact = inspect_circuit(circuit, head=FakeIBM).noise
    found = noise_from_channels(FakeIBM(circuit, n_circuits=1))

    assert found.formulas is None
    assert found.dead_angles == exact.dead_angles
    assert found.undecided == []
    assert exact.contraction[0] <= found.contraction[0] <= found.contraction[1] <= exact.contraction[1]


def test_channels_show_the_noise_of_many_angles() -> None:
    """28 angles: half of them never matter, noise or not; without noise the factor is 1."""
    circuit = circuit_named("hardware_efficient(n_qubits=4, n_layers=2)")
    noisy = inspect_circuit(circuit, head=FakeIBM)
    quiet = inspect_circuit(circuit, head=FakeIBM, options={"gate_noise": False, "readout_error": False})

    assert noisy.noise.points == 256
    assert 0.5 < noisy.noise.contraction[0] < 0.95
    assert quiet.noise.contraction == pytest.approx((1.0, 1.0), abs=1e-9)
    assert len(noisy.noise.dead_angles) == len(quiet.noise.dead_angles) == 16
    assert any("no noisy formula" in note for note in noisy.notes)


def test_the_effect_of_noise_is_not_known_without_table_or_channels(monkeypatch) -> None:
    """A noisy head that tells no chain says so."""
    monkeypatch.setattr(FakeIBM, "_chain", QuantumHead._chain)
    found = inspect_circuit(circuit_named("hardware_efficient(n_qubits=4, n_layers=2)"), head=FakeIBM)

    assert found.noise is None
    assert any("it does not tell its circuit as a chain of channels" in note for note in found.notes)
