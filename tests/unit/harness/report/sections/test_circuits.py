"""The circuits section: drawings, names of angles, and what is proven of them."""

import dataclasses
import json
from collections.abc import Mapping

import pytest
from unit.harness.report.example_records import record

from backends.analysis import dead_angles as proofs
from backends.circuits.catalogue import circuit_named
from backends.circuits.circuit import GATES, Angle, Circuit, Gate
from backends.surrogates.polynomial import Response
from harness.records.record import HeadFacts, RunRecord
from harness.report.figures.circuit_drawing import circuit_figure, gate_text
from harness.report.numbers.grouping import grouped
from harness.report.numbers.recorded_circuit import circuit_from
from harness.report.sections.circuits import circuit_sections


def run_with(circuit: Circuit | dict[str, object], label: str = "a", **spec: object) -> RunRecord:
    """Return a run whose head had this circuit."""
    data = dataclasses.asdict(circuit) if isinstance(circuit, Circuit) else circuit
    facts = HeadFacts(
        summary="", n_parameters=5, n_head_parameters=0, gradient="parameter-shift", n_circuits=10, n_angles=4,
        circuit=json.loads(json.dumps(data)), provenance={},
    )  # fmt: skip
    return record(label, head=facts, spec=spec)


def text_of(circuit: Circuit | dict[str, object]) -> str:
    """Return what the report says of a circuit."""
    (section,) = circuit_sections(grouped([run_with(circuit)]))
    return section.text


def test_dead_angles_are_proven() -> None:
    """Eq. (7) as printed ignores three of its four angles, by its structure; turned round it uses all, and nothing is said."""
    assert "4 angles. φ₂, φ₃ and φ₄ cannot matter on an ideal device (proof: the circuit's structure). Without" in (
        text_of(circuit_named("eq7"))
    )
    assert "cannot matter" not in text_of(circuit_named("eq7_swapped"))


def test_the_classical_function_is_told() -> None:
    """As a formula where it is short, of each output; else how large it is; not where it takes seconds to find."""
    function = "Without noise it is exactly this classical function: "
    assert f"{function}p(0) = 1/2 + 1/2 cos(φ₁). Source:" in text_of(circuit_named("eq7"))
    gates = (Gate("rx", (0,), (Angle(0),)), Gate("rx", (1,), (Angle(1, 2.0),)))
    two = Circuit("two", 2, 2, gates, measured=(0, 1))
    assert f"{function}output 0: p(0) = 1/2 + 1/2 cos(φ₁); output 1: p(0) = 1/2 + 1/2 cos(2 φ₂)." in text_of(two)
    middle = circuit_named("hardware_efficient(n_qubits=3, n_layers=1)")
    n_terms = proofs.ideal_response(middle, dead=proofs.structural_proofs(middle)).n_terms
    assert f"exactly a classical function, a sum of {n_terms} products of cosines and sines" in text_of(middle)
    assert "classical function" not in text_of(circuit_named("hardware_efficient(n_qubits=6, n_layers=3)"))


def test_an_angle_that_vanishes_without_structure_is_proven_by_the_response() -> None:
    """Ry(φ₁) Ry(-φ₁) is 1 at every angle, which no commutation shows."""
    gates = (Gate("ry", (0,), (Angle(0),)), Gate("ry", (0,), (Angle(0, -1.0),)), Gate("rx", (0,), (Angle(1),)))
    assert "φ₁ cannot matter on an ideal device (proof: its exact response)." in text_of(Circuit("c", 1, 2, gates))


def test_trainable_weights_are_theta_in_words_and_drawing() -> None:
    """A weight that cannot matter has the name that the drawing gives it."""
    circuit = Circuit("c", 1, 3, (Gate("rx", (0,), (Angle(0),)), Gate("rz", (0,), (Angle(2),))), n_weights=1)
    assert "φ₂ and θ₁ cannot matter" in text_of(circuit)
    assert gate_text(circuit.gates[1], circuit) == "Rz(θ₁)"


def test_the_authors_names_of_angles_are_used() -> None:
    """A circuit whose angles have names keeps them, made visible; names that are equal then are refused by name."""
    gates = (Gate("rx", (0,), (Angle(0),)), Gate("rz", (0,), (Angle(1),)))
    circuit = Circuit("c", 1, 2, gates, n_weights=1, angle_names=("pixel", "a\x1b$<b>"))
    (section,) = circuit_sections(grouped([run_with(circuit)]))
    assert "a␛$<b> cannot matter" in section.text
    assert section.drawn is not None
    assert "Rx(pixel)" in section.drawn.svg
    assert "Rz(a␛$&lt;b&gt;)" in section.drawn.svg
    twins = dataclasses.replace(circuit, angle_names=("␛", "\x1b"))
    assert "cannot be drawn: circuit 'c': expected a name of its own" in text_of(twins)


def test_a_proof_is_looked_for_once_and_never_where_it_takes_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two names of one circuit need one proof; a large response is left alone, and structure alone is used."""
    asked: list[str] = []

    def counted(circuit: Circuit, *, dead: Mapping[int, str]) -> Response:
        asked.append(circuit.name)
        return proofs.ideal_response(circuit, dead=dead)

    monkeypatch.setattr("harness.report.sections.circuits.ideal_response", counted)
    eq7 = circuit_named("eq7")
    twins = [run_with(eq7, "a"), run_with(dataclasses.replace(eq7, name="twin"), "b", shots=5)]
    assert len(circuit_sections(grouped(twins))) == 2
    assert asked == ["eq7"]
    wide = circuit_named("hardware_efficient(n_qubits=6, n_layers=3)")
    assert "exact response" not in text_of(wide)
    assert asked == ["eq7"]


def test_a_circuit_too_large_to_read_is_not_drawn() -> None:
    """The page says so instead of printing a thousand gates, or of filling memory with a billion wires."""
    assert circuit_figure(Circuit("c", 1, 0, (Gate("h", (0,)),) * 1000), name="c", caption="") is None
    for n_qubits, n_angles in ((10**9, 0), (1, 10**9)):
        assert text_of(Circuit("c", n_qubits, n_angles, (Gate("h", (0,)),))).endswith("Too large to be drawn.")


def test_data_that_is_no_circuit_is_named() -> None:
    """A record may hold anything."""
    for data in ({"name": "x"}, {**dataclasses.asdict(circuit_named("eq7")), "n_qubits": 0}):
        assert "cannot be drawn: " in text_of(data)


@pytest.mark.parametrize("name", GATES)
def test_every_gate_is_drawn(name: str) -> None:
    """A circuit of any gate of the vocabulary survives record and drawing, and is told in words."""
    kind = GATES[name]
    gate = Gate(name, tuple(range(kind.n_qubits))[::-1], (Angle(0, -1.0, 0.5),) * kind.n_params)
    circuit = Circuit("c", 3, 1, (gate,), measured=(1, 2))
    assert circuit_from(json.loads(json.dumps(dataclasses.asdict(circuit)))) == circuit
    drawn = circuit_figure(circuit, name="c", caption="")
    assert drawn is not None
    assert gate_text(gate, circuit) in drawn.svg


def test_weights_and_scales_are_written_in_the_box() -> None:
    """Inputs are φ, trainable weights θ, both counted from 1; scale and offset are kept."""
    circuit = Circuit("c", 1, 3, (Gate("u", (0,), (Angle(1, 2.0), Angle(2), 0.25)),), n_weights=1)
    assert gate_text(circuit.gates[0], circuit) == "U(2φ₂, θ₁, 0.25)"
