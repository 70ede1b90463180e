"""The settings of each head: what was built, and how far a surrogate is from its backend."""

from unit.harness.report.example_records import record

from harness.report.numbers.grouping import grouped
from harness.report.sections.head_settings import head_settings


def _facts(provenance):
    run = record("a")
    run = run.model_copy(update={"head": run.head.model_copy(update={"provenance": provenance})})
    return head_settings(grouped([run]))[0].facts


def test_what_answers_in_a_backend_s_place_tells_its_deviation():
    """The largest difference from the backend, and at how many points; a backend itself has none, and text is no number."""
    verification = {"rows": 16, "deviation": 4.9e-9, "allowed": 1e-8}
    end = "; channels, compared with the backend at 16 fresh points: largest deviation 4.9e-09"

    assert _facts({"execution": "channels", "verification": verification}).endswith(end)
    assert "compared" not in _facts({"method": "statevector"})
    assert "compared" not in _facts({"verification": {"deviation": "<b>"}})
