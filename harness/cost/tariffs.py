"""Tariffs: what vendors ask for a second, a shot or a task. The file is data, dated, and meant to be edited."""

import datetime
import importlib.resources
import tomllib
from pathlib import Path

import pydantic

from backends.errors import did_you_mean
from backends.file_io import read_regular_file
from harness.cost.qpu_time import Use
from harness.errors import PlanError

_MAX_BYTES = 1 << 20


class Tariff(pydantic.BaseModel):
    """One vendor's price list entry. At least one of the three prices is above zero."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    name: str = pydantic.Field(min_length=1, max_length=20)
    """Shown in tables; unique in a file."""
    vendor: str = pydantic.Field(min_length=1)
    plan: str = pydantic.Field(min_length=1)
    currency: str = pydantic.Field(pattern="^[A-Z]{3}$")
    """ISO 4217, for example USD."""
    per_second: float = pydantic.Field(0.0, ge=0)
    """Of QPU time."""
    per_shot: float = pydantic.Field(0.0, ge=0)
    """Of each execution of a circuit."""
    per_task: float = pydantic.Field(0.0, ge=0)
    """Of each circuit, which is one task."""
    side_by_side: bool = False
    """Whether the price is for devices of the size of ``qhb cost --device``, so that as many circuits fit side by side."""
    source: str = pydantic.Field(min_length=1)
    figures_of: datetime.date
    """Date of the prices, or of the look-up where the source has no date."""

    @pydantic.model_validator(mode="after")
    def _has_a_price(self) -> "Tariff":
        if self.per_second == self.per_shot == self.per_task == 0:
            raise ValueError("expected a price above 0: per_second, per_shot or per_task")
        return self

    def price(self, use: Use) -> float:
        """Return what a use costs, in the tariff's currency."""
        return self.per_second * use.qpu_s + self.per_shot * use.executions + self.per_task * use.circuits


class Tariffs(pydantic.BaseModel):
    """A file of tariffs, ``[[tariff]]`` tables."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    tariff: list[Tariff] = pydantic.Field(min_length=1)

    @pydantic.model_validator(mode="after")
    def _names_are_unique(self) -> "Tariffs":
        names = [tariff.name for tariff in self.tariff]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"expected a name of its own for each tariff, got {', '.join(twice)} more than once")
        return self


def template() -> str:
    """Return the text of the tariffs that come with the package."""
    return (importlib.resources.files("harness.cost") / "tariffs.toml").read_text(encoding="utf-8")


def load_tariffs(path: Path | None = None) -> list[Tariff]:
    """Return the tariffs of a file; without one, those that come with the package.

    Raises:
        PlanError: the file cannot be read, or holds something that a tariff cannot; with every problem, one a line.
    """
    if path is None:
        return _parsed(template(), where="tariffs.toml of the package")
    try:
        text = read_regular_file(path, limit=_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PlanError(
            f"{path}: the tariffs cannot be read: {reason}; expected a TOML file in UTF-8 of at most {_MAX_BYTES} bytes, "
            "as qhb cost --tariffs-template prints one"
        ) from error
    return _parsed(text, where=str(path))


def _parsed(text: str, *, where: str) -> list[Tariff]:
    try:
        return Tariffs.model_validate(tomllib.loads(text)).tariff
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PlanError(f"{where}: not TOML: {error or 'nested too deeply'}") from error
    except pydantic.ValidationError as error:
        problems = []
        for found in error.errors():
            place = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in found["loc"])
            hint = ""
            if found["type"] == "extra_forbidden":
                known = Tariff.model_fields if len(found["loc"]) > 1 else Tariffs.model_fields
                hint = did_you_mean(str(found["loc"][-1]), known) or f"; known: {', '.join(known)}"
            problems.append(f"{where}: {place + ': ' if place else ''}{found['msg']}{hint}")
        raise PlanError("\n".join(problems)) from None
