"""Certificates for TLS, made by the openssl command for a test run."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

_ROLES = ("scheduler", "worker", "client")


class Certificates(NamedTuple):
    """A folder with ``ca.pem``, and ``ROLE.pem`` (certificate and key in one file) for each role and for a stranger."""

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Certificates":
        """Make an authority, a certificate for each role, and one for a stranger by an authority of its own."""
        made = cls(folder)
        for authority, names in (("ca", _ROLES), ("strange-ca", ("stranger",))):
            made._authority(authority)
            for name in names:
                made._certificate(name, authority)
        return made

    def of(self, role: str) -> dict[str, str]:
        """Return Dask's settings, as environment variables, of one role: that role's files and no others."""
        return self._settings(role, holder=role)

    def of_stranger(self, role: str) -> dict[str, str]:
        """Return the settings of somebody whose certificate another authority signed."""
        return self._settings(role, holder="stranger")

    def _settings(self, role: str, *, holder: str) -> dict[str, str]:
        return {
            "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(self.folder / "ca.pem"),
            f"DASK_DISTRIBUTED__COMM__TLS__{role.upper()}__CERT": str(self.folder / f"{holder}.pem"),
        }

    def _authority(self, name: str) -> None:
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip

    def _certificate(self, name: str, authority: str) -> None:
        self._openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial",
            "-days", "2", "-out", f"{name}.crt",
        )  # fmt: skip
        both = "".join((self.folder / f"{name}.{part}").read_text() for part in ("crt", "key"))
        (self.folder / f"{name}.pem").write_text(both)

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            env=os.environ | {"OPENSSL_CONF": ""},
            check=True,
            capture_output=True,
        )
