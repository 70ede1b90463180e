"""``qhb cost`` as a command: its tables, its JSON, its file of prices, its refusals."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli.main import qhb
from harness.cost.tariffs import template
from harness.errors import PlanError
from harness.text import significant

PLAN = """
name = "p"
[data]
n_images = 100
official_images = 0
[training]
epochs = 2
[[runs]]
head = "linear"
[[runs]]
head = "statevector"
circuit = "eq7"
shots = 100
[[runs]]
head = "fake_ibm"
circuit = "hardware_efficient(n_qubits=4, n_layers=3)"
shots = 100
"""


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


def cost(*arguments: str) -> Result:
    return CliRunner().invoke(qhb, ["cost", *arguments], catch_exceptions=False, standalone_mode=False)


def row(text: str, name: str) -> list[str]:
    """Return the cells of the first row of that name."""
    line = next(line for line in text.splitlines() if line.strip().startswith(name))
    return line.strip().removeprefix(name).split()


def test_the_tables_fit_a_terminal(plan: str) -> None:
    """Nothing is wider than 80 columns, whatever the plan; the paper's protocol as well."""
    for arguments in ((plan,), ("--preset", "paper", "--shots", "100000"), (plan, "--only", "linear")):
        assert max(map(len, cost(*arguments).output.splitlines())) <= 80


def test_the_numbers_of_a_small_plan(plan: str) -> None:
    """Per epoch 2 steps of 32 images and 16 to validate; 20 to test. An image takes 90 circuits, 30 without dead angles.

    With 42 at once a step takes 69 or 23 circuits, and a validation 4.
    """
    text = cost(plan, "--only", "statevector").output

    assert "statevector eq7 100 shots: 1 run;" in text
    assert "(4 angles, of which 3 proven dead; 100 shots) on sherbrooke: 3 of 127 qubits" in text.replace("\n  ", " ")
    assert row(text, "circuits") == ["11,840", "4,160", "284", "100", "7"]
    assert row(text, "jobs") == ["6", "6", "6", "6", "1"]
    assert "Training: 4 steps, 2 validations" in text
    assert "Testing: 20 images" in text
    assert row(text, "Braket IQM Garnet")[2:4] == ["–", "–"]
    assert "– the response table answers; the vendor's devices have other sizes." in text
    assert "may be out of date" in text
    assert "Without the proof that angles are dead, the response table takes 85 circuits" in text.replace("\n  ", " ")


def test_what_is_not_shown(plan: str) -> None:
    """One circuit on a device has no column of circuits side by side; a classical head is told; no table has its reason."""
    text = cost(plan).output.replace("\n  ", " ")

    assert "Not on a device: linear: classical head: no circuits." in text
    assert "the circuit has too many angles for a response table." in text
    assert "1 copies" not in text
    assert "2 runs as planned, in all: " in text


def test_the_sum_of_all_runs(plan: str) -> None:
    """It is the sum of training and test, times the runs, by the first tariff."""
    found = json.loads(cost(plan, "--json").output)
    prices = [entry["ways"][0]["prices"][0] for entry in found["entries"]]
    total = sum(price["training"] + price["testing"] for price in prices)

    assert f"USD {significant(total)} (IBM pay-as-you-go)" in cost(plan).output.replace("\n  ", " ")


def test_json(plan: str) -> None:
    """The same numbers with units in their names, a reason where there is none, and the prices with their sources."""
    found = json.loads(cost(plan, "--json", "--device", "torino").output)
    eq7, wide = found["entries"]
    planned, *_, table, _ = eq7["ways"]

    assert eq7["device"]["device"] == "torino"
    assert eq7["dead_angles"] == [2, 3, 4]
    assert planned["training"]["circuits"] == 11_840
    assert planned["step"]["qpu_s"] == pytest.approx(2 + 2880 * 100 * (250e-6 + eq7["device"]["duration_s"]))
    assert table["testing"] == {"missing": "the response table answers"}
    assert table["prices"][0]["testing"] == {"missing": "the response table answers"}
    assert wide["ways"][4]["training"] == {"missing": "the circuit has too many angles for a response table"}
    assert found["without"] == [{"label": "linear", "reason": "classical head: no circuits"}]
    assert found["tariffs"][0]["figures_of"] == "2026-05-25"


def test_prices_of_ones_own(plan: str, tmp_path: Path) -> None:
    """The template is printed as it is, and an edited copy counts: at 10 EUR a second, and a second currency apart."""
    printed = cost("--tariffs-template").output
    assert printed == template()
    mine = tmp_path / "mine.toml"
    mine.write_text(
        printed.replace("per_second = 1.60", "per_second = 10.0").replace("USD", "EUR", 1), encoding="utf-8"
    )
    found = json.loads(cost(plan, "--json", "--tariffs", str(mine)).output)
    planned = found["entries"][0]["ways"][0]
    text = cost(plan, "--tariffs", str(mine)).output

    assert planned["prices"][0]["training"] == pytest.approx(10 * planned["training"]["qpu_s"])
    assert planned["prices"][0]["currency"] == "EUR"
    assert text.index("  EUR\n") < text.index("  USD\n")


def test_refusals(plan: str) -> None:
    """Two plans at once, an entry that is not there, a device that is not there."""
    with pytest.raises(PlanError, match="give a plan file or --preset, not both"):
        cost(plan, "--preset", "smoke")
    with pytest.raises(
        Exception, match="--only eq8: no such entry in plan p; there are: linear; statevector eq7 100 shots"
    ):
        cost(plan, "--only", "eq8")
    with pytest.raises(Exception, match="unknown device 'nowhere'"):
        cost(plan, "--device", "nowhere")
