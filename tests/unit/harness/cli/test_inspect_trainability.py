"""``qhb inspect --trainability`` as a command: its tables, its sentences, its JSON, its refusals."""

import json
import math

import pytest
from click.testing import CliRunner, Result

from backends.analysis.trainability import sizes
from backends.analysis.trainability.decay import RULE
from harness.cli.main import qhb


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch) -> None:
    """A cache of its own, and families of two to six qubits."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sizes, "WIDEST", 6)


def trainability(*arguments: str) -> Result:
    return CliRunner().invoke(
        qhb, ["inspect", *arguments, "--trainability"], catch_exceptions=False, standalone_mode=False
    )


def row(text: str, start: str) -> list[str]:
    """Return the cells of the only line that begins so, without its first."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(start))
    return line.strip().removeprefix(start).split()


def test_the_papers_circuit() -> None:
    """One angle matters, with variance 1/8 at one shot; of one circuit nobody can tell a barren plateau."""
    text = trainability("eq7").output

    variance, error, shots, evaluations = row(text, "largest: phi_1")
    assert abs(float(variance) - 1 / 8) <= 5 * float(error)
    assert (shots, evaluations) == ("1", "2")
    assert "1 of 4 angles matter" in text
    assert "median" not in text
    assert "Barren plateau: cannot tell; it is a law for growing numbers of qubits" in text
    assert "Haar-random states have 0.667" in text.replace("\n  ", " ")


def test_a_family_with_noise() -> None:
    """Tables by width and by depth, without noise and with it; a sentence for each law; nothing wider than 80 columns."""
    text = trainability(
        "hardware_efficient(n_qubits=2, n_layers=1)", "--head", "aer_noise", "--set", "depolarizing_2q=0.1"
    ).output
    joined = text.replace("\n  ", " ")

    assert max(map(len, text.splitlines())) <= 80
    assert "Gradient with the noise of aer_noise, 2,000 random points" in joined
    assert "Largest component by number of qubits:" in text
    assert "Largest component by number of qubits, with the noise of aer_noise:" in text
    assert "n_layers = 1, 2 to 6 qubits. Barren plateau: no; by structure" in joined
    assert "n_layers = 4 n_qubits, 2 to 6 qubits. Barren plateau: yes; the variance falls exponentially." in joined
    assert f"Rule: {RULE}." in joined
    ideal, ideal_shots, noisy, noisy_shots = map(float, row(text, "16"))  # layers
    assert noisy < ideal
    assert noisy_shots > ideal_shots
    assert "noise does not enter" in joined


def test_several_outputs_and_names() -> None:
    """A component is named by its output and its angle."""
    text = trainability("strongly_entangling(n_qubits=2, n_layers=1, n_outputs=2)").output

    assert "largest: p0[" in text
    assert "] by theta_" in text


def test_json() -> None:
    """The JSON has every component, estimates with their errors, the fits, the answers and the rule."""
    found = json.loads(trainability("hardware_efficient(n_qubits=2, n_layers=1)", "--seed", "5", "--json").output)

    assert (found["seed"], found["n_qubits"], found["head"], found["noisy"]) == (5, 2, None, None)
    assert len(found["gradients"]["components"]) == len(found["names"]) == 10
    assert found["rule"] == RULE
    assert [growth["plateau"] for growth in found["sizes"]["growths"]][::2] == ["no", "yes"]
    deep = found["sizes"]["growths"][2]["decay"]
    assert 0 < deep["low"] <= deep["rate"] <= deep["high"] < math.log(4)
    assert found["expressibility"]["n_bins"] == 75
    assert found["entanglement"]["haar"] == pytest.approx(2 / 5)


def test_many_qubits_blind_the_measure(monkeypatch) -> None:
    """Of eight qubits' Haar-random pairs 97 % lie in the first of 75 bins; of three, 9 %: nothing is said then."""
    monkeypatch.setattr(sizes, "WIDEST", 3)
    monkeypatch.setattr(sizes, "DEPTHS", (1,))
    wide = trainability("hardware_efficient(n_qubits=8, n_layers=1)").output.replace("\n  ", " ")

    assert "97 % of their fidelities lie in the first bin: with so many qubits the measure sees little." in wide
    assert "the first bin" not in trainability("eq7").output


def test_a_seed_needs_trainability() -> None:
    """--seed alone is a usage error that says what is missing."""
    with pytest.raises(Exception, match="expected --trainability as well"):
        CliRunner().invoke(qhb, ["inspect", "eq7", "--seed", "1"], catch_exceptions=False, standalone_mode=False)
