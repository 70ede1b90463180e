"""The canaries: what they say of the installed versions, of versions that are worse, and of processes that die."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from backends.canaries import VENDORS, Canary, CanaryReport, Observation, run_vendor
from harness import vendor_checks
from harness.cli.main import qhb


def _canary(look, *packages: str) -> Canary:
    return Canary("made up", packages or ("torch",), "It goes wrong.", "it is avoided", "nowhere.py", look)


def _fails() -> Observation:
    raise ZeroDivisionError("no")


@pytest.mark.parametrize(
    ("look", "packages", "status", "covered"),
    [
        (lambda: Observation(True, "seen", covered=True), (), "found", True),
        (lambda: Observation(True, "seen", covered=False), (), "found", False),
        (lambda: Observation(False, "seen", covered=True), (), "not found", True),
        (_fails, (), "failed", False),
        (_fails, ("torch", "no_such_package"), "not installed", True),
    ],
)
def test_findings(look, packages, status, covered) -> None:
    """Found, covered or not, not found, failed and not installed are told apart; only a look can say covered."""
    finding = _canary(look, *packages).report()

    assert (finding.status, finding.covered) == (status, covered)
    assert finding.package.startswith("torch 2")


def test_installed_versions_are_covered() -> None:
    """Each canary looks, in a process of its own, and finds our code right whatever the installed version does."""
    found = {finding.name: finding for finding in vendor_checks.run_canaries()}

    assert set(found) == {
        "controlled rotations", "readout error", "seed 0", "gradient of a batch",
        "torchvision beside this torch", "threads",
    }  # fmt: skip
    for finding in found.values():
        assert finding.status in ("found", "not found"), finding
        assert finding.covered, finding


@pytest.mark.parametrize(("body", "why"), [("import os; os._exit(7)", "ended with 7"), ("1 / 0", "ZeroDivisionError")])
def test_a_process_that_dies_is_a_finding(body, why, tmp_path, monkeypatch) -> None:
    """A canary that takes its process with it is reported as failed, under its name, with what was last said."""
    (tmp_path / "deadly.py").write_text(
        "import multiprocessing, sys\nfrom backends.canaries import Canary\n"
        f"if 'pytest' not in sys.modules:\n    {body}\n"
        "CANARIES = [Canary('deadly', ('torch',), 't', 'w', 'f', None)]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    (finding,) = run_vendor("deadly", environment=os.environ)

    assert (finding.name, finding.status, finding.covered) == ("deadly", "failed", False)
    assert why in finding.seen


def test_reading_the_list_imports_no_vendor() -> None:
    """The process that starts the others has no vendor's package in it."""
    code = (
        "import sys, importlib, harness.vendor_checks, backends.canaries as b; "
        "[importlib.import_module(m) for m in b.VENDORS.values()]; "
        "print([m for m in ('qiskit', 'qiskit_aer', 'qiskit_ibm_runtime', 'pennylane') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert VENDORS


@pytest.mark.parametrize(("covered", "code"), [(True, 0), (False, 3)])
def test_doctor_ends_in_3_where_we_are_not_safe(covered, code, monkeypatch, tmp_path) -> None:
    """Exit code 0 says that everything that was found is worked around; JSON and text say the same."""
    finding = CanaryReport(
        "made up", "torch 2", "found", "It goes wrong.", "it did", covered, "it is avoided", "here.py"
    )
    monkeypatch.setattr("harness.cli.doctor.run_canaries", lambda: [finding])
    monkeypatch.chdir(tmp_path)
    text, as_json = (
        CliRunner().invoke(qhb, arguments, standalone_mode=False) for arguments in (["doctor"], ["doctor", "--json"])
    )

    assert (text.return_value, as_json.return_value) == (code, code)
    assert ("AND IT AFFECTS OUR RESULTS" in text.output) is not covered
    assert "Workaround: it is avoided (here.py)." in text.output
    assert json.loads(as_json.output)["versions"][0]["covered"] is covered


def test_doctor_of_a_folder_leaves_the_versions_alone(monkeypatch, tmp_path) -> None:
    """With a results folder, only that is looked at."""
    monkeypatch.setattr("harness.cli.doctor.run_canaries", lambda: pytest.fail("the versions were looked at"))
    (tmp_path / "records").mkdir()
    done = CliRunner().invoke(qhb, ["doctor", str(tmp_path)], standalone_mode=False)

    assert done.return_value == 0
    assert done.output == f"{tmp_path}: sound\n"
