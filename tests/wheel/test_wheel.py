"""The wheel as a user gets it: what is in it, and that it works beside folders with the names of our packages.

``tox run -e wheel`` builds the sdist, the wheel from it, and installs that into an environment without the sources.
"""

import email
import importlib.metadata
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("backends", "baselines", "harness")
_PLAN = """
name = "tiny"
[data]
n_images = 100
official_images = 0
[training]
epochs = 1
[[runs]]
head = "linear"
[[runs]]
head = "statevector"
circuit = "eq7"
shots = 100
execution = "table"
"""


@pytest.fixture(scope="module")
def wheel():
    """The wheel that tox built and installed."""
    with zipfile.ZipFile(os.environ["TOX_PACKAGE"]) as archive:
        yield archive


@pytest.fixture
def folder(tmp_path):
    """A user's folder in which importing one of our names by mistake raises."""
    for name in (*_PACKAGES, "results"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise RuntimeError('the decoy {name} was imported')\n")
    (tmp_path / "plan.toml").write_text(_PLAN)
    return tmp_path


def _run(*command, folder):
    """Run a command of the environment in a folder, as a user does: nothing on PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        cwd=folder,
        env=environment | {"QHB_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_of_the_packages_is_in_it(wheel):
    """Code, presets, embedded images, templates and py.typed: all that lies in the packages, and no other package."""
    expected = {
        str(path.relative_to(_ROOT))
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    found = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert {f"{package}/py.typed" for package in _PACKAGES} <= expected
    assert found == expected


def test_metadata(wheel):
    """Name, author, licence, system and Python versions stand in it."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))

    assert metadata["Name"] == "quantum-head-bench"
    assert metadata["Author"] == "quantum-head-bench developers"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert {"Operating System :: POSIX", "Typing :: Typed"} <= set(metadata.get_all("Classifier"))
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())


def test_the_installed_packages_are_the_wheels():
    """What these tests run is not this checkout."""
    for package in _PACKAGES:
        assert importlib.metadata.packages_distributions()[package] == ["quantum-head-bench"]
        done = _run("python", "-I", "-c", f"import {package}; print({package}.__file__)", folder=_ROOT)
        assert Path(done.stdout.strip()).is_relative_to(sys.prefix), done.stdout + done.stderr


def test_qhb_beside_decoys(folder):
    """``qhb list``, a plan and its report work in a folder that holds other packages of our names."""
    listed = _run("qhb", "list", "--json", folder=folder)
    assert listed.returncode == 0, listed.stderr
    assert {"smoke", "bench"} <= {preset["name"] for preset in json.loads(listed.stdout)["presets"]}

    made = _run("qhb", "run", "plan.toml", folder=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    results = folder / "results" / "runs" / "tiny"
    assert len(list((results / "records").glob("*.json"))) == 2
    page = (results / "report" / "index.html").read_text(encoding="utf-8")
    assert "linear" in page
    assert "statevector" in page


def test_a_hidden_package_is_named(tmp_path):
    """Python finds the user's folder first: importing says which one hides ours."""
    (tmp_path / "backends").mkdir()
    (tmp_path / "backends" / "__init__.py").touch()
    done = _run("python", "-c", "import harness", folder=tmp_path)

    assert done.returncode == 1
    assert f"found another one in {(tmp_path / 'backends').resolve()}; " in done.stderr
