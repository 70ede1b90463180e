"""``tox run -e slurm``: installs Slurm where it is missing, and runs these tests in a process namespace of their own.

When pytest ends, in whatever way, the namespace ends with every process in it: daemons, jobs, workers and runs.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "sinfo", "squeue", "unshare")


def _install() -> None:
    """Install Debian's packages; their daemons do not start."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if not missing:
        return
    packages = ", ".join(_PACKAGES)
    if shutil.which("apt-get") is None:
        sys.exit(
            f"slurm: {', '.join(missing)} are missing, and there is no apt-get to install them; install {packages}"
        )
    # In runlevel 1 Debian's packages start no daemon as they are installed.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *_PACKAGES]):
        command = ["apt-get", "--quiet", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stdout + done.stderr)[-3000:]
            sys.exit(f"slurm: {packages} cannot be installed: {' '.join(command)} failed:\n{said}")


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("slurm: Slurm's daemons and a process namespace need root; run tox run -e slurm as root")
    _install()
    inside = [sys.executable, "-m", "pytest", str(Path(__file__).parent), *sys.argv[1:]]
    # The shell is the first process of the namespace: it takes note of orphans that end. Slurm would wait for them for ever.
    first = ["bash", "-c", '"$@"; exit $?', "bash"]
    os.execvp("unshare", ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child", *first, *inside])
