"""Progress files: what a run reports, and files that report nothing."""

import pytest

from harness.execution.progress import ProgressFile, read_progress


def test_what_is_reported_is_read(tmp_path):
    """Label, seed, steps and loss come back; the first step and the last are always written."""
    report = ProgressFile(tmp_path / "p.json", label="a", seed=3)
    for done in (1, 2, 10):
        report(done, 10, 0.5)

    found = read_progress(tmp_path / "p.json")
    assert (found.label, found.seed, found.done, found.total, found.loss) == ("a", 3, 10, 10, 0.5)
    assert found.last_step_text == ""


@pytest.mark.parametrize(
    "content",
    [
        "[" * 60_000,
        "[]",
        "",
        '{"label": "a", "seed": 0, "pid": 1, "done": 1, "total": 0, "loss": 1.0}',
        '{"label": "a", "seed": 0, "pid": 1, "done": 1, "total": 5, "loss": null}',
    ],
)
def test_a_damaged_file_reports_nothing(tmp_path, content):
    """No result depends on progress, so a damaged file is no error."""
    (tmp_path / "p.json").write_text(content)

    assert read_progress(tmp_path / "p.json") is None
