"""What a user has: Slurm, a plan, ``cluster.py`` as ``qhb init`` writes it, and ``qhb run``; all as processes."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from faults.helpers import QHB, end_of, wait_for
from slurm.slow_head import SECONDS

from harness.execution.progress import read_progress
from harness.records.store import Store

_TESTS = Path(__file__).parents[1]
# Two seeds of: a short run, 320 steps of 10 shots, and a run that waits for another's weights.
PLAN = """
name = "p"
seeds = [0, 1]
[data]
n_images = 50
stratified = true
official_images = 0
[training]
epochs = 64
batch_size = 8
[[runs]]
label = "linear"
head = "linear"
[[runs]]
label = "slow"
head = "slurm.slow_head:Slow"
circuit = "eq7"
shots = 10
[[runs]]
label = "slice"
head = "linear"
max_steps = 6
weights_of = "linear"
"""
N_RUNS = 6
N_STEPS = 320


class Place:
    """A folder with a plan, in which commands run.

    Attributes:
        folder: The folder.
        store: Its results folder.
    """

    def __init__(self, folder: Path, slurm: dict[str, str]) -> None:
        """Use a running Slurm; ``slurm`` holds the environment variables of its commands."""
        self.folder, self.store = folder, Store(folder / "results")
        self._environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(_TESTS.parent), str(_TESTS), os.environ.get("PYTHONPATH", "")]),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            **slurm,
        }
        self._started: list[subprocess.Popen[bytes]] = []
        (folder / "plan.toml").write_text(PLAN)

    def start(self, *command: object, seconds_a_job: float = 0.0) -> subprocess.Popen[bytes]:
        """Start a command; what it prints goes to ``said``."""
        with (self.folder / "out.txt").open("ab") as output:
            process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self.folder,
                env=self._environment | {SECONDS: str(seconds_a_job)},
            )
        self._started.append(process)
        return process

    def do(self, *command: object) -> str:
        """Run a command to its end, and return what it printed; fail if it fails."""
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def recipe(self) -> list[str]:
        """Return the command of the recipe, which ``qhb init`` has written."""
        if not (self.folder / "cluster.py").exists():
            self.do(*QHB, "init", "--cluster", "slurm")
        return [sys.executable, "cluster.py"]

    def start_cluster(self, *options: object, seconds_a_job: float = 0.0) -> subprocess.Popen[bytes]:
        """Start the recipe; ``address`` is then its scheduler's."""
        before = len(self._addresses())
        cluster = self.start(*self.recipe(), *options, seconds_a_job=seconds_a_job)
        wait_for(lambda: len(self._addresses()) > before or cluster.poll() is not None)
        assert cluster.poll() is None, self.said()
        return cluster

    def start_run(self) -> subprocess.Popen[bytes]:
        """Start ``qhb run`` on the latest cluster."""
        return self.start(
            *QHB,
            "run",
            "plan.toml",
            "--results",
            "results",
            "--checkpoint-every",
            "0.2",
            "--dask",
            self._addresses()[-1],
        )

    def said(self) -> str:
        """Return what all commands have printed."""
        return (self.folder / "out.txt").read_text()

    def jobs(self) -> list[str]:
        """Return the ids of the jobs that Slurm holds, running or not."""
        return self.do("squeue", "--noheader", "--format=%A").split()

    def slow_runs(self) -> dict[str, int]:
        """Return how many steps each slow run has made, by its process."""
        files = self.store.root.glob("progress/*.json")
        found = [progress for progress in map(read_progress, files) if progress]
        return {str(run.pid): run.done for run in found if run.label == "slow"}

    def wait_for_the_middle(self) -> None:
        """Wait until both slow runs are under way, and the other four have ended."""
        wait_for(lambda: len(self.slow_runs()) == 2 and min(self.slow_runs().values()) > 20)
        wait_for(lambda: len(record_files(self)) == N_RUNS - 2)
        assert len(self.slow_runs()) == 2

    def close(self) -> None:
        """End every command, and every job."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.do("scancel", "--signal=KILL", "--full", "--user=root")
        self.do("scancel", "--user=root")
        wait_for(lambda: not self.jobs())

    def _addresses(self) -> list[str]:
        path = self.folder / "out.txt"
        return (
            re.findall(r"^cluster: qhb run PLAN --dask (\S+)\n", path.read_text(), re.MULTILINE)
            if path.exists()
            else []
        )


def interrupt(process: subprocess.Popen[bytes]) -> int:
    """Press Ctrl-C, and return the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(60)


def made_once(place: Place, undisturbed: dict[object, object], *, kept: dict[str, bytes] | None = None) -> bool:
    """Whether every run has one record, at its first attempt, with the bits of one machine's; and ``kept`` ones are untouched."""
    records = place.store.read()
    files = record_files(place)
    assert not records.earlier
    assert not records.damaged
    assert [(record.status, record.attempt) for record in records.records] == [("ok", 1)] * N_RUNS
    assert len(files) == N_RUNS
    assert (kept or {}).items() <= files.items()
    return end_of(place.store) == undisturbed


def record_files(place: Place) -> dict[str, bytes]:
    """Return the files of the records that are written so far, by name."""
    return {path.name: path.read_bytes() for path in sorted((place.store.root / "records").glob("*.json"))}
