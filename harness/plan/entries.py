"""The entries of a plan one by one: what they vary and what they override."""

from typing import Any, TypeVar

import pydantic

from backends.errors import did_you_mean
from harness.errors import PlanError
from harness.plan.schema import Entry, Overrides
from harness.spec import Spec

_ONE_FOR_ALL = {"name", "path", "options", "classes", "sha256"}
_NESTED = ("options", "data", "model", "training")
_VARIED = sorted(set(Entry.model_fields) - {"head", "label", "seeds", "vary", "weights_of", *_NESTED})
_Settings = TypeVar("_Settings", bound=Spec)


def varied(entry: Entry) -> list[Entry]:
    """Return an entry for each value of the key that an entry varies; the entry itself where it varies none.

    Raises:
        PlanError: several keys, no value, or a key that cannot be varied.
    """
    if not entry.vary:
        return [entry]
    if len(entry.vary) != 1 or not next(iter(entry.vary.values())):
        raise PlanError(f"vary = {entry.vary}: expected one key with at least one value; give each key its own entry")
    ((path, values),) = entry.vary.items()
    table, dot, key = path.partition(".")
    if (dot and table not in _NESTED) or (not dot and path not in _VARIED):
        expected = ", ".join((*_VARIED, *(f"{name}.KEY" for name in _NESTED)))
        raise PlanError(f"vary: expected one of {expected}, got {path!r}{did_you_mean(path, _VARIED)}")
    found = []
    for value in values:
        changed = {table: getattr(entry, table) | {key: value}} if dot else {path: value}
        label = f"{entry.label} {_text(value)}" if entry.label else None
        asked = entry.model_dump(exclude={"vary"}) | changed | {"label": label}
        try:
            found.append(Entry.model_validate(asked, strict=True))
        except pydantic.ValidationError as error:
            raise PlanError(f"vary, {path} = {value!r}: {error.errors()[0]['msg']}") from None
    return found


def overridden(settings: _Settings, overrides: Overrides, *, table: str) -> _Settings:
    """Return a plan's settings with those that an entry has otherwise.

    Args:
        settings: The plan's.
        overrides: The entry's.
        table: The table's name, for messages.

    Raises:
        PlanError: an unknown key, or a value that it cannot have.
    """
    if table == "data" and (which := sorted(_ONE_FOR_ALL & overrides.keys())):
        raise PlanError(f"data.{which[0]}: all runs of a plan use one data set; write another plan for the other one")
    try:
        return settings.model_validate(settings.model_dump() | overrides, strict=True)
    except pydantic.ValidationError as error:
        raise PlanError("; ".join(_problem(found, table, settings) for found in error.errors())) from None


def override_text(entry: Entry) -> str:
    """Return what an entry overrides, as the end of its name: ", batch_size 64"."""
    found = {key: value for table in ("data", "model", "training") for key, value in getattr(entry, table).items()}
    found |= {key: value for key, value in entry.options.items() if key != "device"}
    return "".join(f", {key} {_text(value)}" for key, value in found.items())


def _text(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)


def _problem(found: Any, table: str, settings: Spec) -> str:
    key = ".".join(map(str, found["loc"]))
    if found["type"] == "extra_forbidden":
        known = type(settings).model_fields
        return f"unknown key {table}.{key}{did_you_mean(key, known)} (known: {', '.join(known)})"
    return f"{table}.{key}: {found['msg']}, got {found['input']!r}"
