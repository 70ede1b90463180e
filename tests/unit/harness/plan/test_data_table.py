"""The [data] table of a plan: what it leaves open is filled in from the data set, and runs with other data are not compared."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from data_facts import mnist_facts

from harness.data.load import load
from harness.errors import PlanError
from harness.plan.comparison import declared
from harness.plan.expand import expand
from harness.plan.plan import data_root_of, load_preset, parse
from harness.spec import DataSpec, RunSpec


def _runs(data, entries='[[runs]]\nhead = "linear"', *, root=None, comparison=""):
    network = '[model]\nfeatures = "mlp"' if "name =" in data or "path =" in data else ""
    plan = parse(f'name = "p"\n[data]\n{data}\n{network}\n{comparison}\n{entries}', where="p.toml")
    return plan, expand(plan, facts=load(plan.data, data_root=root).facts)


def _save(path, n=40, **changes):
    arrays = {"vectors": np.arange(3.0 * n).reshape(n, 3), "labels": np.arange(n) % 2}
    np.savez(path, **arrays | changes)


def test_what_a_table_leaves_open_is_filled_in(tmp_path):
    """All images where there are fewer than 5,000, all test images where there are fewer than 10,000, and the checksum."""
    _save(tmp_path / "mine.npz")
    _, (own,) = _runs('path = "mine.npz"', root=tmp_path)
    _, (drawn,) = _runs('name = "parity"\noptions = { n_samples = 6000, n_test = 7 }')
    _, (mnist,) = _runs("")

    assert (own.spec.data.name, own.spec.data.path) == ("mine", "mine.npz")
    assert (own.spec.data.n_images, own.spec.data.official_images, own.spec.data.stratified) == (40, 0, True)
    assert len(own.spec.data.sha256) == 64
    assert (drawn.spec.data.n_images, drawn.spec.data.official_images) == (5000, 7)
    assert drawn.spec.data.options == {"n_samples": 6000, "n_test": 7, "seed": 0, "n_features": 4}
    assert mnist.spec.data == DataSpec()


def test_a_file_counts_by_its_content(tmp_path):
    """Another name or path is the same run; another content is another."""
    for name in ("mine", "moved"):
        _save(tmp_path / f"{name}.npz")
    _save(tmp_path / "other.npz", labels=np.arange(40) // 20)
    ids = [
        _runs(data, root=tmp_path)[1][0].run_id
        for data in ('path = "mine.npz"', 'path = "moved.npz"', 'path = "mine.npz"\nname = "x"', 'path = "other.npz"')
    ]

    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_options_count(tmp_path):
    """A generator's options are part of what was asked, defaults filled in."""
    ids = [
        _runs(f'name = "parity"\noptions = {options}')[1][0].run_id
        for options in ("{}", "{ n_features = 4 }", "{ n_features = 5 }", "{ seed = 1 }")
    ]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_spec_of_a_file_survives_the_record(tmp_path):
    """JSON and back, as in a record and in the order of a run."""
    _save(tmp_path / "mine.npz")
    _, (run,) = _runs('path = "mine.npz"', root=tmp_path)

    assert RunSpec.model_validate_json(run.spec.model_dump_json()) == run.spec
    assert json.loads(run.spec.model_dump_json())["data"]["path"] == "mine.npz"


def test_a_relative_path_begins_at_the_plans_folder_unless_another_is_given(tmp_path):
    own, mnist = (
        parse(f'name = "p"\n{data}\n[[runs]]\nhead = "linear"', where="p") for data in ('[data]\npath = "m.npz"', "")
    )
    file, given = tmp_path / "p.toml", Path("data")

    assert (data_root_of(own, file, None), data_root_of(own, file, given)) == (tmp_path, given)
    assert (data_root_of(mnist, file, None), data_root_of(mnist, file, given)) == (None, given)
    assert data_root_of(own, None, None) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            'name = "parity"\noptions = { n_samples = 100 }\nn_images = 101',
            "'parity' has 100 training images, n_images = 101",
        ),
        ('name = "digits"\ntest = "official"', "'digits' has no test images of its own, data.test = 'official'"),
        ('name = "digits"\nofficial_images = 5', "'digits' has 0 test images, official_images = 5 were asked for"),
        ("n_images = 9", r"p.toml:3: data.n_images: .*greater than or equal to 10, got 9"),
    ],
)
def test_images_that_are_not_there_are_refused_before_any_run(data, message):
    with pytest.raises(PlanError, match=message):
        _runs(data)


@pytest.mark.parametrize("key", ['name = "mnist"', 'path = "x.npz"', "options = { a = 1 }", 'sha256 = "0"'])
def test_a_plan_has_one_data_set(key):
    with pytest.raises(PlanError, match=f"data.{key.split()[0]}: all runs of a plan use one data set"):
        _runs("", f'[[runs]]\nhead = "linear"\ndata = {{ {key} }}')


_ENTRIES = """
[[runs]]
label = "a"
head = "linear"
[[runs]]
label = "b"
head = "cosine"
data = {{ {changes} }}
"""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("n_images = 100", "n_images 100 and 5000"),
        ("stratified = true", "stratified True and False"),
        ('test = "official"', "test 'official' and 'split'"),
        ('labels = "shuffled"', "labels 'shuffled' and 'true'"),
        ("official_images = 0\nsplit_seed = 1".replace("\n", ", "), "split_seed 1 and 0, official_images 0 and 10000"),
        ("official_images = 20", "official_images 20 and 10000"),
    ],
)
def test_runs_on_different_data_are_not_compared(changes, message):
    """A pair that a plan declares is refused; nothing is compared with a control on other data."""
    entries = _ENTRIES.format(changes=changes)
    plan, runs = _runs("", entries, comparison='[comparison]\nalso = [["b", "a"]]')
    with pytest.raises(
        PlanError, match=f"also: 'b' and 'a' have different data: {message}; compare entries that train on"
    ):
        declared(plan.comparison, runs, at="")
    for comparison in ("", '[comparison]\ncontrol = "a"'):
        plan, runs = _runs("", entries, comparison=comparison)
        assert declared(plan.comparison, runs, at="").pairs == []


@pytest.mark.parametrize("changes", ["split_seed = 1", 'pixel_scaling = "standard"'])
def test_settings_that_keep_the_official_test_images_are_compared(changes):
    """Other training images of the same number, or other scaling, are settings whose effect a sweep shows."""
    plan, runs = _runs("", _ENTRIES.format(changes=changes))

    assert [(pair.ours, pair.theirs) for pair in declared(plan.comparison, runs, at="").pairs] == [("b", "a")]


def test_the_learning_curve_compares_equal_data():
    """Each number of images has its own linear control; all run on the official test images with about 2,500 steps."""
    plan = load_preset("learning-curve")
    runs = expand(plan, facts=mnist_facts())
    pairs = declared(plan.comparison, runs, at="").pairs
    specs = {run.label: run.spec for run in runs}
    sizes = ("50", "150", "500", "1500", "all")

    assert {(pair.ours, pair.theirs) for pair in pairs} == {
        (f"{ours}, {size} images", f"{theirs}, {size} images")
        for size in sizes
        for ours, theirs in (("cosine", "linear"), ("eq7", "linear"), ("eq7", "cosine"))
    }
    assert all(len(pair.seeds) >= 5 for pair in pairs)
    assert {spec.data.n_images for spec in specs.values()} == {50, 150, 500, 1500, 5000}
    for spec in specs.values():
        assert (spec.data.test, spec.data.stratified) == ("official", True)
        training = spec.data.n_images - spec.data.n_images // 5
        assert abs(spec.training.epochs * -(-training // spec.training.batch_size) - 2500) <= 20


def test_no_division_of_the_learning_curve_lacks_a_class():
    """Each of its seeds has an image of each class to train with, also of 50 images."""
    from harness.data.division import check_divisions

    plan = load_preset("learning-curve")
    dataset = load(plan.data)
    check_divisions(dataset, [run.spec for run in expand(plan, facts=dataset.facts)])


def test_documented_plans_are_plans():
    """Each TOML block of docs/data.md is a plan's [data], or a whole plan."""
    text = (Path(__file__).parents[4] / "docs" / "data.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(blocks) >= 3
    for block in blocks:
        content = tomllib.loads(block)
        runs = "" if "runs" in content else '\n[[runs]]\nhead = "linear"\n'
        name = "" if "name" in content else 'name = "p"\n'
        parse(name + block + runs, where="docs/data.md")
