"""Each head in full: its configuration, and what its backend was set up as."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from harness.report.numbers.groups import Group, Results
from harness.text import clean, counted, short

_LINE = 118
_MAX_TEXT = 40_000
MAX_HEADS = 100  # a head takes 3 KB of the page


@dataclasses.dataclass(frozen=True)
class HeadSettings:
    """A head's configuration and provenance, as JSON text.

    Attributes:
        label: Of the configuration.
        facts: What was built, in one line.
        configuration: What was asked, with all seeds.
        provenance: What the backend says of itself; empty where it says nothing.
    """

    label: str
    facts: str
    configuration: str
    provenance: str


def head_settings(results: Results) -> list[HeadSettings]:
    """Return the settings of each group, of the first ``MAX_HEADS`` where there are more."""
    return [_settings(group) for group in results.groups[:MAX_HEADS]]


def _settings(group: Group) -> HeadSettings:
    config = group.first.spec.model_dump(mode="json")
    config["seed"] = [run.spec.seed for run in group.runs]
    config["weights_from"] = [run.spec.weights_from for run in group.runs] if config["weights_from"] else None
    head = next((run.head for run in group.runs if run.head), None)
    if head is None:
        return HeadSettings(group.label, "the head was never built", _json(config), "")
    facts = f"{head.summary}; gradient by {head.gradient}; {counted(head.n_parameters, 'trainable parameter')}"
    if head.n_head_parameters:
        facts += f", {head.n_head_parameters:,} of them in the head"
    facts += _verified(head.provenance)
    return HeadSettings(group.label, clean(facts), _json(config), _json(head.provenance) if head.provenance else "")


def _verified(provenance: Mapping[str, Any]) -> str:
    """Say how far what answers in the backend's place was from the backend; empty for a backend that answers itself."""
    found = provenance.get("verification")
    if not isinstance(found, dict) or not isinstance(found.get("deviation"), float):
        return ""
    kind = provenance.get("execution")
    return f"; {kind}, compared with the backend at {found.get('rows')} fresh points: largest deviation {found['deviation']:.1e}"


def _json(value: Any) -> str:
    return short(clean(_lines(value, ""), lines=True), _MAX_TEXT)


def _lines(value: Any, margin: str) -> str:
    """Return JSON in which whatever fits a line stands on one."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(margin) + len(text) <= _LINE or not isinstance(value, (dict, list)):
        return text
    inner = margin + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_lines(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{margin}}}"
    return "[\n" + ",\n".join(inner + _lines(part, inner) for part in value) + f"\n{margin}]"
