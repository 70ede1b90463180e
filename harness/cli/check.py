"""``qhb check``."""

import dataclasses
import json
import math
import shutil
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import click

from backends.capabilities import Execution, HeadOptions
from backends.conformance import CHECKS, CheckResult, run_checks
from backends.conformance.circuits import COIN
from backends.errors import ConfigError
from backends.head import QuantumHead
from backends.outside import code_of
from backends.registry import head_class
from backends.surrogates.choice import factory_for
from baselines import BASELINES
from harness.cli.set_option import options_of
from harness.records.certificate import Certificate
from harness.text import WIDTH, wrapped

_COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow"}
_WIDEST, _NARROWEST = 120, 60
_STATUS_WIDTH = 2 + max(map(len, _COLOURS))
_NAME_WIDTH = 2 + max(map(len, CHECKS))


@click.command("check")
@click.argument("head")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the head; repeatable.")
@click.option(
    "--execution",
    type=click.Choice(get_args(Execution)),
    default="native",
    help="Check the head itself, or what answers in its backend's place.",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def command(head: str, settings: tuple[str, ...], execution: Execution, as_json: bool) -> int:
    """Run the conformance suite on a head: a name of qhb list, or pkg.mod:Class. Exit code 3 if a check fails.

    Runs of an outside head are marked "not checked" in reports until this has passed with the same options.
    """
    if head in BASELINES:
        raise ConfigError(f"head {head!r} is classical; the suite is for quantum heads, so there is nothing to check")
    found = head_class(head)
    options = options_of(settings)
    if options:  # a wrong one is refused here, and not by every check
        _checked_options(found, options)
    counts = dict.fromkeys(_COLOURS, 0)
    for result in run_checks(factory_for(found, execution), options=options):
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps({key: _json(value) for key, value in dataclasses.asdict(result).items()}))
        else:
            for line in _lines(result, width=_width()):
                click.echo(line)
    if execution == "native":
        _keep_certificate(found, options, passed=not counts["failed"])
    if not as_json:
        verdict = "failed" if counts["failed"] else "passed"
        click.echo(
            f"{head}{'' if execution == 'native' else f' ({execution})'} {verdict}: "
            + ", ".join(f"{number} {status}" for status, number in counts.items())
        )
        if execution == "native" and code_of(found) is not None and not counts["failed"]:
            click.echo("Runs made from now on are marked as checked; qhb run --fresh makes earlier ones again.")
    return 3 if counts["failed"] else 0


def _keep_certificate(kind: type[QuantumHead], options: Mapping[str, Any], *, passed: bool) -> None:
    """Write the certificate of an outside head that passed, and remove that of one that failed."""
    try:
        certificate = Certificate.of(kind, _checked_options(kind, options))
    except ConfigError:  # it takes no such options, so it has no certificate; the checks said why
        return
    if certificate is None:
        return
    try:
        if passed:
            certificate.write()
        else:
            certificate.remove()
    except OSError as error:
        click.echo(
            f"qhb: this result cannot be kept in {certificate.path.parent}: {error.strerror or error}; reports will not know of "
            "it; set QHB_CACHE_DIR to a folder that can be written, and check again",
            err=True,
        )


def _checked_options(kind: type[QuantumHead], options: Mapping[str, Any]) -> HeadOptions:
    return kind.check(COIN, shots=None if kind.capabilities.analytic else 1, options=options)


def _json(value: object) -> object:
    """Return the value, or None for NaN and infinity, which JSON does not have."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _width() -> int:
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((WIDTH, 24)).columns))


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
        yield wrapped(text, indent=indent, width=width)
