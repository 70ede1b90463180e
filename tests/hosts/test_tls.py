"""Connections that are encrypted: who has no certificate of the cluster's authority takes no part."""

import re

import pytest
from faults.helpers import TWO_SEEDS, end_of, make, runs_of, wait_for
from hosts.network import FAR, HERE

from harness.records.store import Store


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


def _is_refused(cluster, host):
    """Whether the scheduler refused a connection from a host, because TLS failed."""
    return f"TLS handshake failed with remote 'tls://{host}:" in cluster.said("scheduler")


@pytest.mark.parametrize("strange", ["certificate", "protocol"])
def test_a_strange_client(encrypted, certificates, strange):
    """A client with another authority's certificate, or without TLS, gets no connection."""
    encrypted.worker("near", settings=certificates.of("worker"))
    wait_for(lambda: _n_registered(encrypted) == 1, seconds=300)
    assert not _is_refused(encrypted, HERE)
    if strange == "certificate":
        client = encrypted.qhb(epochs=1, settings=certificates.of_stranger("client"))
    else:
        client = encrypted.qhb(epochs=1, dask=encrypted.address.replace("tls", "tcp"))

    assert client.wait(300) == 4
    assert "no Dask scheduler answers at t" in encrypted.said()
    assert _is_refused(encrypted, HERE)
    assert "Receive client connection" not in encrypted.said("scheduler")
    assert not encrypted.store.read().records


@pytest.mark.parametrize("strange", ["certificate", "protocol"])
def test_a_strange_worker(encrypted, certificates, strange):
    """A worker with another authority's certificate, or without TLS, gets no connection; the cluster's own makes all runs."""
    if strange == "certificate":
        encrypted.worker("far", far=True, settings=certificates.of_stranger("worker"))
    else:
        encrypted.worker("far", far=True, address=encrypted.address.replace("tls", "tcp"))
    wait_for(lambda: _is_refused(encrypted, FAR), seconds=300)
    encrypted.worker("near", settings=certificates.of("worker"))
    wait_for(lambda: _n_registered(encrypted) == 1, seconds=300)

    assert encrypted.qhb(epochs=5, settings=certificates.of("client")).wait(300) == 0
    assert [record.status for record in encrypted.store.read().records] == ["ok", "ok"]
    assert _n_registered(encrypted) == 1
    assert f"Register worker addr: tls://{HERE}:" in encrypted.said("scheduler")
