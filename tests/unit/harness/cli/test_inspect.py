"""``qhb inspect`` as a command: its JSON, its words, its refusals."""

import json
import re

import pytest
from click.testing import CliRunner, Result

from harness.cli.main import qhb


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))


def inspect(*arguments: str) -> Result:
    return CliRunner().invoke(qhb, ["inspect", *arguments], catch_exceptions=False, standalone_mode=False)


def test_json_of_the_papers_circuit() -> None:
    """The JSON says in the paper's numbers what is dead, the formula and the rank."""
    found = json.loads(inspect("eq7", "--json").output)

    assert found["dead_angles"] == [2, 3, 4]
    assert found["closed_form"] == "p0 = 1/2 + 1/2 cos(phi_1)"
    assert found["rank"] == 1
    assert found["step"] == {"n_circuits": 10, "forward": 320, "shifted": 2560, "measure_zero": 1920}
    assert "Rz(φ₁)" in found["drawing"]


def test_text_of_a_noisy_device() -> None:
    """With a noisy head, the ideal and the noisy formula stand beside each other, and both sizes."""
    text = inspect("eq7", "--head", "fake_ibm", "--set", "device=manila", "--set", "readout_error=false").output
    assert max(map(len, text.splitlines())) <= 80
    text = text.replace("\n  ", " ")

    assert "p0 = 1/2 + 1/2 cos(phi_1)\n" in text
    assert "With the noise of fake_ibm: p0 = 0.500135 + 0.494791 cos(phi_1)\n" in text
    assert "The noise of fake_ibm multiplies what varies by 0.989583." in text
    assert "Never matters, by the circuit's structure: phi_2, phi_3, phi_4." in text
    assert "Transpiled for manila, physical qubits [0, 1, 2]: 18" in text


def test_text_of_the_noise_on_many_angles() -> None:
    """Where there is no noisy formula, the contraction and the dead angles come from the channels, and the text says how."""
    text = inspect("hardware_efficient(n_qubits=3, n_layers=2)", "--head", "fake_ibm").output.replace("\n  ", " ")

    assert "With the noise of fake_ibm: p0" not in text
    assert re.search(
        r"The noise of fake_ibm multiplies what varies by 0\.\d+, by least squares at 256 random points\.",
        " ".join(text.split()),
    )
    assert re.search(r"Never matters with this noise: theta_\d", text)


def test_several_outputs_and_no_structure() -> None:
    """Each output has its line, and one without a short formula begins with its largest waves."""
    text = inspect("hardware_efficient(n_qubits=2, n_layers=1, n_outputs=2)").output

    assert "p0[0] has no short formula; it begins with 1/2 + 1/8 cos(phi_1" in text
    assert "p0[1] has no short formula" in text


def test_a_file(tmp_path) -> None:
    """A circuit of one's own is inspected as one of the catalogue."""
    path = tmp_path / "mine.qasm"
    path.write_text(
        'OPENQASM 3.0; include "stdgates.inc"; input float a; qubit[1] q; bit[1] c; ry(a) q[0]; c[0] = measure q[0];'
    )

    assert "p0 = 1/2 + 1/2 cos(a)" in inspect(str(path)).output


def test_an_option_needs_a_head() -> None:
    """--set without --head is a usage error that says what is missing."""
    with pytest.raises(Exception, match="expected --head as well"):
        inspect("eq7", "--set", "device=manila")
