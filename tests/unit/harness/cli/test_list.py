"""``qhb list``: what a plan can name, as text and as JSON."""

import json

from click.testing import CliRunner

from backends.registry import HEADS
from harness.cli.main import qhb


def output(*arguments):
    result = CliRunner().invoke(qhb, ["list", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_devices_are_listed_with_their_size():
    """Each fake IBM device has its number of qubits, smallest first; PennyLane's that the head refuses are left out."""
    found = json.loads(output("devices", "--json"))
    sizes = {item["name"]: item["summary"] for item in found["devices of fake_ibm"]}

    assert (sizes["manila"], sizes["sherbrooke"]) == ("5 qubits", "127 qubits")
    assert next(iter(sizes.values())) == "1 qubit"
    names = {item["name"] for item in found["devices of pennylane"]}
    assert "default.qubit" in names
    assert not {"default.gaussian", "default.tensor"} & set(names)


def test_devices_of_a_missing_sdk(monkeypatch):
    """Where the SDK of a head is not installed, the line says what to install."""
    monkeypatch.setattr(type(HEADS["fake_ibm"]), "missing", ("qiskit_ibm_runtime",))

    assert "[missing qiskit_ibm_runtime: pip install 'quantum-head-bench[qiskit]']" in output("devices")


def test_heads_point_to_their_devices():
    """Heads with an option device say where the devices are listed; the others have nothing to say of them."""
    lines = output().splitlines()

    assert [line.split()[0] for line in lines if "qhb list devices" in line] == ["fake_ibm", "pennylane"]
