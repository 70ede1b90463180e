"""Slurm on this machine, as run.py installs it: one node, a configuration of its own, and nothing left when it ends."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

N_CPUS = 16
"""Of the node, as Slurm sees it; Slurm counts them and binds nothing to them."""
_MEMORY_MB = 64_000
_CONFIGURATION = """
ClusterName=qhb
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={n_cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


@contextlib.contextmanager
def started() -> Iterator[dict[str, str]]:
    """Run Slurm while the block runs, and yield the environment variables with which its commands find it.

    Raises:
        RuntimeError: a daemon does not start; its log says why.
    """
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="qhb-slurm-", dir="/tmp")))
        folder.chmod(0o711)  # the user munge must reach its own folder
        environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        _start_munge(folder, opened)
        _start_slurm(folder, opened, environment)
        yield environment


def _start_munge(folder: Path, opened: contextlib.ExitStack) -> None:
    munge, user = folder / "munge", pwd.getpwnam("munge")
    munge.mkdir(mode=0o711)
    (munge / "key").touch(mode=0o600)
    (munge / "key").write_bytes(os.urandom(128))
    for path in (munge, munge / "key"):
        os.chown(path, user.pw_uid, user.pw_gid)
    names = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    command = ["munged", "--foreground", *(f"--{option}={munge / name}" for option, name in names.items())]
    daemon = _start(command, munge / "out", opened, user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    _wait_for(lambda: (munge / "socket").exists(), daemon, munge / "out")


def _start_slurm(folder: Path, opened: contextlib.ExitStack, environment: dict[str, str]) -> None:
    host = socket.gethostname().partition(".")[0]
    text = _CONFIGURATION.format(host=host, folder=folder, ports=_free_ports(2), n_cpus=N_CPUS, memory_mb=_MEMORY_MB)
    (folder / "slurm.conf").write_text(text)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    both = os.environ | environment
    controller = _start(["slurmctld", "-D"], folder / "slurmctld.out", opened, env=both)
    answers = ["scontrol", "ping"]
    _wait_for(lambda: _succeeds(answers, both), controller, folder / "slurmctld.log")
    node = _start(["slurmd", "-D"], folder / "slurmd.out", opened, env=both)
    opened.callback(_end_jobs, both)
    _wait_for(lambda: "idle" in _said(["sinfo", "--noheader", "--format=%t"], both), node, folder / "slurmd.log")


def _start(
    command: list[str], output: Path, opened: contextlib.ExitStack, **options: object
) -> subprocess.Popen[bytes]:
    """Start a daemon that ends when ``opened`` does."""
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, **options
        )
    opened.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_jobs(environment: dict[str, str]) -> None:
    """Kill every job, and wait until none is left: a job would outlive Slurm's daemons."""
    subprocess.run(["scancel", "--signal=KILL", "--full", "--user=root"], env=environment, check=False)
    subprocess.run(["scancel", "--user=root"], env=environment, check=False)
    deadline = time.monotonic() + 30
    while _said(["squeue", "--noheader"], environment) and time.monotonic() < deadline:
        time.sleep(0.2)


def _wait_for(condition: object, daemon: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if daemon.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace") if log.exists() else ""
            raise RuntimeError(f"{daemon.args[0]} does not start:\n{said[-3000:]}")
        time.sleep(0.1)


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def _said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
