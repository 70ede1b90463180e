"""Connections that are encrypted: who has no certificate of the cluster's authority takes no part."""

import re

import pytest
from faults.helpers import TWO_SEEDS, end_of, make, runs_of, wait_for
from hosts.network import FAR, HERE

from harness.records.store import Store

_REFUSED_S = 60  # Dask tries to connect for distributed.comm.timeouts.connect, 30 s


@pytest.fixture
def encrypted(cluster, certificates):
    """A cluster whose scheduler speaks TLS only; workers are still to be started."""
    cluster.scheduler(protocol="tls", settings=certificates.of("scheduler"))
    return cluster


def _n_registered(cluster):
    return cluster.said("scheduler").count("Register worker")


def test_runs_over_tls(encrypted, certificates, tmp_path):
    """Workers of both hosts make runs over TLS alone, with the bits of one machine's."""
    for name, far in (("near", False), ("far", True)):
        encrypted.worker(name, far=far, settings=certificates.of("worker"))
    wait_for(lambda: _n_registered(encrypted) == 2, seconds=300)

    assert encrypted.qhb(epochs=5, settings=certificates.of("client")).wait(300) == 0
    here = Store(tmp_path / "here")
    make(runs_of(TWO_SEEDS.format(epochs=5)), here)
    assert end_of(encrypted.store) == end_of(here)
    workers = re.findall(r"Register worker addr: (\w+://[\d.]+)", encrypted.said("scheduler"))
    assert set(workers) == {f"tls://{HERE}", f"tls://{FAR}"}


def test_a_client_without_a_certificate(encrypted):
    """The command ends before it connects, and names the two settings."""
    client = encrypted.qhb(epochs=1)

    assert client.wait(300) == 2
    assert "distributed.comm.tls.ca-file and distributed.comm.tls.client.cert" in encrypted.said()


@pytest.mark.parametrize("strange", ["certificate", "protocol"])
def test_a_strange_client(encrypted, certificates, strange):
    """A client with another authority's certificate, or without TLS, gets no connection."""
    encrypted.worker("near", settings=certificates.of("worker"))
    wait_for(lambda: _n_registered(encrypted) == 1, seconds=300)
    if strange == "certificate":
        client = encrypted.qhb(epochs=1, settings=certificates.of_stranger("client"))
    else:
        client = encrypted.qhb(epochs=1, dask=encrypted.address.replace("tls", "tcp"))

    assert client.wait(300) == 4
    assert "no Dask scheduler answers at t" in encrypted.said()
    assert not encrypted.store.read().records
    assert "Receive client connection" not in encrypted.said("scheduler")


def test_a_strange_worker(encrypted, certificates):
    """A worker with another authority's certificate gets no runs; the cluster's own makes all of them."""
    stranger = encrypted.worker("far", far=True, settings=certificates.of_stranger("worker"))
    encrypted.worker("near", settings=certificates.of("worker"))
    wait_for(lambda: _n_registered(encrypted) == 1, seconds=300)

    assert encrypted.qhb(epochs=5, settings=certificates.of("client")).wait(300) == 0
    assert [record.status for record in encrypted.store.read().records] == ["ok", "ok"]
    wait_for(lambda: "tls" in encrypted.said("far") or stranger.poll() is not None, seconds=_REFUSED_S)
    assert f"tls://{FAR}" not in encrypted.said("scheduler").replace("Register worker", "")
    assert _n_registered(encrypted) == 1
