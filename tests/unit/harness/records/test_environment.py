"""Where a run happened."""

import importlib.metadata
import os
import platform
import subprocess
import sys

import pytest
import torch

from harness.records import environment as module
from harness.records.environment import environment, git_commit, n_cores, peak_rss_mib, versions


@pytest.fixture(autouse=True)
def _fresh():
    git_commit.cache_clear()
    yield
    git_commit.cache_clear()


def test_versions_are_of_what_is_installed():
    """Ours first, then the packages that results depend on, then those asked for; what is not installed is left out."""
    found = versions(also=("pytest", "click", "no-such-package", "torch"))

    assert list(found)[:2] == ["quantum-head-bench", "torch"]
    assert list(found)[-2:] == ["click", "pytest"]
    assert found == {name: importlib.metadata.version(name) for name in found}
    assert "no-such-package" not in found


def test_a_machine_is_described(monkeypatch):
    """Python, processor, cores, threads and load, of this process and machine."""
    monkeypatch.setattr(os, "getloadavg", lambda: (1.2345, 2.0, 3.0))
    found = environment("cpu")

    assert found.python == platform.python_version()
    assert found.cpu
    assert (found.n_cores, found.torch_threads) == (n_cores(), torch.get_num_threads())
    assert (found.load_average, found.torch_device) == (1.23, "cpu")


def test_a_gpu_is_named(monkeypatch):
    """A CUDA device stands in the record by the name of its model."""
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"model of {device}")

    assert environment("cuda:1").torch_device == "model of cuda:1"


def test_cores_are_those_that_the_process_may_use(monkeypatch):
    """Not the machine's, where a scheduler gives fewer; all of them where the system does not say."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7}, raising=False)
    assert n_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert n_cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert n_cores() == 1


def test_the_peak_is_this_processs_memory_in_mib():
    """A process that has touched 200 MiB has a peak of more, and of less than 200 MiB and what Python takes."""
    code = (
        "from harness.records.environment import peak_rss_mib; x = bytearray(200 * 2**20); del x; print(peak_rss_mib())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert 200 < float(done.stdout) < 500


@pytest.mark.parametrize(("system", "unit"), [("linux", 1024), ("darwin", 1024**2)])
def test_without_proc_the_system_is_asked(monkeypatch, system, unit):
    """Getrusage counts KiB on Linux and bytes on macOS."""
    monkeypatch.setattr(module.Path, "read_text", lambda path, encoding: "no such line")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(module.resource, "getrusage", lambda who: type("Usage", (), {"ru_maxrss": 50 * unit}))

    assert peak_rss_mib() == 50


@pytest.mark.parametrize(("changed", "expected"), [("", "abc"), (" M file", "abc-dirty")])
def test_a_checkout_is_named_by_its_commit(monkeypatch, changed, expected):
    """With a mark if files differ from it."""
    root = str(module.Path(module.__file__).resolve().parents[2])
    answers = {
        "rev-parse --show-toplevel": root,
        "status --porcelain --untracked-files=no": changed,
        "rev-parse HEAD": "abc",
    }
    monkeypatch.setattr(module, "_git", lambda *arguments: answers[" ".join(arguments)])

    assert git_commit() == expected


@pytest.mark.parametrize(
    "error", [FileNotFoundError("git"), subprocess.CalledProcessError(128, "git"), subprocess.TimeoutExpired("git", 10)]
)
def test_without_git_there_is_no_commit(monkeypatch, error):
    """Not installed, no checkout, or too slow: the record has none."""

    def fail(*arguments):
        raise error

    monkeypatch.setattr(module, "_git", fail)

    assert git_commit() is None


def test_somebody_elses_checkout_is_not_ours(monkeypatch):
    """An environment inside of a user's repository: its commit says nothing of our code."""
    monkeypatch.setattr(module, "_git", lambda *arguments: "/somewhere")

    assert git_commit() is None


def test_a_processor_without_a_name_is_its_architecture(monkeypatch):
    """/proc/cpuinfo names the model, or none as on Arm, or is missing as on macOS."""
    read_text, content = module.Path.read_text, "model name\t: A: B\nmodel name\t: C\n"

    def read(path, *args, **options):
        if str(path) != "/proc/cpuinfo":
            return read_text(path, *args, **options)
        if content is None:
            raise FileNotFoundError(path)
        return content

    monkeypatch.setattr(module.Path, "read_text", read)
    assert environment("cpu").cpu == "A: B"
    content = "processor : 0\n"
    assert environment("cpu").cpu == platform.machine()
    content = None
    monkeypatch.setattr(platform, "processor", lambda: "mine")
    assert environment("cpu").cpu == "mine"
    monkeypatch.setattr(platform, "processor", lambda: "")
    assert environment("cpu").cpu == platform.machine()
