"""The recipe of docs/scale-out.md, as it is printed."""

import re
import shlex
from pathlib import Path

from faults.helpers import wait_for
from slurm.place import interrupt, made_once

_DOCUMENT = Path(__file__).parents[2] / "docs" / "scale-out.md"


def _printed_options():
    """Return the options with which the document starts the recipe."""
    (command,) = re.findall(r"^python cluster\.py (.*?)\s+#.*$", _DOCUMENT.read_text(), re.MULTILINE)
    return shlex.split(command)


def test_the_recipe_makes_a_plan(place, undisturbed):
    """Two jobs of eight threads make it, with the bits of one machine; Ctrl-C takes the jobs out of the queue."""
    cluster = place.start_cluster(*_printed_options())
    run = place.start_run()

    assert run.wait(900) == 0, place.said()
    assert made_once(place, undisturbed)
    wait_for(lambda: "cluster: 2 of 2 jobs at work" in place.said())
    assert "does not share" not in place.said()
    assert len(place.jobs()) == 2
    assert interrupt(cluster) == 0
    wait_for(lambda: not place.jobs())
    assert "Traceback" not in place.said()
