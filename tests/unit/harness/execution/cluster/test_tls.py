"""Dask's settings for encrypted connections: what is missing is named before anything connects."""

import re

import dask
import pytest

from harness.errors import PlanError
from harness.execution.cluster.connect import connected

_CA, _CERT, _KEY = (f"distributed.comm.tls.{name}" for name in ("ca-file", "client.cert", "client.key"))
_REQUIRED = "distributed.comm.require-encryption"
_ADDRESS = "tls://127.0.0.1:9"


def _refused(where, settings):
    """Return the message with which a connection is refused under Dask's settings."""
    with dask.config.set(settings):
        with pytest.raises(PlanError) as caught:
            connected(where).__enter__()
    return str(caught.value)


@pytest.fixture
def pem(tmp_path):
    """A file that is no certificate."""
    path = tmp_path / "some.pem"
    path.write_text("no certificate\n")
    return str(path)


def test_settings_that_are_missing_are_named(pem):
    """All missing settings are in one message, with an example of how to set one."""
    assert f"needs Dask's setting {_CA} and {_CERT}" in _refused(_ADDRESS, {})
    said = _refused(_ADDRESS, {_CA: pem})
    assert f"needs Dask's setting {_CERT}: files in PEM format" in said
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE=" in said


@pytest.mark.parametrize("missing", [_CA, _CERT, _KEY])
def test_a_file_that_is_not_there_is_named(pem, missing):
    """The setting and its path are in the message."""
    settings = dict.fromkeys((_CA, _CERT, _KEY), pem) | {missing: "/not/there.pem"}

    assert f"Dask's setting {missing} is /not/there.pem, and there is no such file" in _refused(_ADDRESS, settings)


def test_files_that_are_no_certificates_are_named(pem):
    """OpenSSL's reason and the files are in the message."""
    said = _refused(_ADDRESS, {_CA: pem, _CERT: pem})

    assert "Dask's certificates cannot be used" in said
    assert f"{_CA} = {pem}, {_CERT} = {pem}" in said


def test_tcp_where_encryption_is_required():
    """An address without encryption is refused where the settings require encryption."""
    said = _refused("tcp://127.0.0.1:9", {_REQUIRED: True})

    assert re.search(rf"setting {_REQUIRED} is true, and tcp:// is not encrypted; give .* tls:// address", said)


@pytest.mark.parametrize(
    ("given", "named"), [((), "client"), (("client",), "scheduler"), (("client", "scheduler"), "worker")]
)
def test_a_local_cluster_has_every_role(pem, given, named, monkeypatch):
    """Where encryption is required, local:N needs the certificates of client, scheduler and worker."""
    from distributed.security import Security

    monkeypatch.setattr(Security, "get_connection_args", lambda self, role: {})
    settings = {f"distributed.comm.tls.{role}.cert": pem for role in given}

    said = _refused("local:1", {_REQUIRED: True, _CA: pem, **settings})
    assert f"needs Dask's setting distributed.comm.tls.{named}.cert" in said
