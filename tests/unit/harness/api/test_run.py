"""``harness.run``: equal to ``qhb run``, from any program, stopped in good order; wrong arguments are refused before any compute."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import harness
from harness.cli.main import qhb
from harness.errors import PlanError
from harness.plan.last_plan import read_last_plan
from harness.records.store import Store

_PLAN = """
name = "p"
seeds = [0, 1]
[data]
n_images = 200
official_images = 0
[training]
epochs = {epochs}
[[runs]]
head = "linear"
[[runs]]
head = "cosine"
"""
_SCRIPT = """
import harness

results = harness.run("plan.toml", results="results", jobs=2, checkpoint_s=0)
print("complete", results.complete)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a plan of four short runs in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text(_PLAN.format(epochs=1))
    return tmp_path


def _script(folder: Path) -> "subprocess.Popen[str]":
    """Start a script that has no ``if __name__ == "__main__"``, with Ctrl-C handled as Python does."""
    (folder / "script.py").write_text(_SCRIPT)
    return subprocess.Popen(
        [sys.executable, "script.py"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip


def test_the_command_goes_on_with_the_calls_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``harness.run`` makes the runs that ``qhb run`` would make; the command then makes none, and prints the same table."""
    results = harness.run("plan.toml", jobs=2)
    said = capsys.readouterr().out
    done = CliRunner().invoke(qhb, ["run", "plan.toml"], catch_exceptions=False, standalone_mode=False)

    assert results.complete
    assert results.folder == Path("results/runs/p")
    assert "plan p: 4 runs, 0 done already, 4 to make" in said
    assert "report: results/runs/p/report/index.html" in said
    assert "plan p: 4 runs, 4 done already, 0 to make" in done.output
    assert all(line in done.output for line in str(results).splitlines())
    assert [run.run_id for run in results.records] == [
        run.run_id for run in harness.load_results("results/runs/p").records
    ]
    assert list(results.frame()["label"]) == ["linear", "linear", "cosine", "cosine"]
    assert results.compare("cosine", "linear").verdict == "descriptive"
    assert (folder / "results/runs/p/report/index.html").exists()


@pytest.mark.parametrize("only", ["cosine", ["cosine"]])
def test_some_heads_alone_are_made(folder: Path, only: str | list[str]) -> None:
    """``only`` takes one label or several; the results are complete when these are made."""
    (folder / "plan.toml").write_text(_PLAN.format(epochs=1).replace("[0, 1]", "[0]"))
    results = harness.run("plan.toml", only=only, progress=False)

    assert results.labels == ["cosine"]
    assert results.complete


def test_nothing_is_said_if_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``progress=False`` standard output stays empty; a text is a plan too, and a thread may make its runs."""
    found = []
    text = _PLAN.format(epochs=1).replace("[0, 1]", "[3]")
    thread = threading.Thread(target=lambda: found.append(harness.run(text, results=folder / "r", progress=False)))
    thread.start()
    thread.join()

    assert found[0].complete
    assert capsys.readouterr().out == ""


def test_messages_tell_the_call_that_goes_on(folder: Path) -> None:
    """The results folder keeps the call, so that ``qhb status`` says how to go on from Python."""
    (folder / "plan.toml").write_text(
        _PLAN.format(epochs=1).replace('"cosine"', '"statevector"\ncircuit = "eq7"\nmax_steps = 1')
    )
    results = harness.run(harness.load_plan("plan.toml"), results="r", timeout_s=0.01, progress=False)

    assert {run.status for run in results.records} == {"timeout"}
    assert not results.complete
    assert read_last_plan(Path("r")).command == "harness.run('plan.toml', results='r')"
    Store(Path("r")).record_of(results.records[0].run_id, 1).unlink()
    done = CliRunner().invoke(qhb, ["status", "r"], catch_exceptions=False, standalone_mode=False)
    assert "to go on: harness.run('plan.toml', results='r')\n" in done.output


def test_a_script_needs_no_guard(folder: Path) -> None:
    """The processes of runs do not import the script that asks for them."""
    (folder / "plan.toml").write_text(_PLAN.format(epochs=1).replace("[0, 1]", "[0]"))
    process = _script(folder)
    said, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    assert said.splitlines()[-1] == "complete True"
    assert said.count("plan p: 2 runs") == 1


def test_ctrl_c_stops_in_good_order(folder: Path) -> None:
    """It raises KeyboardInterrupt, which says how to go on; no process stays; the same call goes on from the checkpoints."""
    (folder / "plan.toml").write_text(_PLAN.format(epochs=10_000))
    process, store = _script(folder), Store(folder / "results")
    while not list(store.root.glob("checkpoints/*/*.safetensors")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode not in (0, 1)
    assert (
        "KeyboardInterrupt: stopped; every run that ended is kept. To go on: harness.run('plan.toml', results='results')"
        in errors
    )
    assert not store.is_held
    assert list(store.root.glob("checkpoints/*/*.safetensors"))
    assert _pids_with(folder) == []


def _pids_with(folder: Path) -> list[int]:
    """Return the processes whose current folder this is."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if path.readlink() == folder and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"plan": 3}, "run: expected a plan, the path of one, or its text, got int; harness.load_plan makes a plan"),
        ({"jobs": 0}, "expected jobs to be a whole number from 1 on, or None for one a core, got 0"),
        ({"timeout_s": float("nan")}, "expected timeout_s to be more than 0 seconds, or None for no limit, got nan"),
        ({"checkpoint_s": -1}, "expected checkpoint_s to be 0 seconds or more, got -1"),
        ({"retry": "fail"}, "expected retry to be None or one of failed, timeout, all, got 'fail'; did you mean 'failed'?"),
        ({"jobs": 2, "dask": "tcp://a:1"}, "jobs = 2 is for runs on this machine, dask = 'tcp://a:1' for others; give one of them"),
        ({"dask": "local:2"}, "would start processes that import this program again; give the address of a scheduler, or jobs = N"),
        ({"fresh": True, "retry": "all"}, "--fresh makes every run again, --retry all some of them; give one of them"),
        ({"plan": "smoke"}, "there is no file smoke; for the preset of that name: load_plan(preset='smoke')"),
        ({"plan": "nowhere.toml"}, "nowhere.toml: the plan cannot be read: No such file"),
        ({"plan": 'name = "p"\nseed = 1'}, "plan:2: unknown key seed; did you mean 'seeds'?"),
    ],
)  # fmt: skip
def test_refusals(folder: Path, arguments: dict[str, object], message: str) -> None:
    """The message says what was expected and what came; no folder is made."""
    with pytest.raises(PlanError, match=re.escape(message)):
        harness.run(**{"plan": "plan.toml", **arguments})
    assert not (folder / "results").exists()


def test_a_plan_knows_its_folder(folder: Path) -> None:
    """A circuit's path begins in the folder of the plan's file, also when another folder is the current one."""
    (folder / "plans").mkdir()
    (folder / "plans" / "mine.toml").write_text('n_qubits = 1\ninputs = ["a"]\ngates = "rx(a) 0"\n')
    (folder / "plans" / "p.toml").write_text(
        'name = "p"\n[data]\nn_images = 200\n[[runs]]\nhead = "statevector"\ncircuit = "mine.toml"\nmax_steps = 1\n'
    )
    plan = harness.load_plan("plans/p.toml")

    assert plan.folder == Path("plans")
    assert harness.run(plan, results="r", progress=False).complete
    assert harness.load_plan(plan.file) == plan


@pytest.mark.parametrize("arguments", [{}, {"source": "plan.toml", "preset": "smoke"}])
def test_one_plan_is_loaded(arguments: dict[str, str]) -> None:
    """A source or a preset; the message lists the presets."""
    with pytest.raises(
        PlanError, match=r"expected a path or text, or preset = NAME, got (neither|both); presets: bench, "
    ):
        harness.load_plan(**arguments)


def test_a_preset_is_loaded() -> None:
    """By its name, as ``qhb run --preset`` does."""
    assert harness.load_plan(preset="smoke").name == "smoke"
    assert harness.load_plan(preset="smoke").file is None
