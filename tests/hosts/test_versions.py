"""Hosts with different versions."""

from faults.helpers import wait_for

_WRONG = "Metadata-Version: 2.1\nName: pennylane\nVersion: 0.1\n"


def _other_version(folder):
    """Return settings with which Python finds another PennyLane installed than the one here."""
    installed = folder / "other/pennylane-0.1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text(_WRONG)
    return {"PYTHONPATH": str(installed.parent)}


def test_one_host_has_another_version(cluster, tmp_path):
    """The worker of that host is refused by name with both versions; the other host makes all runs."""
    cluster.scheduler()
    cluster.worker("near")
    cluster.worker("far", far=True, settings=_other_version(tmp_path))
    wait_for(lambda: cluster.said("scheduler").count("Register worker") == 2, seconds=300)

    assert cluster.qhb(epochs=1).wait(300) == 0
    assert "worker tcp://192.0.2.2:" in cluster.said()
    assert "is not used: pennylane: here " in cluster.said()
    assert ", there 0.1; install the same versions on both sides" in cluster.said()
    assert [record.status for record in cluster.store.read().records] == ["ok", "ok"]


def test_every_host_has_another_version(cluster, tmp_path):
    """The command ends with exit code 4 before any run."""
    cluster.scheduler()
    cluster.worker("far", far=True, settings=_other_version(tmp_path))

    assert cluster.qhb(epochs=1).wait(300) == 4
    assert "no worker can be used" in cluster.said()
    assert not cluster.store.read().records
