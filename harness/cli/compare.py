"""``qhb compare``."""

import importlib.util
import json
from pathlib import Path

import click

from backends.errors import pip_line
from harness.cli.folders import RESULTS_FOLDER
from harness.errors import MissingExtraError
from harness.records.folders import results_folder
from harness.text import clean


@click.command("compare")
@click.argument("first", type=RESULTS_FOLDER)
@click.argument("second", type=RESULTS_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, complete.")
def command(first: Path, second: Path, as_json: bool) -> int:
    """Say whether two results folders agree, for example results/reference/study and your own.

    Runs that both have must be equal bit for bit, if versions, commit and kind of processor are the same. Accuracies and
    verdicts must agree within their error: the accuracies of a configuration by a Welch interval over seeds on the same test
    images (95 %, Holm's correction over the configurations), the verdict of a declared comparison by the 95 % intervals of
    its effect, which must overlap. "agree" means that no difference was found; the interval says how large one may be.

    Exit code 0: they agree. 3: they do not, or nothing that both have could be tested. 4: a folder, or a record in it, cannot be read.
    """
    if importlib.util.find_spec("scipy") is None:
        raise MissingExtraError(f"qhb compare needs scipy, not installed: {pip_line('report')}")
    from harness.report.numbers.agreement import agreement
    from harness.report.numbers.study import study_in
    from harness.report.sections.agreement import agreement_content, agreement_lines

    found = agreement(*(study_in(results_folder(folder)) for folder in (first, second)))
    names = (str(first), str(second))
    if as_json:
        click.echo(json.dumps(agreement_content(*names, found), indent=1))
    else:
        for line in agreement_lines(*names, found):
            click.echo(clean(line))
    return 0 if found.agree else 3
