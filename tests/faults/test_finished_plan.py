"""A plan that is finished: no run is made, and page and table are written again from the records."""

import time

import pytest
from faults.commands import answers
from faults.helpers import PLAN, make, qhb, runs_of

from harness.records.store import Store

_SHORT_PLAN = (
    'name = "p"\n[data]\nn_images = 50\nofficial_images = 0\n[training]\nepochs = 1\n[[runs]]\nhead = "linear"\n'
)


def test_page_and_table_are_always_those_of_the_records(tmp_path):
    """A page of an earlier version, with or without what that version remembered of it, is replaced; the table is shown again."""
    plan, root = tmp_path / "plan.toml", tmp_path / "results"
    plan.write_text(_SHORT_PLAN)
    commands = [("run", str(plan), "--results", str(root))]
    ((code, first),) = answers(commands, cwd=tmp_path)
    assert code == 0, first
    page = root / "report" / "index.html"
    remembered = {path: path.read_bytes() for path in page.parent.iterdir() if path.name.startswith(".")}
    content = page.read_text()
    page.write_text("of an earlier version")

    ((code, again),) = answers(commands, cwd=tmp_path)

    assert code == 0, again
    assert remembered == {}
    assert page.read_text() == content
    assert "1 runs, 1 done already, 0 to make" in again
    assert _table_in(again) == _table_in(first) != []


def _table_in(said):
    return [line for line in said.splitlines() if line.startswith(("run ", "linear "))]


@pytest.mark.chaos
def test_600_finished_runs(tmp_path, figures):
    """The command on 600 runs that are ok makes none, and says so; its time is a figure, not an assertion."""
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
