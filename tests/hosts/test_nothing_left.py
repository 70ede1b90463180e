"""Whatever ends the tests of two hosts, no process and no network stays."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from faults.helpers import is_alive, wait_for
from hosts import sandbox
from hosts.cluster import Cluster
from hosts.network import Cable


def _networks():
    """Return the names of hosts and of network interfaces here."""
    listed = (["ip", "netns", "list"], ["ip", "-brief", "link", "show", "type", "veth"])
    return [subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in listed]


def test_a_failed_test(tmp_path):
    """After an error in the middle, the far host, its workers and the cable are gone."""
    below = set()

    def fail():
        with Cable.laid() as cable, Cluster.in_folder(tmp_path, cable) as cluster:
            cluster.scheduler()
            cluster.worker("far", far=True)
            wait_for(lambda: "Register worker" in cluster.said("scheduler"), seconds=300)
            below.update(process.pid for process in psutil.Process().children(recursive=True))
            raise ArithmeticError("a test that failed")

    with pytest.raises(ArithmeticError, match="a test that failed"):
        fail()

    assert len(below) >= 3
    wait_for(lambda: not any(map(is_alive, below)))
    assert _networks() == ["", ""]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal(tmp_path, number):
    """After Ctrl-C, SIGTERM or SIGKILL in the middle of a test, all that it started is gone."""
    command = [sys.executable, str(Path(sandbox.__file__)), "-p", "no:cacheprovider", "-k", "ten_seconds and True"]
    with (tmp_path / "out.txt").open("wb") as output:
        tests = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for(lambda: len(_workers_below(tests.pid)) >= 2, seconds=300)
        below = [process.pid for process in psutil.Process(tests.pid).children(recursive=True)]
        (os.killpg if number == signal.SIGINT else os.kill)(tests.pid, number)
        assert tests.wait(60) != 0
    finally:
        tests.kill()
        tests.wait()

    wait_for(lambda: not any(map(is_alive, below)))
    assert _networks() == ["", ""]


def _workers_below(pid):
    """Return the Dask workers among the processes below one."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            found += [process] * ("distributed.cli.dask_worker" in process.cmdline())
    return found
