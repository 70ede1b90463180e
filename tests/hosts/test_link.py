"""The link between two hosts is cut in the middle of runs: no run is lost or made twice, and all have the bits of one machine's."""

import time

import pytest
from faults.helpers import TWO_SEEDS, end_of, is_alive, make, runs_of, wait_for

from harness.records.store import Store

_EPOCHS = 600
_NOTICED_S = 300  # Dask gives up a connection after distributed.comm.timeouts.tcp, 30 s


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What one machine makes of the plan."""
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    make(runs_of(TWO_SEEDS.format(epochs=_EPOCHS)), store)
    return end_of(store)


def _start(cluster, *, shared):
    """Start a worker on each host and the plan; return the run on the far host once both are in the middle."""
    cluster.scheduler()
    cluster.worker("near")
    cluster.worker("far", far=True, shared=shared)
    client = cluster.qhb(epochs=_EPOCHS)
    wait_for(lambda: sum(run.done > 20 for run in cluster.progress()) == 2, seconds=300)
    far = cluster.cable.far_pids()
    return client, next(run for run in cluster.progress() if run.pid in far)


@pytest.mark.parametrize("shared", [True, False])
def test_cut_for_ten_seconds(cluster, undisturbed, shared):
    """Nobody notices a cut that is shorter than Dask's timeout: no run moves or starts again."""
    client, _ = _start(cluster, shared=shared)
    cluster.cable.cut()
    time.sleep(10)
    cluster.cable.mend()

    assert client.wait(300) == 0
    records = cluster.store.read().records
    assert [record.notes for record in records] == [[], []]
    assert [record.resumed_at for record in records] == [None, None]
    assert end_of(cluster.store) == undisturbed
    assert ("does not share the results folder" in cluster.said()) == (not shared)


@pytest.mark.parametrize("shared", [True, False])
def test_cut_for_good(cluster, undisturbed, shared):
    """The far host's run goes on here, from its checkpoint if the folder is shared; what is left of it over there ends."""
    client, far_run = _start(cluster, shared=shared)
    cluster.cable.cut()

    assert client.wait(300) == 0
    _check_moved(cluster, far_run, resumed=shared)
    assert end_of(cluster.store) == undisturbed
    wait_for(lambda: not is_alive(far_run.pid), seconds=_NOTICED_S)


def test_mended_after_the_worker_was_given_up(cluster, undisturbed):
    """A worker that was given up ends itself; a new one on its host, which can be reached again, goes on with its run."""
    cluster.scheduler()
    worker = cluster.worker("far", far=True)
    client = cluster.qhb(epochs=_EPOCHS)
    wait_for(lambda: any(run.done > 20 for run in cluster.progress()), seconds=300)
    (far_run,) = cluster.progress()
    cluster.cable.cut()
    wait_for(lambda: worker.poll() is not None, seconds=300)
    wait_for(lambda: "there is no worker; waiting for one" in cluster.said(), seconds=300)
    cluster.cable.mend()
    cluster.worker("far", far=True)

    assert client.wait(600) == 0
    _check_moved(cluster, far_run, resumed=True)
    assert end_of(cluster.store) == undisturbed


def _check_moved(cluster, far_run, *, resumed):
    """Check that the far host's run, and no other, was lost there once, and recorded once."""
    found = cluster.store.read()
    assert not found.earlier
    moved, other = sorted(found.records, key=lambda record: record.spec.seed != far_run.seed)
    assert [record.attempt for record in (moved, other)] == [1, 1]
    assert len(moved.notes) == 1
    assert "was lost while it made this run" in moved.notes[0]
    assert not other.notes
    assert bool(moved.resumed_at) == resumed
