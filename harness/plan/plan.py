"""Plan files: a TOML text becomes a checked plan, or one error with all its problems."""

import importlib.resources
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import pydantic

from backends.errors import did_you_mean
from backends.file_io import read_regular_file
from harness.errors import PlanError
from harness.plan.problems import problem
from harness.plan.schema import Plan

_MAX_BYTES = 1 << 20


class PresetFile(NamedTuple):
    """A preset's name and text."""

    name: str
    text: str


def presets() -> list[PresetFile]:
    """Return the presets that come with the package; those of a folder have its name in front: "gallery/mari-2020"."""
    return [PresetFile(name, file.read_text(encoding="utf-8")) for name, file in sorted(_preset_files().items())]


def presets_in(folder: str) -> list[str]:
    """Return the names of the presets in a folder, which ``qhb run --preset FOLDER`` runs in turn; none where there is no such."""
    return sorted(name for name in _preset_files() if name.startswith(f"{folder}/"))


def _preset_files() -> dict[str, Traversable]:
    root = importlib.resources.files("harness.plan") / "presets"
    folders = {"": root} | {f"{entry.name}/": entry for entry in root.iterdir() if entry.is_dir()}
    return {
        prefix + file.name.removesuffix(".toml"): file
        for prefix, folder in folders.items()
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def load_preset(name: str) -> Plan:
    """Return a preset.

    Raises:
        PlanError: no preset of that name.
    """
    known = {preset.name: preset.text for preset in presets()}
    if inside := presets_in(name):
        raise PlanError(
            f"preset {name!r} is a folder of presets, which qhb run runs in turn; name one: {', '.join(inside)}"
        )
    if name not in known:
        raise PlanError(f"unknown preset {name!r}: expected one of {', '.join(known)}{did_you_mean(name, known)}")
    return parse(known[name], where=f"preset {name}").read_from(preset=name)


def load_file(path: Path) -> Plan:
    """Return the plan in a TOML file.

    Raises:
        PlanError: the file cannot be read, or holds something that a plan cannot.
    """
    try:
        text = read_regular_file(path, limit=_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PlanError(
            f"{path}: the plan cannot be read: {reason}; expected a TOML file in UTF-8 of at most {_MAX_BYTES} bytes"
        ) from error
    return parse(text, where=str(path)).read_from(path)


def load_plan(source: str | Path | None = None, *, preset: str | None = None) -> Plan:
    """Return the plan in a TOML file, in a TOML text, or in a preset.

    Args:
        source: The path of a file, or the text itself: a ``str`` with a line break or an equals sign is a text. Paths in a
            file begin in its folder, those in a text in the current folder.
        preset: Instead of ``source``, a name of ``qhb list``: "smoke", "bench", "study", ...

    Raises:
        PlanError: neither or both are given, or the plan cannot be used; with every problem, one a line.
    """
    if (source is None) == (preset is None):
        raise PlanError(
            f"load_plan: expected a path or text, or preset = NAME, got {'both' if preset else 'neither'}; "
            f"presets: {', '.join(known.name for known in presets())}"
        )
    if preset is not None:
        return load_preset(preset)
    if isinstance(source, str) and ("\n" in source or "=" in source):
        return parse(source, where="plan")
    path = Path(str(source))
    if not path.exists() and str(source) in {known.name for known in presets()}:
        raise PlanError(
            f"load_plan: there is no file {path}; for the preset of that name: load_plan(preset={str(source)!r})"
        )
    return load_file(path)


def load_asked(plan_file: Path | None, preset: str | None) -> Plan:
    """Return the plan that a command is given: a file, a preset's name, or neither, which stands for the preset bench.

    Raises:
        PlanError: both are given, or the plan cannot be loaded.
    """
    if plan_file and preset:
        raise PlanError(f"give a plan file or --preset, not both; got {plan_file} and --preset {preset}")
    return load_file(plan_file) if plan_file else load_preset(preset or "bench")


def data_root_of(plan: Plan, given: Path | None) -> Path | None:
    """Return where a plan's data files are: the folder that the user gives, else the plan's own for a file of the user's."""
    return plan.folder if given is None and plan.data.path is not None else given


def parse(text: str, *, where: str) -> Plan:
    """Return the plan in a TOML text; ``where`` names the text in errors.

    Raises:
        PlanError: with every problem, one a line.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PlanError(f"{where}: not TOML: {error or 'nested too deeply'}") from error
    try:
        return Plan.model_validate(content, strict=True)
    except pydantic.ValidationError as error:
        raise PlanError("\n".join(problem(found, text, where) for found in error.errors())) from None
