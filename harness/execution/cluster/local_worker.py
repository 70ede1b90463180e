"""Loaded by name by each worker of ``local:N`` as it starts; Dask calls ``dask_setup``."""

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Ignore Ctrl-C, which a terminal sends to the workers too: the client handles it and stops them in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
