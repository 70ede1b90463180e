"""``--set KEY=VALUE`` of the commands that make one head."""

import json
from collections.abc import Iterable
from typing import Any

import click


def settings_of(texts: Iterable[str]) -> dict[str, Any]:
    """Return options by key, each value as JSON or as the plain word that it is.

    Raises:
        click.UsageError: not KEY=VALUE, or a key twice.
    """
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or key in found:
            raise click.UsageError(f"--set {text}: expected each KEY=VALUE once, for example --set device=manila")
        try:
            found[key] = json.loads(value)
        except json.JSONDecodeError:
            found[key] = value
    return found
