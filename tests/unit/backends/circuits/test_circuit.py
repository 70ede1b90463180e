"""What a circuit is, what it refuses, and which frequencies its angles have."""

import dataclasses
import math
import subprocess
import sys

import numpy as np
import pytest

from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.circuits.oracle import gate_matrix, probabilities
from backends.errors import CircuitError

_RX = Gate("rx", (0,), (Angle(0),))


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        (Gate("cnot", (0, 1)), r"gate 1 \(cnot on \(0, 1\)\): unknown gate; expected one of h, x, .*rzz"),
        (Gate("cx", (1,)), r"gate 1 \(cx on \(1,\)\): expected 2 distinct qubit"),
        (Gate("cx", (1, 1)), "expected 2 distinct qubit"),
        (Gate("h", (2,)), r"gate 1 \(h on \(2,\)\): expected qubits in 0\.\.1"),
        (Gate("h", (-1,)), r"expected qubits in 0\.\.1"),
        (Gate("rx", (0,)), r"expected 1 parameter\(s\), got 0"),
        (Gate("u", (0,), (0.1, 0.2)), r"expected 3 parameter\(s\), got 2"),
        (Gate("rx", (0,), (math.nan,)), "expected finite parameters, got nan"),
        (Gate("rx", (0,), (Angle(0, scale=math.inf),)), "expected finite parameters, got .*scale=inf"),
        (Gate("rx", (0,), (Angle(3),)), r"uses angle 3, but the circuit has angles 0\.\.2"),
        (Gate("rx", (0,), (Angle(-1),)), "uses angle -1"),
    ],
)
def test_a_wrong_gate_is_refused_by_its_position(gate: Gate, message: str) -> None:
    """The message names circuit, position, gate, and what was expected."""
    with pytest.raises(CircuitError, match="circuit 'mine', .*" + message):
        Circuit("mine", 2, 3, (_RX, gate))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_qubits": 0}, "expected n_qubits >= 1 .*got n_qubits=0"),
        ({"n_angles": -1, "gates": ()}, "n_angles=-1"),
        ({"n_weights": 3}, "0 <= n_weights <= n_angles, .*n_angles=2, n_weights=3"),
        ({"measured": ()}, r"distinct measured qubits in 0\.\.1, got \(\)"),
        ({"measured": (0, 0)}, r"got \(0, 0\)"),
        ({"measured": (2,)}, r"got \(2,\)"),
        ({"measured": (-1,)}, r"got \(-1,\)"),
        ({"n_weights": -1}, "0 <= n_weights <= n_angles, .*n_angles=2, n_weights=-1"),
    ],
)
def test_a_wrong_circuit_is_refused_with_its_numbers(change: dict[str, object], message: str) -> None:
    """Width, angles, weights and measured qubits are checked when the circuit is made."""
    with pytest.raises(CircuitError, match=message):
        dataclasses.replace(Circuit("mine", 2, 2, (_RX,)), **change)


def test_the_least_there_can_be() -> None:
    """One qubit without angles and gates is a circuit; an angle enters as it is unless it is said otherwise."""
    circuit = Circuit("least", 1, 0, ())

    assert (circuit.n_inputs, circuit.n_outputs, circuit.measured, circuit.n_weights, circuit.source) == (
        0,
        1,
        (0,),
        0,
        "",
    )
    assert Angle(3) == Angle(3, scale=1.0, offset=0.0)


@pytest.mark.parametrize("name", GATES)
def test_a_gate_has_the_qubits_and_parameters_of_its_matrix(name: str) -> None:
    """The oracle's matrix takes as many parameters, and has a row for each basis state of as many qubits."""
    kind = GATES[name]

    assert gate_matrix(name, *[0.3, 0.5, 0.7][: kind.n_params]).shape == (2**kind.n_qubits,) * 2


@pytest.mark.parametrize("names", [("a",), ("a", "a"), ("a", "b", "c")])
def test_angles_have_a_name_each(names: tuple[str, ...]) -> None:
    """Too few, too many or equal ones are refused; names change neither what a circuit is nor what it computes."""
    circuit = Circuit("mine", 1, 2, (_RX,))
    named = dataclasses.replace(circuit, angle_names=("alpha", "beta"))

    assert named.angle_names == ("alpha", "beta")
    assert named == circuit
    assert named.fingerprint == circuit.fingerprint
    with pytest.raises(
        CircuitError, match=r"circuit 'mine': expected a name of its own for each of 2 angles, got \('a'"
    ):
        dataclasses.replace(circuit, angle_names=names)


def test_inputs_come_before_weights() -> None:
    """n_inputs = n_angles - n_weights, n_outputs = measured qubits."""
    circuit = Circuit("mine", 3, 5, (), measured=(2, 0), n_weights=2)

    assert (circuit.n_inputs, circuit.n_outputs) == (3, 2)


def test_fingerprint_is_of_what_is_computed() -> None:
    """Name and source do not change it; everything else does, and another process gives the same."""
    circuit = Circuit("mine", 2, 2, (_RX,), source="here")
    others = [
        dataclasses.replace(circuit, **change)
        for change in (
            {"n_qubits": 3},
            {"n_angles": 3},
            {"gates": (Gate("ry", (0,), (Angle(0),)),)},
            {"gates": (Gate("rx", (0,), (Angle(0, offset=0.1),)),)},
            {"measured": (1,)},
            {"n_weights": 1},
        )
    ]
    code = "from backends.circuits.circuit import *; print(Circuit('mine', 2, 2, (Gate('rx', (0,), (Angle(0),)),)).fingerprint)"
    elsewhere = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    assert elsewhere == circuit.fingerprint == dataclasses.replace(circuit, name="yours", source="").fingerprint
    assert len({circuit.fingerprint, *(other.fingerprint for other in others)}) == 7


def test_fingerprints_stay_what_they_were() -> None:
    """Run ids hold them: if one changed, no finished run would be found again."""
    circuit = Circuit("mine", 2, 2, (_RX, Gate("crz", (1, 0), (Angle(1, -0.5, 0.25),))), measured=(1, 0), n_weights=1)

    assert circuit.fingerprint == "ab24619414edaafa23b4a46791b1de3ecaf3662bf3cd93af198b5ac4bf0cf662"


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ((), (1.0, 0)),
        ((_RX,), (1.0, 1)),
        ((Gate("rx", (0,), (Angle(0, scale=0.0),)),), (1.0, 0)),
        ((_RX, _RX), (1.0, 2)),
        ((Gate("rx", (0,), (Angle(0, scale=-2.0),)),), (2.0, 1)),
        ((_RX, Gate("ry", (1,), (Angle(0, scale=3.0),))), (1.0, 4)),
        ((_RX, Gate("ry", (1,), (Angle(0, scale=1.5),))), (0.5, 5)),
        ((Gate("crx", (0, 1), (Angle(0),)),), (0.5, 2)),
        ((Gate("cp", (0, 1), (Angle(0),)),), (1.0, 1)),
        ((Gate("u", (0,), (Angle(0), Angle(0), 0.1)),), (1.0, 2)),
    ],
)
def test_frequencies_add_up_over_the_uses_of_an_angle(gates: tuple[Gate, ...], expected: tuple[float, int]) -> None:
    """Each use adds its top frequency; the base is what all of them are multiples of."""
    assert Circuit("mine", 2, 1, gates).frequencies(0) == expected


@pytest.mark.parametrize("name", [name for name, kind in GATES.items() if kind.n_params])
def test_spectra_are_the_generators(name: str) -> None:
    """The spectrum of a gate is the differences of its generator's eigenvalues, found from its matrix."""
    kind, step = GATES[name], 1e-6
    for k in range(kind.n_params):
        point = [0.3, 0.5, 0.7][: kind.n_params]
        moved = [value + step * (index == k) for index, value in enumerate(point)]
        phases = np.angle(np.linalg.eigvals(gate_matrix(name, *moved) @ gate_matrix(name, *point).conj().T)) / step
        differences = {round(abs(a - b), 3) for a in phases for b in phases} - {0.0}

        assert differences == set(kind.spectrum)


def test_probabilities_have_no_frequency_beyond_the_stated() -> None:
    """The Fourier transform over a full period of a circuit's p has nothing above base * count."""
    gates = (Gate("h", (0,)), Gate("cry", (0, 1), (Angle(0),)), Gate("rx", (1,), (Angle(0, scale=1.5),)))
    circuit = Circuit("mine", 2, 1, gates, measured=(1,))
    base, count = circuit.frequencies(0)
    points = 2 * math.pi / base * np.arange(32) / 32

    spectrum = np.abs(np.fft.rfft(probabilities(circuit, points[:, None])[:, 0])) / 32

    assert (base, count) == (0.5, 5)
    assert spectrum[count + 1 :].max() < 1e-15
    assert spectrum[count] > 1e-3


def test_scales_without_a_common_base_are_refused() -> None:
    """With scales 1 and pi no finite shift rule exists, and the message says so with the frequencies."""
    circuit = Circuit("mine", 1, 1, (_RX, Gate("ry", (0,), (Angle(0, scale=math.pi),))))

    with pytest.raises(CircuitError, match=r"angle 0 enters with the frequencies \[1.0, 3.14159\d+\].*no common base"):
        circuit.frequencies(0)


def test_a_common_base_may_be_a_64th_of_the_least() -> None:
    """Scales 1 and 65/64 have the base 1/64; 1 and 66/65 would need a 65th, and are refused as 1 and pi are."""
    for scale, base in ((65 / 64, 1 / 64), (66 / 65, None)):
        circuit = Circuit("mine", 1, 1, (_RX, Gate("ry", (0,), (Angle(0, scale=scale),))))
        if base is None:
            with pytest.raises(CircuitError, match="no common base"):
                circuit.frequencies(0)
        else:
            assert circuit.frequencies(0) == (base, 64 + 65)
