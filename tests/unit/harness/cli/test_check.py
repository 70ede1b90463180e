"""``qhb check``: what it prints of each check, its exit code, its JSON, and whose heads it takes."""

import json
import math
import sys

import pytest
from click.testing import CliRunner, Result

from backends.adapters.statevector import Statevector
from backends.conformance import CHECKS, CheckResult
from backends.conformance.results import Finding
from backends.conformance.subject import Subject
from backends.conformance.suite import Check, _run
from backends.errors import ConfigError
from harness.cli.main import qhb

PASSED = CheckResult("options_round_trip", "Options survive.", "passed", 0.0, 0.0, "fine", 0.1)
SKIPPED = CheckResult("seed_repeats", "Seeds repeat.", "skipped", None, None, "it takes no shots", 0.0)
FAILED = CheckResult(
    "qubit_order", "X on qubit k " + "turns it " * 30, "failed", 1.0, 1e-10, "|p - expected| " * 20, 0.1
)
AT_LEAST = CheckResult("capabilities_are_true", "They are.", "passed", 2.0, 1.0, "modes", 0.1, at_least=True)


def check(*arguments: str) -> Result:
    return CliRunner().invoke(qhb, ["check", *arguments], catch_exceptions=False, standalone_mode=False)


@pytest.fixture
def results(monkeypatch) -> list[CheckResult]:
    """Return the list of results that the suite is made to give; the terminal has 100 columns."""
    made: list[CheckResult] = []
    monkeypatch.setattr("harness.cli.check.run_checks", lambda head, options: iter(made))
    monkeypatch.setenv("COLUMNS", "100")
    return made


def test_bounds_read_as_what_they_are(results) -> None:
    """An upper bound is "at most", a lower one "at least"; a passed check takes one line."""
    results += [PASSED, AT_LEAST, SKIPPED]
    done = check("statevector")

    assert done.return_value == 0
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert lines == [
        "passed options_round_trip 0, at most 0",
        "passed capabilities_are_true 2, at least 1",
        "skipped seed_repeats it takes no shots",
        "statevector passed: 2 passed, 0 failed, 1 skipped",
    ]


def test_a_failure_says_what_was_measured_and_what_should_hold(results) -> None:
    """The exit code is 3, the numbers stand beside the name, and long texts are wrapped to the terminal."""
    results += [FAILED]
    done = check("statevector")

    assert done.return_value == 3
    assert "1, at most 1e-10" in done.output.splitlines()[0]
    assert "It should hold: X on qubit k turns it" in done.output
    assert "statevector failed: 0 passed, 1 failed" in done.output
    assert max(map(len, done.output.splitlines())) <= 100


def test_json_is_json(results) -> None:
    """A line a check with every field; what JSON has no number for is null."""
    results += [AT_LEAST, CheckResult("angle_order", "c", "failed", math.nan, 0.0, "d", 0.1)]
    first, second = map(json.loads, check("statevector", "--json").output.splitlines())

    assert (first["measured"], first["allowed"], first["at_least"]) == (2.0, 1.0, True)
    assert second["measured"] is None


def test_the_suite_hands_the_direction_of_a_bound_on() -> None:
    """A lower bound stays one on its way from the finding to the result, and into words."""

    def enough(subject):
        """There is enough."""
        yield Finding(2.0, 1.0, "things", at_least=True)

    result = _run(Check(enough), Subject(Statevector))

    assert result.at_least
    assert str(result) == "enough: passed [2, at least 1] things"


def test_a_wrong_option_is_refused_once(results) -> None:
    """An option that the head does not know is a message of one line, not a failure of every check."""
    with pytest.raises(
        Exception, match=r"unknown option devic = 'manila': expected one of .*device, .*did you mean 'device'"
    ):
        check("fake_ibm", "--set", "devic=manila")
    with pytest.raises(Exception, match="expected each KEY=VALUE once"):
        check("fake_ibm", "--set", "device")


_STRANGER = """
import torch
from backends import Capabilities, Executed, QuantumHead

class Half(QuantumHead):
    capabilities = Capabilities(analytic=True, shots=False, noisy=False, autograd=False, multicore=False, max_qubits=4)

    def _prepare(self): pass

    def _execute(self, rows, *, first_evaluation):
        half = torch.full((len(rows), self.circuit.n_outputs), 0.5, dtype=torch.float64)
        return Executed(half, circuits=len(rows), shots=0)

    def provenance(self): return {"method": "half"}
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch) -> str:
    """Return the name of a head of somebody else that answers 1/2; the cache folder is empty."""
    (tmp_path / "strangers.py").write_text(_STRANGER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "strangers", raising=False)  # another test's
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path / "cache"))
    return "strangers:Half"


def test_outside_heads_run_through_the_whole_suite(stranger) -> None:
    """A head that is named pkg.mod:Class is checked as ours are, and a wrong one is rejected by a named check."""
    done = check(stranger, "--json")
    found = {result["name"]: result for result in map(json.loads, done.output.splitlines())}

    assert done.return_value == 3
    assert set(found) == {*CHECKS, "values_were_checked"}
    assert [name for name, result in found.items() if result["status"] == "failed"] == ["ground_state_reads_zero"]
    assert found["ground_state_reads_zero"]["measured"] == 0.5


def test_a_passed_check_is_kept_and_a_failed_one_removes_it(stranger, results, tmp_path) -> None:
    """A head of somebody else has a certificate after a check that it passes, until one that it fails."""
    results += [PASSED]
    check(stranger)
    assert len(list((tmp_path / "cache" / "checked-heads").iterdir())) == 1

    results += [FAILED]
    assert check(stranger).return_value == 3
    assert list((tmp_path / "cache" / "checked-heads").iterdir()) == []


def test_our_heads_have_no_certificate(results, tmp_path, monkeypatch) -> None:
    """The project's own tests check them."""
    monkeypatch.setenv("QHB_CACHE_DIR", str(tmp_path / "cache"))
    results += [PASSED]
    check("statevector")

    assert not (tmp_path / "cache").exists()


def test_a_certificate_that_cannot_be_kept_is_named(stranger, results, tmp_path) -> None:
    """Where the cache folder cannot be made, the verdict stands and one line says what to do."""
    (tmp_path / "cache").touch()
    results += [PASSED]
    done = check(stranger)

    assert done.return_value == 0
    assert "this result cannot be kept in" in done.stderr
    assert "set QHB_CACHE_DIR" in done.stderr


def test_a_classical_head_has_nothing_to_check():
    """The suite is for quantum heads, and says so."""
    with pytest.raises(ConfigError, match="head 'linear' is classical; the suite is for quantum heads"):
        check("linear")


def test_what_answers_in_a_backends_place_is_checked_as_well(results) -> None:
    """--execution names it; the result says what was checked."""
    done = check("statevector", "--execution", "table")

    assert done.output.splitlines()[-1].startswith("statevector (table) ")
