"""A canary: a test for one known fault of an installed package, and its report."""

import dataclasses
import importlib.metadata
import importlib.util
from collections.abc import Callable
from typing import Literal

CanaryStatus = Literal["found", "not found", "not installed", "failed"]


@dataclasses.dataclass(frozen=True)
class Observation:
    """Result of a look at the installed version.

    Attributes:
        found: Whether the version has the fault.
        seen: What was observed, with numbers.
        covered: Whether our own code gives right results with this version; tested, not assumed.
    """

    found: bool
    seen: str
    covered: bool


@dataclasses.dataclass(frozen=True)
class Canary:
    """A known fault of a package, our workaround, and the test for both.

    Attributes:
        name: Short, for people and JSON.
        packages: Distributions, by import name, that it needs; the first is the one at fault.
        trouble: The fault in one sentence, with its issue where there is one.
        workaround: How our code avoids the fault.
        where: The file that holds the workaround.
        look: Makes the observation.
    """

    name: str
    packages: tuple[str, ...]
    trouble: str
    workaround: str
    where: str
    look: Callable[[], Observation]

    def report(self) -> "CanaryReport":
        """Look and return the report; an exception is reported too."""
        missing = [package for package in self.packages if importlib.util.find_spec(package) is None]
        if missing:
            return self._report("not installed", f"needs {', '.join(missing)}", covered=True)
        try:
            seen = self.look()
        except Exception as error:  # a vendor may raise anything, and the other canaries go on
            return self._report("failed", f"{type(error).__name__}: {error}", covered=False)
        return self._report("found" if seen.found else "not found", seen.seen, covered=seen.covered)

    def failed(self, why: str) -> "CanaryReport":
        """Return the report of a look that could not be made."""
        return self._report("failed", why, covered=False)

    def _report(self, status: CanaryStatus, seen: str, *, covered: bool) -> "CanaryReport":
        distribution = self.packages[0].replace("_", "-")
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        return CanaryReport(
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
class CanaryReport:
    """What a canary found out; for its other fields see ``Canary`` and ``Observation``.

    Attributes:
        package: Distribution and version.
        status: "found", "not found", "not installed", or "failed" if the look itself went wrong.
    """

    name: str
    package: str
    status: CanaryStatus
    trouble: str
    seen: str
    covered: bool
    workaround: str
    where: str
