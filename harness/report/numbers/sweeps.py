"""Sweeps: configurations that differ in exactly one setting, with the accuracy at each of its values."""

import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

from harness.report.numbers.accuracies import MeanAccuracy, common_test_set, mean_accuracy
from harness.report.numbers.groups import Group, Results
from harness.report.numbers.settings import MEASURED_ONLY, name_in_words, settings_of, value_in_words
from harness.text import Missing

_NO_SWEEPS = {"head", "execution", "training.torch_device"}
"""The main table compares heads, and the others change no accuracy."""


@dataclasses.dataclass(frozen=True)
class SweepPoint:
    """One value of the setting.

    Attributes:
        label: Of the configuration.
        value: For people.
        number: Its place on an axis; infinite for exact probabilities among shots, None for a word.
        accuracy: At this value.
    """

    label: str
    value: str
    number: float | None
    accuracy: MeanAccuracy


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Configurations that are equal but for one setting.

    Attributes:
        setting: Its name for people.
        subject: What they have in common: head, circuit and shots.
        points: At least two, in the order of the values; words are in the order of the report.
    """

    setting: str
    subject: str
    points: tuple[SweepPoint, ...]

    @property
    def numeric(self) -> bool:
        """Whether every value has a place on an axis."""
        return all(point.number is not None for point in self.points)


def sweeps(results: Results) -> list[Sweep]:
    """Return every sweep among the fully trained configurations, by setting."""
    groups = [group for group in results.groups if group.full and group.evaluated and not group.shuffled]
    settings = {group.label: _settings(group) for group in groups}
    names = sorted({name for found in settings.values() for name in found} - _NO_SWEEPS)
    found = []
    for name in names:
        alike: dict[str, list[Group]] = {}
        for group in groups:
            own = settings[group.label]
            if name in own:
                others = {key: value for key, value in own.items() if key != name}
                alike.setdefault(json.dumps([others, _images(group)], sort_keys=True), []).append(group)
        found += [
            sweep
            for same in alike.values()
            if (sweep := _sweep(name, [(group, settings[group.label][name]) for group in same]))
        ]
    return found


def _settings(group: Group) -> dict[str, Any]:
    return {name: value for name, value in settings_of(group.first.spec).items() if name not in MEASURED_ONLY}


def _sweep(name: str, members: Sequence[tuple[Group, object]]) -> Sweep | None:
    which = common_test_set([group for group, _ in members])
    if which is None or len({json.dumps(value) for _, value in members}) < 2:
        return None
    points = []
    for group, value in members:
        accuracy = mean_accuracy(group, which)
        if not isinstance(accuracy, Missing):
            points.append(SweepPoint(group.label, value_in_words(name, value), _number(name, value), accuracy))
    if all(point.number is not None for point in points):
        points.sort(key=lambda point: point.number or 0)
    return Sweep(name_in_words(name), _subject(name, members[0][0]), tuple(points))


def _number(name: str, value: object) -> float | None:
    if name == "shots" and value is None:
        return math.inf
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _subject(name: str, group: Group) -> str:
    spec = group.first.spec
    device = f"[{spec.options['device']}]" if "device" in spec.options and name != "options.device" else ""
    parts = [f"{spec.head}{device}"]
    if spec.circuit is not None:
        parts += [spec.circuit] if name != "circuit" else []
        parts += [f"{value_in_words('shots', spec.shots)}{' shots' if spec.shots else ''}"] if name != "shots" else []
    return " ".join(parts)


def _images(group: Group) -> str | None:
    """Return the digest of the images: configurations on other images make no sweep."""
    return next((run.dataset.sha256 for run in group.ok if run.dataset), None)
