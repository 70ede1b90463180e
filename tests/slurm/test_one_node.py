"""The Slurm of these tests leaves nothing."""

import contextlib
import os
import subprocess
from pathlib import Path

from slurm.one_node import started


def _processes_of(folder):
    """Return the processes that name a folder in their command or their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.fsencode(folder) in (process / file).read_bytes() for file in ("cmdline", "environ")):
                found.append(process.name)
    return found


def _changes_of_the_system():
    """Return when each file of Slurm's and munge's folders of the system was last changed."""
    folders = map(
        Path, ("/etc/slurm", "/etc/munge", "/var/lib/slurm", "/var/lib/munge", "/var/log/slurm", "/var/log/munge")
    )
    return {
        path: path.stat().st_mtime_ns for folder in folders for path in [folder, *folder.rglob("*")] if path.exists()
    }


def test_nothing_stays():
    """Daemons, a job that ignores SIGTERM, and the folder are gone when the block ends; files of the system are as before."""
    before = _changes_of_the_system()
    with started() as environment:
        folder = Path(environment["SLURM_CONF"]).parent
        script = "trap '' TERM; sleep 1000 & wait; sleep 1000"
        done = subprocess.run(
            ["sbatch", "--wrap", script, "--output", "/dev/null"], env=os.environ | environment, check=True
        )
        assert done.returncode == 0
        assert len(_processes_of(folder)) >= 3

    assert not _processes_of(folder)
    assert not folder.exists()
    assert _changes_of_the_system() == before
