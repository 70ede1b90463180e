"""Each peer's layer gives the answers of our head: probabilities, and derivatives by inputs and weights."""

import dataclasses
import importlib.util
import math

import pytest
import torch

from backends import Circuit, circuit_named, head_class
from backends.circuits.circuit import Angle, Gate
from backends.errors import CircuitError
from backends.peers.layer import Layer, PlainGate, plain_gates
from backends.peers.pair import Ours, Pair, Peer
from backends.peers.pairs import PAIRS
from backends.peers.step import StepInputs, step_of_head, step_of_layer

SMALL = {
    "hardware_efficient(n_qubits=4, n_layers=2)": "hardware_efficient(n_qubits=2, n_layers=1)",
    "strongly_entangling(n_qubits=8, n_layers=3)": "strongly_entangling(n_qubits=3, n_layers=2)",
}
EXACT = list({(pair.peer.path, pair.circuit): pair for pair in PAIRS if pair.ours.shots is None}.values())


def built(peer: Peer, circuit: Circuit) -> Layer:
    """Return a peer's layer; skip where a package that it needs is not installed."""
    for package, name in peer.packages.items():
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{name} is not installed: tox run -e peers installs it")
    return peer.build(circuit)


@pytest.mark.filterwarnings("default")  # vendors' own
@pytest.mark.parametrize("pair", EXACT, ids=lambda pair: pair.row)
def test_exact_layers_agree_with_our_head(pair: Pair) -> None:
    """To 1e-6, on one image and a smaller circuit of the same family: peers may compute in single precision."""
    circuit = circuit_named(SMALL.get(pair.circuit, pair.circuit))
    inputs = StepInputs.of(circuit, 1)
    layer = built(pair.peer, circuit)

    found = step_of_layer(layer, inputs)
    expected = step_of_head(pair.ours.exact().build(circuit), inputs)

    for got, right in zip(found, expected, strict=True):
        torch.testing.assert_close(got, right, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("row", ["fake_ibm native, 5 qubits", "fake_ibm native, runtime's local mode"])
def test_sampled_layers_agree_within_their_errors(row: str) -> None:
    """5 standard errors of 100 shots, and half the asymmetry of the readout, which ``from_backend`` makes symmetric."""
    (peer,) = (pair.peer for pair in PAIRS if pair.row == row)
    few = dataclasses.replace(peer, settings={**peer.settings, "shots": 100})
    circuit = circuit_named("eq7")
    inputs = StepInputs.of(circuit, 1)
    expected = step_of_head(Ours("fake_ibm", options={"device": "manila"}).build(circuit), inputs)
    rates = head_class("fake_ibm")(circuit, n_circuits=1, options={"device": "manila"}).provenance()["readout"][0]
    error = 5 * math.sqrt(0.25 / 100) + 5 / 100

    found = step_of_layer(built(few, circuit), inputs)

    asymmetry = abs(rates["p1_given_0"] - rates["p0_given_1"]) / 2
    torch.testing.assert_close(found.probabilities, expected.probabilities, rtol=0, atol=error + asymmetry)
    torch.testing.assert_close(found.of_inputs, expected.of_inputs, rtol=0, atol=error)


def test_gates_are_those_of_the_circuit() -> None:
    """Names, qubits, and the angle of each rotation; a scaled angle is refused, because a peer would ignore the scale."""
    assert plain_gates(circuit_named("eq7"))[:4] == [
        *(PlainGate("h", (qubit,), None) for qubit in range(3)),
        PlainGate("rz", (0,), 0),
    ]

    scaled = Circuit("scaled", 1, 1, (Gate("rx", (0,), (Angle(0, scale=2.0),)),))
    with pytest.raises(
        CircuitError, match="peers: expected gates with at most one angle, neither scaled nor shifted, got rx"
    ):
        plain_gates(scaled)


def test_fastqml_refuses_another_circuit() -> None:
    """It computes circuits of one family alone."""
    pytest.importorskip("fastqml", reason="fastqml is not installed: tox run -e peers installs it")
    from backends.peers.fastqml_layer import fused

    with pytest.raises(CircuitError, match="fastqml: expected a strongly_entangling circuit, got 'eq7'"):
        fused(circuit_named("eq7"))
