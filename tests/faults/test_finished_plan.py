"""A finished plan is recognised without making a run. How long that takes is a figure, not a test."""

import time

import pytest
from faults.helpers import PLAN, make, qhb, runs_of

from harness.records.store import Store


@pytest.mark.chaos
def test_600_finished_runs(tmp_path, figures):
    """The same command on a plan of 600 runs that are ok makes none, and says so."""
    text = PLAN.replace('name = "p"', f'name = "p"\nseeds = {list(range(200))}').format(epochs=1)
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    store, runs = Store(tmp_path / "results"), runs_of(text)
    one = next(iter(make(runs[:1], store).values()))
    with store.opened():
        for run in runs[1:]:
            store.write(one.model_copy(update={"run_id": run.run_id, "label": run.label, "spec": run.spec}))
    seconds = []
    for _ in range(4):
        started = time.monotonic()
        code, said = qhb("run", plan, "--results", store.root, cwd=tmp_path)
        seconds.append(time.monotonic() - started)
        assert code == 0, said
        assert "600 runs, 600 done already, 0 to make" in said

    figures["seconds of the same command on a finished plan of 600 runs, best of 3"] = f"{min(seconds[1:]):.1f}"
