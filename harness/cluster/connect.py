"""A client of a Dask cluster: one that is there, or one made on this machine for as long as it is needed."""

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.cluster import local_worker
from harness.errors import ClusterError, PlanError

if TYPE_CHECKING:
    from distributed import Client

_WHERE = re.compile(r"local:([1-9][0-9]{0,3})|(?:tcp|tls)://\S+")


@contextlib.contextmanager
def connected(where: str) -> Iterator["Client"]:
    """Yield a client; of ``local:N``, of a cluster of N workers with a thread each that lasts as long as the block.

    Raises:
        PlanError: ``where`` is neither this nor an address, or Dask is not installed.
        ClusterError: nobody answers at the address.
    """
    found = _WHERE.fullmatch(where)
    if found is None:
        raise PlanError(f"--dask: expected local:N or a scheduler's tcp://host:port, got {where!r}")
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise PlanError(f"--dask needs Dask ({error}): pip install 'quantum-head-bench[dask]'") from error
    with contextlib.ExitStack() as opened:
        opened.enter_context(_quiet())
        place: Any = where
        if found[1]:
            place = opened.enter_context(_local(int(found[1])))
        try:
            client = opened.enter_context(distributed.Client(place, set_as_default=False))
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no Dask scheduler answers at {where}: {error}") from error
        yield client


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from telling of lost workers and schedulers, with a traceback for each: we do, in a line."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _local(n_workers: int) -> Any:
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
    cluster.adapt(minimum=n_workers, maximum=n_workers)  # one that leaves is replaced
    return cluster
