"""A merge that is killed in each of its writes, fsyncs, renames and unlinks, and done again, ends in the same folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent


def test_killed_anywhere_a_merge_is_finished_by_doing_it_again(tmp_path):
    """No record is half written, and records, weights, checkpoints and logs end as those of an undisturbed merge."""
    paths = os.pathsep.join([str(_HERE.parents[1]), str(_HERE.parent)])
    made = subprocess.run(
        [sys.executable, _HERE / "merge_points.py", tmp_path],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    points = [json.loads(line) for line in made.stdout.splitlines()]

    assert len(points) > 100
    for point in points:
        assert point == {"point": point["point"], "killed": True, "damaged": 0, "again": 0, "equal": True}
