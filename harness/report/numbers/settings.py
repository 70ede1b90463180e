"""The settings of configurations by name, and how configurations differ in them."""

import collections
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.numbers.groups import Group
from harness.spec import RunSpec
from harness.text import clean

_NOT_SETTINGS: Any = {
    "seed": True, "weights_from": True, "own_circuit": True, "head_code": True, "features_code": True,
    "data": {"path", "sha256"},
}  # fmt: skip
_TOLD_ELSEWHERE = {"head", "circuit", "shots", "execution", "training.max_steps", "options.device"}
MEASURED_ONLY = {"training.fidelity_every", "data.official_images"}
"""They change what is measured, and no result."""
_NOT_UNUSUAL = MEASURED_ONLY | {"training.torch_device", "training.channels_memory_gib"}


def settings_of(spec: RunSpec) -> dict[str, Any]:
    """Return what was asked of a run by name: "shots", "training.batch_size", "options.device"; values are those of JSON.

    The seed and who trained the weights are no settings. A circuit of a file is told by its name and what it computes.
    """
    found = dict(_flat(spec.model_dump(mode="json", exclude=_NOT_SETTINGS), ""))
    if spec.own_circuit is not None:
        found["circuit"] = f"{spec.circuit} {spec.own_circuit.fingerprint[:6]}"
    return found


def in_words(name: str, value: object) -> str:
    """Return a setting for people: ("training.batch_size", 64) -> "batch size 64"."""
    return f"{name_in_words(name)} {value_in_words(name, value)}"


def name_in_words(name: str) -> str:
    """Return the name of a setting for people: "training.batch_size" -> "batch size"."""
    return clean(name.rpartition(".")[2]).replace("_", " ")


def value_in_words(name: str, value: object) -> str:
    """Return the value of a setting for people; no shots are "exact"."""
    if name == "shots" and value is None:
        return "exact"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name == "shots":
        return f"{value:,}"
    return clean(value if isinstance(value, str) else json.dumps(value))


def unusual_settings(groups: Sequence[Group]) -> dict[str, tuple[str, ...]]:
    """Return by label the settings, in words, that differ from those of most groups; of a tie the first group's is usual.

    Head, circuit, shots, execution and device are left out: every table tells them. Options count among groups of one head.
    """
    known = {group.label: settings_of(group.first.spec) for group in groups}
    usual = {scope: _usual(found) for scope, found in _by_scope(groups, known).items()}
    return {
        group.label: tuple(
            in_words(name, value)
            for name, value in known[group.label].items()
            if name not in _TOLD_ELSEWHERE
            and name not in _NOT_UNUSUAL
            and _canonical(value) != usual[_scope(group, name)].get(name, _canonical(value))
        )
        for group in groups
    }


def _by_scope(groups: Sequence[Group], known: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for group in groups:
        parts: dict[str, dict[str, Any]] = {}
        for name, value in known[group.label].items():
            parts.setdefault(_scope(group, name), {})[name] = value
        for scope, part in parts.items():
            found.setdefault(scope, []).append(part)
    return found


def _scope(group: Group, name: str) -> str:
    """Return among which groups a setting is usual or not: an option among those of its head, all others among all."""
    return f"options of {group.first.spec.head}" if name.startswith("options.") else ""


def _usual(found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    counts: dict[str, collections.Counter[str]] = {}
    for settings in found:
        for name, value in settings.items():
            counts.setdefault(name, collections.Counter())[_canonical(value)] += 1
    return {name: counter.most_common(1)[0][0] for name, counter in counts.items()}


def _flat(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict) and (not prefix or inner):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", inner


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
