"""Checks Dask's settings for encrypted connections before anything connects; Dask itself would fail later, and not name them."""

from pathlib import Path

from harness.errors import PlanError

_TLS = "distributed.comm.tls"
_REQUIRED = "distributed.comm.require-encryption"
_HOW = (
    "Dask reads its settings from ~/.config/dask/*.yaml and from the environment, "
    "such as DASK_DISTRIBUTED__COMM__TLS__CA_FILE=/path/ca.pem"
)


def check_tls(where: str) -> None:
    """Check that Dask's settings have what the client needs for ``where``.

    Args:
        where: ``tls://host:port``, ``tcp://host:port`` or ``local:N``. ``local:N`` is encrypted if the settings require it;
            this process and those that it starts then have every role.

    Raises:
        PlanError: a setting is missing, a file cannot be used, or encryption is required and the address is ``tcp://``.
    """
    import dask

    required = bool(dask.config.get(_REQUIRED))
    if where.startswith("tcp://") and required:
        raise PlanError(
            f"--dask {where}: Dask's setting {_REQUIRED} is true, and tcp:// is not encrypted; give the scheduler's tls:// address"
        )
    if where.startswith("tls://"):
        _check_role(where, "client")
    elif required:
        for role in ("client", "scheduler", "worker"):
            _check_role(where, role)


def _check_role(where: str, role: str) -> None:
    import dask
    from distributed.security import Security

    needed = (f"{_TLS}.ca-file", f"{_TLS}.{role}.cert")
    missing = [name for name in needed if not dask.config.get(name)]
    if missing:
        raise PlanError(f"--dask {where} needs Dask's setting {' and '.join(missing)}: files in PEM format. {_HOW}")
    given = {name: str(dask.config.get(name)) for name in (*needed, f"{_TLS}.{role}.key") if dask.config.get(name)}
    for name, value in given.items():
        if "\n" not in value and not Path(value).is_file():
            raise PlanError(f"--dask {where}: Dask's setting {name} is {value}, and there is no such file")
    try:
        Security().get_connection_args(role)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        files = ", ".join(f"{name} = {value}" for name, value in given.items() if "\n" not in value)
        raise PlanError(
            f"--dask {where}: Dask's certificates cannot be used: {error} ({files}). Expected PEM files; "
            f"the key may follow the certificate in one file, else {_TLS}.{role}.key names its file"
        ) from error
