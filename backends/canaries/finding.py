"""What a canary is, sees and reports."""

import dataclasses
import importlib.metadata
import importlib.util
from collections.abc import Callable
from typing import Literal

Status = Literal["found", "not found", "not installed", "failed"]


@dataclasses.dataclass(frozen=True)
class Observation:
    """What one look at the installed version showed.

    Attributes:
        found: Whether it does what it should not.
        seen: What it did, with numbers.
        covered: Whether our own code is right all the same; looked at, not assumed.
    """

    found: bool
    seen: str
    covered: bool


@dataclasses.dataclass(frozen=True)
class Canary:
    """One thing to look for.

    Attributes:
        name: Short, for people and JSON.
        packages: Distributions, by import name, that it needs; the first is the one at fault.
        trouble: What goes wrong for who does not know, one sentence; with the issue's address where there is one.
        workaround: What we do about it.
        where: The file of ours that does it.
        look: Makes the observation.
    """

    name: str
    packages: tuple[str, ...]
    trouble: str
    workaround: str
    where: str
    look: Callable[[], Observation]

    def finding(self) -> "Finding":
        """Look, and report; an exception is a finding as well."""
        missing = [package for package in self.packages if importlib.util.find_spec(package) is None]
        if missing:
            return self._finding("not installed", f"needs {', '.join(missing)}", covered=True)
        try:
            seen = self.look()
        except Exception as error:  # a vendor may raise anything, and the other canaries go on
            return self._finding("failed", f"{type(error).__name__}: {error}", covered=False)
        return self._finding("found" if seen.found else "not found", seen.seen, covered=seen.covered)

    def failed(self, why: str) -> "Finding":
        """Report that nobody could look."""
        return self._finding("failed", why, covered=False)

    def _finding(self, status: Status, seen: str, *, covered: bool) -> "Finding":
        distribution = self.packages[0].replace("_", "-")
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        return Finding(
            self.name,
            f"{distribution} {version}".strip(),
            status,
            self.trouble,
            seen,
            covered,
            self.workaround,
            self.where,
        )


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a canary reports; for its other fields see ``Canary`` and ``Observation``.

    Attributes:
        package: Distribution and version.
        status: "found", "not found", "not installed", or "failed": the look itself went wrong.
    """

    name: str
    package: str
    status: Status
    trouble: str
    seen: str
    covered: bool
    workaround: str
    where: str
