"""``qhb run --preset`` with the name of a folder of presets."""

import pytest
from click.testing import CliRunner

from harness.cli.main import qhb
from harness.errors import PlanError
from harness.plan import plan
from harness.plan.plan import load_preset, presets, presets_in

_PLAN = """name = "{name}"
[data]
n_images = 50
official_images = 0
[training]
epochs = 1
[[runs]]
head = "linear"
[[runs]]
head = "cosine"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two presets in a folder of the name "mine"."""
    files = {}
    for name in "ab":
        files[f"mine/{name}"] = tmp_path / f"{name}.toml"
        files[f"mine/{name}"].write_text(_PLAN.format(name=name))
    monkeypatch.setattr(plan, "_preset_files", lambda: files)
    monkeypatch.chdir(tmp_path)
    return files


def test_each_preset_has_its_own_results_folder_and_a_line_at_the_end(folder, tmp_path):
    """results/runs/FOLDER/NAME; the last lines say how many runs are ok and what was found."""
    done = CliRunner().invoke(qhb, ["run", "--preset", "mine"], standalone_mode=False)
    lines = done.output.splitlines()

    assert done.return_value == 0, done.output
    assert "mine/a (1 of 2)" in lines
    assert "mine/b (2 of 2)" in lines
    assert [line.partition(" ")[0] for line in lines[-2:]] == ["a:", "b:"]
    assert all("2 of 2 runs ok. cosine against linear: " in line for line in lines[-2:])
    for name in "ab":
        records = list((tmp_path / "results" / "runs" / "mine" / name / "records").iterdir())
        assert len(records) == 2
    again = CliRunner().invoke(qhb, ["run", "--preset", "mine"], standalone_mode=False)
    assert again.output.count("2 done already, 0 to make") == 2


def test_the_exit_code_is_that_of_the_worst(folder, tmp_path):
    """A preset that is not ok does not keep the next one from being run, and is not forgotten."""
    folder["mine/a"].write_text(_PLAN.format(name="a") + "training = { learning_rate = 1e38 }\n")
    done = CliRunner().invoke(
        qhb, ["run", "--preset", "mine", "--results", str(tmp_path / "other")], standalone_mode=False
    )

    assert done.return_value == 3, done.output
    assert done.output.splitlines()[-2].startswith("a: 1 of 2 runs ok.")
    assert done.output.splitlines()[-1].startswith("b: 2 of 2 runs ok.")
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["a", "b"]


def test_a_folder_is_no_preset():
    """Every other command takes one plan, and is told the names in the folder."""
    with pytest.raises(
        PlanError, match="'gallery' is a folder of presets, which qhb run runs in turn; name one: gallery/"
    ):
        load_preset("gallery")
    assert presets_in("gallery")
    assert set(presets_in("gallery")) < {preset.name for preset in presets()}
    assert presets_in("smoke") == presets_in("") == []
