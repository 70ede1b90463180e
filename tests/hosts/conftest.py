"""Fixtures: two hosts that a cable joins, and certificates."""

import os
import subprocess

import pytest
from hosts.certificates import Certificates
from hosts.cluster import Cluster
from hosts.network import Cable
from hosts.sandbox import IN_SANDBOX


def pytest_sessionstart():
    """Refuse to run outside the sandbox, whose end removes all that these tests make."""
    if IN_SANDBOX not in os.environ:
        pytest.exit("these tests change the network; run them with tox -e hosts", returncode=4)


@pytest.fixture(scope="session", autouse=True)
def _private_mounts():
    """A place for names of namespaces that only this sandbox sees."""
    subprocess.run("mkdir -p /run/netns && mount -t tmpfs none /run/netns", shell=True, check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@pytest.fixture
def cable():
    """The cable to the far host; that host exists as long as a test."""
    with Cable.laid() as laid:
        yield laid


@pytest.fixture
def cluster(tmp_path, cable):
    """A cluster without a scheduler or workers so far; a test starts them."""
    with Cluster.in_folder(tmp_path, cable) as made:
        yield made


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Certificates of a cluster's authority, and of a stranger's."""
    return Certificates.made_in(tmp_path_factory.mktemp("certificates"))
