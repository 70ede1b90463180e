"""Certificates of outside heads that passed the conformance suite: files in the user's cache folder.

A certificate is valid for one code, one choice of options and one set of versions. Whatever of these changes, the head counts
as not checked until ``qhb check`` passes again. Heads of this project need none: the project's own tests check them.
"""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Self

from backends.capabilities import HeadOptions
from backends.file_io import read_regular_file, user_cache_folder, write_then_rename
from backends.head import QuantumHead
from backends.outside import code_of
from harness.records.environment import versions

_MAX_BYTES = 2**20


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Proof that a head passed the suite.

    Attributes:
        head: "package.module:Class".
        code: SHA-256 of the head's code, see ``backends.outside.code_of``.
        options: Options that it was checked with, defaults included, as JSON.
        versions: Of this project and of the packages that results depend on.
    """

    head: str
    code: str
    options: str
    versions: dict[str, str]

    @classmethod
    def of(cls, kind: type[QuantumHead], options: HeadOptions) -> Self | None:
        """Return the certificate that a head would have now, whether it exists or not; None for a head of this project.

        Raises:
            ConfigError: the head's code cannot be read.
        """
        code = code_of(kind)
        if code is None:
            return None
        return cls(f"{kind.__module__}:{kind.__qualname__}", code, options.model_dump_json(), versions())

    @property
    def path(self) -> Path:
        """Its file, named by the hash of everything that it is valid for."""
        return user_cache_folder("checked-heads") / f"{hashlib.sha256(self._content()).hexdigest()}.json"

    def exists(self) -> bool:
        """Whether the head passed the suite; an unreadable or damaged file says nothing, so it did not."""
        try:
            return read_regular_file(self.path, limit=_MAX_BYTES) == self._content()
        except OSError:
            return False

    def write(self) -> None:
        """Keep it.

        Raises:
            OSError: the cache folder cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_then_rename(self.path, self._content(), durable=False)

    def remove(self) -> None:
        """Remove it, if it exists.

        Raises:
            OSError: the file cannot be removed.
        """
        self.path.unlink(missing_ok=True)

    def _content(self) -> bytes:
        return json.dumps(dataclasses.asdict(self), sort_keys=True, indent=1).encode()
