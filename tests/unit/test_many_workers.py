"""What 10 to 10,000 workers ask of client, scheduler and disk: what is measured, and the document that shows it. No time is tested."""

import pytest

from docs.figures import checkpoint_writers, many_workers
from docs.figures.checkpoint_writers import Writers
from docs.figures.client_parts import Part
from docs.figures.many_workers import Measurement, Workers
from docs.figures.simulated_runs import runs_of, seconds_of
from harness.execution.local_executor import LocalExecutor
from harness.records.environment import environment

MADE = Measurement(
    started_at="2026-01-02T03:04:05Z",
    environment=environment("cpu").model_copy(
        update={"cpu": "a processor", "n_cores": 2, "load_average": 0.5, "git_commit": "0123456789"}
    ),
    load_after=1.0,
    parts=[Part(what="write the record", ms=1.25), Part(what="the rest", ms=0.5)],
    workers=[
        Workers(n_workers=1000, client_ms=6.0, scheduler_ms=8.0, idle_share=0.5, open_files=3100),
        Workers(n_workers=10_000, client_ms=2.0),
    ],
    checkpoint_mb=2.0,
    writers=[Writers(n_writers=4, per_s=250.0)],
)


def test_tables_show_what_was_measured() -> None:
    """A row for each number of workers, marked measured or simulated, with what follows from it; when and where."""
    lines = many_workers.tables(MADE).splitlines()

    # 1,000 workers: a run each 8 ms of the slower side, so runs of 8 s keep all busy; a checkpoint each 10 s from each.
    assert any(line.startswith("| 1,000 | measured | 6.00 | 8.00 | 50% | 3,100 | 8.00 s | 100 | ") for line in lines)
    assert any(
        line.startswith("| 10,000 | simulated: the client alone | 2.00 |  |  |  | over 20.0 s | 1,000 | ")
        for line in lines
    )
    assert any(line.startswith("**The client's 1.75 ms a run**") for line in lines)
    assert "| write the record | 1.25 |" in lines
    assert "| 4 | 250 | 500 | 2,500 |" in lines
    assert "2026-01-02, a processor, 2 cores for all, load 0.5 before and 1.0 after, commit 0123456." in lines


@pytest.fixture(scope="module")
def record() -> str:
    """Return the record of a real run, which simulated runs answer with."""
    return seconds_of(runs_of(1), LocalExecutor()).record


def test_the_client_works_with_a_stand_in(record: str) -> None:
    """It makes two runs for each of the stand-in's workers, to the end."""
    found = many_workers.without_dask(record, 5)

    assert found.client_ms > 0
    assert found.scheduler_ms is None


def test_the_client_works_with_simulated_workers(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real client and a real scheduler make two runs for each worker, to the end."""
    monkeypatch.setattr(many_workers, "_LEAST_RUNS", 6)
    monkeypatch.setattr(many_workers, "_RUNS_S", 0.2)
    monkeypatch.setattr(many_workers, "_IDLE_S", 0.1)
    found = many_workers.with_dask(record, 3)

    assert found.n_workers == 3
    assert found.scheduler_ms is not None
    assert found.open_files is not None
    assert found.open_files >= 3


def test_writers_write_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint is one of the paper's model; each number of writers has its rate."""
    monkeypatch.setattr(checkpoint_writers, "N_RUNS", 3)
    content = checkpoint_writers.checkpoint()

    assert len(content) > 1_000_000  # 106,890 weights in single precision and two moments of each
    found = checkpoint_writers.writers(content, 0.1, None)
    assert [row.n_writers for row in found] == [1, 4, 16, 64]
    assert all(row.per_s > 0 for row in found)


def test_document_has_the_measurement() -> None:
    """docs/scale-out.md is what the command writes from results/reference/many_workers.json."""
    text = many_workers.DOCUMENT.read_text(encoding="utf-8")
    measured = Measurement.model_validate_json(many_workers.REFERENCE.read_bytes())

    assert many_workers.with_tables(text, measured) == text
