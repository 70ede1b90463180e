"""Kills at random moments: no acknowledged run is lost or made twice, and the results are the same bit for bit."""

import os
import random
import re
import time

import pytest
from faults.helpers import PLAN, alive_below, end_of, kill, make, runs_of, start_qhb, wait_for

from harness.records.store import Store

_TEXT = PLAN.format(epochs=20 if "QHB_CHAOS" in os.environ else 5)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The results of the plan without kills, made one run after the other."""
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    make(runs_of(_TEXT), store, jobs=1)
    return end_of(store)


def _losses(store, undisturbed, acknowledged):
    """Count the runs that were lost, doubled or damaged, or that gave other bits."""
    found = store.read()
    records, damaged = found.records, found.damaged
    there = {path.name for path in store.records_folder.iterdir()}
    lost = [name for name in acknowledged if name not in there]
    ok = [record.run_id for record in records if record.status == "ok"]
    different = [label for label, end in end_of(store).items() if end != undisturbed.get(label)]
    return len(lost) + len(damaged) + abs(len(ok) - len(undisturbed)) + len(different)


def _life_s(dice):
    """Return after how many seconds to kill a process: during its imports, or later, while it trains and writes."""
    return dice.uniform(0, 1) if dice.random() < 0.6 else dice.uniform(2, 4.5)


@pytest.mark.parametrize("n_kills", [3, pytest.param(50, marks=pytest.mark.chaos)])
def test_killed_runs(tmp_path, undisturbed, figures, n_kills):
    """Processes of runs are killed at moments from their first import to their last write."""
    dice = random.Random(n_kills)
    killed, resumed, losses, n_rounds = 0, 0, 0, 0
    while killed < n_kills:
        n_rounds += 1
        store, acknowledged, due = Store(tmp_path / str(n_rounds)), [], {}

        def ended(record, acknowledged=acknowledged):
            nonlocal resumed
            acknowledged.append(f"{record.run_id}.{record.attempt}.json")
            resumed += record.status == "ok" and record.resumed_at is not None

        def progress(_, store=store, due=due):
            nonlocal killed
            for pid in alive_below(store):
                end = due.setdefault(pid, time.monotonic() + _life_s(dice))
                if killed < n_kills and time.monotonic() > end:
                    kill(pid)
                    killed += 1

        while {record.status for record in make(runs_of(_TEXT), store, ended=ended, progress=progress).values()} != {
            "ok"
        }:
            pass
        losses += _losses(store, undisturbed, acknowledged) + len(acknowledged) - len(set(acknowledged))
    assert losses == 0
    figures["processes of runs killed at random places"] = killed
    figures["runs that ended ok, from a checkpoint of a killed process"] = resumed
    figures["acknowledged runs lost, doubled, or different in one bit (killed runs)"] = losses


@pytest.mark.parametrize("n_kills", [1, pytest.param(30, marks=pytest.mark.chaos)])
def test_killed_qhb(tmp_path, undisturbed, figures, n_kills):
    """When ``qhb run`` itself is killed, its runs end too, runs that it reported as ended are kept, and the same command continues."""
    plan = tmp_path / "plan.toml"
    plan.write_text(_TEXT)
    dice = random.Random(n_kills)
    killed, losses, orphans, n_rounds = 0, 0, 0, 0
    while killed < n_kills:
        n_rounds += 1
        store, n_said = Store(tmp_path / str(n_rounds)), 0
        while True:
            process = start_qhb("run", plan, "--results", store.root, "--checkpoint-every", "0", cwd=tmp_path)
            to_kill = killed < n_kills
            if to_kill:
                # Where the kill before came after the last run, this one has nothing to make and may be over already.
                wait_for(lambda store=store, process=process: store.is_held or process.poll() is not None)
                time.sleep(dice.uniform(0, 10))
                killed += process.poll() is None
                process.kill()
            said, _ = process.communicate()
            n_said += len(re.findall(r"^\[\d+/\d+\] ok ", said, re.MULTILINE))
            time.sleep(0.5)
            orphans += len(alive_below(store))
            losses += max(0, n_said - len(list(store.records_folder.glob("*.json"))))
            if process.returncode == 0:
                break
        losses += _losses(store, undisturbed, []) + max(0, n_said - len(undisturbed))
    assert (losses, orphans) == (0, 0)
    figures["qhb run killed at random moments"] = killed
    figures["acknowledged runs lost, doubled, or different in one bit (killed qhb)"] = losses
    figures["processes that outlived a killed qhb"] = orphans
