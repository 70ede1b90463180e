"""Connects to a Dask cluster: an existing one, or one made on this machine for as long as it is needed."""

import contextlib
import logging
import multiprocessing
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from backends.errors import pip_line
from harness.errors import ClusterError, PlanError
from harness.execution.cluster import local_worker
from harness.execution.cluster.tls import check_tls

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

_CLOSE_S = 15.0  # Dask gives a worker up to nine to end
_WHERE = re.compile(r"local:([1-9][0-9]{0,3})|(?:tcp|tls)://\S+")


@contextlib.contextmanager
def connected(where: str) -> Iterator["Client"]:
    """Yield a client of a cluster.

    Args:
        where: A scheduler's address, ``tcp://host:port`` or ``tls://host:port``; or ``local:N`` for a cluster of N workers
            with one thread each on this machine, which lasts as long as the block.

    Raises:
        PlanError: ``where`` is neither of these, Dask is not installed, or its settings lack what TLS needs.
        ClusterError: no scheduler answers at the address.
    """
    found = _WHERE.fullmatch(where)
    if found is None:
        raise PlanError(f"--dask: expected local:N or a scheduler's tcp://host:port or tls://host:port, got {where!r}")
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise PlanError(f"--dask needs Dask ({error}): {pip_line('dask')}") from error
    check_tls(where)
    with contextlib.ExitStack() as opened:
        opened.enter_context(_quiet())
        place: Any = where
        if found[1]:
            place = _local(int(found[1]))
            opened.callback(_end, place)
        try:
            client = distributed.Client(place, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no Dask scheduler answers at {where}: {error}{_hint(where)}") from error
        opened.callback(_close, client)
        yield client


def _hint(where: str) -> str:
    """Say what else than a wrong address it may be: to a client that may not connect, a scheduler says nothing."""
    if where.startswith("tls://"):
        return "; one that does not accept this client's certificate, or that listens on tcp://, does not answer either"
    return "; one that listens on tls:// does not answer either"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dask's tracebacks of lost workers and schedulers; our own messages say it in a line."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _local(n_workers: int) -> "LocalCluster":
    from distributed import LocalCluster

    cluster = LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        memory_limit=0,  # of the worker alone: the runs are processes of their own
        dashboard_address="127.0.0.1:0",  # without one, it would be open to the network
        preload=local_worker.__name__,
        silence_logs=logging.CRITICAL,
    )
    cluster.shutdown_on_close = False  # we close it; a second try of Dask's, as Python ends, could only wait
    cluster.adapt(minimum=n_workers, maximum=n_workers)  # a worker that leaves is replaced
    return cluster


def _close(opened: Any) -> bool:
    """Close a client or a cluster; return False if it takes too long.

    Dask has no time limit for closing a cluster, and waits for tasks of its own that may never end (dask/distributed issue
    5876).
    """
    try:
        opened.close(timeout=_CLOSE_S)
    except TimeoutError:
        return False
    return True


def _end(cluster: "LocalCluster") -> None:
    """Close a cluster of this machine; kill its workers, and with them their runs, if closing takes too long."""
    nannies = list(cluster.workers.values())
    pids = {nanny.pid for nanny in nannies}
    if _close(cluster):
        return
    for nanny in nannies:
        nanny.close_gracefully()  # it does not start its worker again
    for process in multiprocessing.active_children():
        if process.pid in pids:
            process.kill()
            process.join()
