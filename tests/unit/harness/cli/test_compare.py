"""``qhb compare`` on folders with real runs, made in this process on a few images."""

import json
import re
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from harness.cli.main import qhb
from harness.data.load import load
from harness.errors import StoreError
from harness.plan.comparison import declared
from harness.plan.expand import expand
from harness.plan.last_plan import LastPlan, write_last_plan
from harness.plan.plan import parse
from harness.records.packed import pack
from harness.records.store import Store
from harness.spec import DataSpec
from harness.training.perform import perform

_PLAN = """
name = "p"
seeds = {seeds}
data = {{ n_images = 100, official_images = 50 }}
training = {{ epochs = 1 }}
[[runs]]
head = "linear"
[[runs]]
head = "cosine"
"""


def _made(root, seeds):
    """Make the runs of the plan and return their results folder."""
    plan = parse(_PLAN.format(seeds=seeds), where="p.toml")
    runs = expand(plan, facts=load(DataSpec()).facts)
    store = Store(root)
    with store.opened():
        for run in runs:
            store.write(perform(run, attempt=1, weights_of=store.weights_of))
    comparison = declared(plan.comparison, runs, at="2026-01-01T00:00:00Z")
    write_last_plan(root, LastPlan(name="p", command="qhb run", key=None, runs=runs, comparison=comparison))
    return root


@pytest.fixture(scope="module", autouse=True)
def _installed():
    """Runs as those of an installed package: of a checkout with changed files equal bits are not promised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.records.environment.git_commit", lambda: None)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two heads with seeds 0 to 4."""
    torch.set_num_threads(1)
    return _made(tmp_path_factory.mktemp("first") / "results", [0, 1, 2, 3, 4])


@pytest.fixture
def tampered(folder, tmp_path):
    """The same folder, with one other prediction in the record of one run, which is whole otherwise."""
    copy = tmp_path / "tampered"
    shutil.copytree(folder, copy)
    store = Store(copy)
    record = next(one for one in store.read().records if (one.spec.head, one.spec.seed) == ("linear", 3))
    evaluation = record.evaluation
    true, predicted = evaluation.true_classes(), evaluation.predicted().copy()
    predicted[5] = (predicted[5] + 1) % 10
    other = {"predictions": pack(predicted), "labels": pack(true, beside=predicted)}
    path = store.record_of(record.run_id, record.attempt)
    path.unlink()
    store.write(record.model_copy(update={"evaluation": evaluation.model_copy(update=other)}))
    return copy


def _run(*arguments):
    return CliRunner().invoke(qhb, ["compare", *map(str, arguments)], catch_exceptions=False, standalone_mode=False)


def test_runs_made_again_are_equal(folder, tmp_path):
    """The same seeds in another folder give the same bits, so everything agrees: exit code 0."""
    again = _made(tmp_path / "again", [0, 1, 2, 3, 4])
    done = _run(folder, again)

    assert done.return_value == 0
    assert "Runs in both: 10. Equal bit for bit: 10." in done.output
    assert done.output.count("equal runs") == 2
    assert "cosine against linear" in done.output
    assert done.output.splitlines()[-1] == "They agree."


def test_a_tampered_prediction_is_found(folder, tampered):
    """One prediction of one run is another one: it is named, and the exit code is 3."""
    done = _run(folder, tampered)

    assert done.return_value == 3
    assert "Runs in both: 10. Equal bit for bit: 9." in done.output
    assert re.search(
        r"Not equal, though versions, commit and processor are the same:\n  linear, seed 3: 1 of \d+ predictions differ\n",
        done.output,
    )
    assert done.output.splitlines()[-1] == "They do not agree: 1 run differs."


def test_other_seeds_are_compared_by_their_accuracies(folder, tmp_path):
    """No run is in both, but the configurations are; what only one folder has is listed."""
    done = _run(folder, _made(tmp_path / "other", [5, 6]))

    assert "Runs in both: 0. Equal bit for bit: 0." in done.output
    assert "Only in A:\n  linear, seeds 0, 1, 2, 3, 4\n  cosine, seeds 0, 1, 2, 3, 4\n" in done.output
    assert "Only in B:\n  linear, seeds 5, 6\n" in done.output
    (line,) = [line for line in done.output.splitlines() if line.startswith("linear ")]
    assert line.split()[-1] == "agree"
    assert done.return_value == 0


def test_what_cannot_be_tested_does_not_agree(folder, tmp_path):
    """One other seed is too few for a test, so nothing is known: exit code 3. A run that both have, with equal bits, is a test."""
    done = _run(folder, _made(tmp_path / "other", [5]))
    assert done.output.splitlines()[-1] == "No configuration that both have could be tested."
    assert done.return_value == 3

    done = _run(folder, _made(tmp_path / "one", [0]))
    assert done.output.splitlines()[-1] == "They agree."
    assert done.return_value == 0


def test_lines_fit_a_terminal(folder, tampered):
    """80 columns, apart from the names of the folders."""
    lines = _run(folder, tampered).output.splitlines()[2:]
    assert max(map(len, lines)) <= 80


def test_json_is_complete(folder, tampered):
    """Every run, configuration and comparison is in it; a number that does not exist is {"missing": reason}, as in qhb cost."""
    done = _run(folder, tampered, "--json")
    content = json.loads(done.output)

    assert done.return_value == 3
    assert content["agree"] is False
    assert [run["differing"] for run in content["runs"] if not run["equal"]] == [1]
    assert len(content["runs"]) == 10
    assert [one["finding"] for one in content["accuracies"]] == ["agree", "equal runs"]
    assert content["accuracies"][1]["p"] == {"missing": "all runs that both have are equal, bit for bit"}
    (verdict,) = content["verdicts"]
    assert verdict["finding"] == "same"
    assert np.isfinite(verdict["first"]["comparison"]["effect_pp"])


def test_folders_without_a_common_configuration_do_not_agree(folder, tmp_path):
    """There is nothing to say, which is no agreement."""
    empty = Store(tmp_path / "empty")
    with empty.opened():
        pass
    done = _run(folder, empty.root)
    assert done.return_value == 3
    assert done.output.splitlines()[-1] == "The folders have no configuration in common."


def test_what_cannot_be_read_is_an_error(folder, tampered, tmp_path):
    """A folder that is none, and one with a damaged record: both end in exit code 4."""
    with pytest.raises(StoreError, match="is not a results folder"):
        _run(folder, tmp_path / "nothing")
    damaged = next((tampered / "records").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-20])
    with pytest.raises(StoreError, match=f"record {damaged} is damaged") as error:
        _run(folder, tampered)
    assert error.value.exit_code == 4
