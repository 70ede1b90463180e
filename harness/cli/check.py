"""``qhb check``."""

import json
import sys
from typing import Any

import click
import rich.console
import rich.text

from backends.conformance import CheckResult, run_checks
from backends.registry import head_class

_STYLE = {"passed": "green", "failed": "bold red", "skipped": "yellow"}


@click.command("check")
@click.argument("head")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the head; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def command(head: str, settings: tuple[str, ...], as_json: bool) -> int:
    """Run the conformance suite on a head: a name of qhb list, or pkg.mod:Class. Ends in 3 if it is not right."""
    found = head_class(head)
    console = rich.console.Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    counts = dict.fromkeys(_STYLE, 0)
    for result in run_checks(found, options=dict(map(_setting, settings))):
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps({field: getattr(result, field) for field in CheckResult.__dataclass_fields__}))
        else:
            console.print(_line(result), soft_wrap=True)
    if not as_json:
        verdict = "is right" if not counts["failed"] else "is not right"
        console.print(f"{head} {verdict}: " + ", ".join(f"{number} {status}" for status, number in counts.items()))
    return 3 if counts["failed"] else 0


def _line(result: CheckResult) -> rich.text.Text:
    line = rich.text.Text()
    line.append(f"{result.status:<8}", style=_STYLE[result.status])
    line.append(f"{result.name:<42}")
    if result.measured is not None:
        line.append(f"measured {result.measured:<9.3g} allowed {result.allowed:<9.3g} ")
    if result.status != "passed":
        line.append(result.detail if result.status == "skipped" else f"{result.detail} | {result.claim}")
    return line


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set {text}: expected KEY=VALUE, for example --set device=manila")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        return key, value
