"""A Dask cluster on two hosts, and ``qhb run`` on it, each a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from faults.helpers import TWO_SEEDS, wait_for
from hosts.network import HERE, Cable

from harness.execution.progress import RunProgress, read_progress
from harness.records.store import Store

_QHB = "from harness.cli.main import main; main()"


class Cluster:
    """A scheduler and clients on the host of the tests, workers on both; what each says is in a file of its name."""

    def __init__(self, folder: Path, cable: Cable) -> None:
        self.folder = folder
        self.store = Store(folder / "results")
        self.address = ""
        self.cable = cable
        self._started: list[subprocess.Popen[bytes]] = []

    @classmethod
    @contextlib.contextmanager
    def in_folder(cls, folder: Path, cable: Cable) -> Iterator["Cluster"]:
        """Yield a cluster whose files are in a folder; end its processes afterwards."""
        cluster = cls(folder, cable)
        try:
            yield cluster
        finally:
            for process in cluster._started:
                process.kill()
                process.wait()

    def start(
        self, name: str, *arguments: str, far: bool = False, shared: bool = True, settings: Mapping[str, str] = {}
    ) -> "subprocess.Popen[bytes]":
        """Start Python with arguments.

        Args:
            name: Of the file, in the folder, that gets its output.
            arguments: Of the interpreter.
            far: On the far host.
            shared: It sees the results folder; otherwise it sees an empty one in its place.
            settings: Environment variables.
        """
        command = [sys.executable, *arguments]
        others = dict(settings)
        path = os.pathsep.join(filter(None, [others.pop("PYTHONPATH", ""), *sys.path]))
        if not shared:
            hide = 'mount -t tmpfs none "$0" && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", hide, str(self.store.root), *command]
        with (self.folder / name).open("ab") as output:
            process = subprocess.Popen(
                self.cable.on_far_host(command) if far else command,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": path} | others,
            )
        self._started.append(process)
        return process

    def scheduler(self, *, settings: Mapping[str, str] = {}, protocol: str = "tcp") -> None:
        """Start a scheduler on this host, reachable from both."""
        file = self.folder / "scheduler.json"
        self.start(
            "scheduler.txt", "-m", "distributed.cli.dask_scheduler", "--host", HERE, "--protocol", protocol,
            "--port", "0", "--no-dashboard", "--scheduler-file", str(file), settings=settings,
        )  # fmt: skip
        wait_for(lambda: file.exists() and file.read_text().endswith("}"), seconds=300)
        self.address = json.loads(file.read_text())["address"]

    def worker(
        self,
        name: str,
        *,
        far: bool = False,
        shared: bool = True,
        settings: Mapping[str, str] = {},
        address: str | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a worker with one thread; ``address`` is the scheduler's unless another is given."""
        self.store.root.mkdir(exist_ok=True)
        return self.start(
            f"{name}.txt", "-m", "distributed.cli.dask_worker", address or self.address, "--nthreads", "1",
            "--no-dashboard", "--name", name, "--local-directory", str(self.folder), far=far, shared=shared, settings=settings,
        )  # fmt: skip

    def qhb(
        self, *, epochs: int, settings: Mapping[str, str] = {}, dask: str | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start ``qhb run`` on this host."""
        (self.folder / "plan.toml").write_text(TWO_SEEDS.format(epochs=epochs))
        return self.start(
            "qhb.txt", "-c", _QHB, "run", "plan.toml", "--results", "results", "--checkpoint-every", "0.2",
            "--dask", dask or self.address, settings=settings,
        )  # fmt: skip

    def said(self, name: str = "qhb") -> str:
        """Return what one of the processes has said."""
        return (self.folder / f"{name}.txt").read_text()

    def progress(self) -> list[RunProgress]:
        """Return the progress of all runs, also of those in a worker's own folder."""
        # Not Path.rglob, to which a folder that is deleted meanwhile is an error.
        folders = ((Path(folder), names) for folder, _, names in os.walk(self.folder) if folder.endswith("/progress"))
        found = (read_progress(folder / name) for folder, names in folders for name in names if name.endswith(".json"))
        return [progress for progress in found if progress]
