"""Loaded by the workers of ``local:N`` as they start, by name: Dask calls ``dask_setup``."""

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to the workers too, to the client: it stops them in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
