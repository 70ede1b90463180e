"""The option ``--set KEY=VALUE`` of ``qhb check`` and ``qhb inspect``, which sets an option of the head."""

import json
from collections.abc import Iterable
from typing import Any

import click


def options_of(texts: Iterable[str]) -> dict[str, Any]:
    """Return the head's options by key; each value is read as JSON, or taken as the word that it is.

    Raises:
        click.UsageError: a text is not KEY=VALUE, or a key comes twice.
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
