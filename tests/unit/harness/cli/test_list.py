"""``qhb list``: what a plan can name, as text and as JSON."""

import json
import subprocess
import sys

import pytest
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
    heads = json.loads(output("--json"))["quantum heads"]

    assert [head["name"] for head in heads if "qhb list devices" in head["summary"]] == ["fake_ibm", "pennylane"]


@pytest.mark.parametrize("arguments", [(), ("devices",)])
def test_the_list_fits_80_columns(arguments, monkeypatch):
    """No line is wider; each name begins a line, and what belongs to it stands further in."""
    monkeypatch.setattr(type(HEADS["fake_ibm"]), "missing", ("qiskit", "qiskit_aer", "qiskit_ibm_runtime"))
    lines = output(*arguments).splitlines()

    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  ") and line[2:].split()[0] == ("-" if arguments else "fake_ibm") for line in lines)
    what = lines.index("    [missing qiskit, qiskit_aer, qiskit_ibm_runtime:")
    assert lines[what + 1].startswith("     pip install ")


def test_the_list_loads_no_torch():
    """Torch takes a second to load; neither the help nor the list of what there is needs it."""
    code = "import sys; from harness.cli.main import qhb; qhb(sys.argv[1:], standalone_mode=False); print('torch' in sys.modules)"
    for arguments in (["--help"], ["list"], ["run", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "False", arguments
