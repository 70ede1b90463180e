"""A run that is killed, or refused by the disk, at each of its writes, fsyncs, renames and unlinks, or at random moments."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_KINDS = ("kill", "ENOSPC", "EIO") if "QHB_CHAOS" in os.environ else ("kill", "ENOSPC")
_N_KILLS = 120
_LEAST_POINTS = (
    21  # write, fsync, rename, fsync of the folder: of 3 checkpoints, weights and record; unlink of a checkpoint
)


def _made(folder, *asked):
    paths = os.pathsep.join([str(_HERE.parents[1]), str(_HERE.parent)])
    made = subprocess.run(
        [sys.executable, _HERE / "write_points.py", folder, *asked],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return [json.loads(line) for line in made.stdout.splitlines()]


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """What was printed of each kind of fault: a line for each point, and one for the point after the last."""
    folders = [tmp_path_factory.mktemp(kind) for kind in _KINDS]
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(_KINDS, threads.map(_made, folders, _KINDS), strict=True))


@pytest.fixture(scope="module")
def points(lines, figures):
    """The outcome of each point at which a fault happened."""
    found = [line for kind in _KINDS for line in lines[kind] if line["happened"]]
    for kind in _KINDS:
        mine = [point for point in found if point["kind"] == kind]
        sound = sum(map(_is_sound, mine))
        figures[f"writes, fsyncs, renames and unlinks of a run hit once by {kind}"] = len(mine)
        figures[f"of these, ended in the bits of an undisturbed run, with one record ({kind})"] = sound
    return found


def _is_sound(point):
    return point["equal"] and point["records"] == 1 and not point["damaged"]


def _of(points, *kinds):
    return [point for point in points if point["kind"] in kinds]


@pytest.mark.parametrize("kind", _KINDS)
def test_every_point_was_hit(lines, kind):
    """A fault happened at each point from the first to the last; the run after these met none and was ok."""
    *hit, after = lines[kind]

    assert len(hit) >= _LEAST_POINTS
    assert [line["point"] for line in lines[kind]] == list(range(len(hit) + 1))
    assert all(line["happened"] for line in hit)
    assert (after["happened"], after["code"]) == (False, 0)


def test_a_kill_kills(points):
    """Each process that was to be killed was killed."""
    assert {point["code"] for point in _of(points, "kill")} == {-9}


def test_no_half_written_file_is_ever_read(points):
    """After a fault at any point there is either the whole record or none."""
    assert [point for point in points if point["damaged"]] == []


def test_the_run_ends_in_the_same_bits(points):
    """Made again after a fault at any point, the run is ok, recorded once, and equal to an undisturbed one."""
    assert [point for point in _of(points, *_KINDS) if point["again"] != 0 or not _is_sound(point)] == []


@pytest.mark.chaos
def test_killed_at_random_it_ends_in_the_same_bits(tmp_path, figures):
    """Killed at random moments, again and again, a run ends ok, recorded once, in the same bits."""
    killed = _made(tmp_path, "random", str(_N_KILLS))
    n_kills = sum(run["kills"] for run in killed)
    figures["kills of a run in a fork at random moments"] = n_kills
    figures["runs that these kills hit, each until it ended ok"] = len(killed)
    figures["of these, went on from a checkpoint"] = sum(run["resumed"] for run in killed)
    figures["of these, lost, doubled, or different in one bit"] = sum(not _is_sound(run) for run in killed)

    assert n_kills >= _N_KILLS
    assert any(run["resumed"] for run in killed)
    assert all(map(_is_sound, killed))


def test_the_disk_s_errors_are_told(points):
    """A full or failing disk ends the run with the store's error, whichever call it was; only deleting old files may fail silently."""
    codes = [point["code"] for point in _of(points, "ENOSPC", "EIO")]

    assert codes.count(4) >= len(codes) - 2
