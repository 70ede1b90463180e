"""``qhb check``."""

import dataclasses
import json
import math
import shutil
import textwrap
from collections.abc import Iterator

import click

from backends.conformance import CHECKS, CheckResult, run_checks
from backends.conformance.circuits import COIN
from backends.registry import head_class
from harness.cli.set_option import options_of

_COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow"}
_WIDEST, _NARROWEST = 120, 60
_STATUS_WIDTH = 2 + max(map(len, _COLOURS))
_NAME_WIDTH = 2 + max(map(len, CHECKS))


@click.command("check")
@click.argument("head")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the head; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def command(head: str, settings: tuple[str, ...], as_json: bool) -> int:
    """Run the conformance suite on a head: a name of qhb list, or pkg.mod:Class. Ends in 3 if it is not right."""
    found = head_class(head)
    options = options_of(settings)
    if options:  # a wrong one is refused here, and not by every check
        found.check(COIN, shots=None if found.capabilities.analytic else 1, options=options)
    counts = dict.fromkeys(_COLOURS, 0)
    for result in run_checks(found, options=options):
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps({key: _json(value) for key, value in dataclasses.asdict(result).items()}))
        else:
            for line in _lines(result, width=_width()):
                click.echo(line)
    if not as_json:
        verdict = "is not right" if counts["failed"] else "is right"
        click.echo(f"{head} {verdict}: " + ", ".join(f"{number} {status}" for status, number in counts.items()))
    return 3 if counts["failed"] else 0


def _json(value: object) -> object:
    """Return a value that JSON has: none for NaN and infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _width() -> int:
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns))


def _lines(result: CheckResult, *, width: int) -> Iterator[str]:
    """Yield the check and its tightest comparison; below a failure, what was measured and the claim it breaks."""
    status = click.style(result.status, fg=_COLOURS[result.status], bold=result.status == "failed")
    padding = " " * (_STATUS_WIDTH - len(result.status))
    short = result.comparison if result.status != "skipped" else result.detail
    fits = _STATUS_WIDTH + _NAME_WIDTH + len(short) <= width
    yield f"{status}{padding}{result.name:<{_NAME_WIDTH}}{short if fits else ''}".rstrip()
    below = [] if fits else [short]
    if result.status == "failed":
        below += [result.detail, f"It should hold: {result.claim}"]
    indent = " " * _STATUS_WIDTH
    for text in below:
        yield textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent + "  ")
