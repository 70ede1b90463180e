"""A user's folder called ``backends`` or ``baselines`` hides our package: importing says so and names the folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = str(Path(__file__).parents[3])


def _python(statement: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a statement in a folder, as ``python -c`` does, with our packages as if they were installed."""
    # Appended like site-packages, which Python searches after the current folder.
    code = f"import sys; sys.path.append({_ROOT!r}); {statement}"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=folder, env=clean | environment, capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.parametrize("name", ["backends", "baselines"])
@pytest.mark.parametrize("as_module", [False, True], ids=["folder", "module"])
def test_a_hidden_package_is_named_with_the_remedy(tmp_path: Path, name: str, as_module: bool) -> None:
    """The message says which package, where ours is, what hides it, and what to do."""
    theirs = tmp_path / f"{name}.py" if as_module else tmp_path / name
    (theirs if as_module else theirs / "__init__.py").parent.mkdir(exist_ok=True)
    (theirs if as_module else theirs / "__init__.py").write_text("raise RuntimeError('the decoy was imported')\n")
    done = _python("import harness", tmp_path)

    assert done.returncode == 1
    expected = (
        f"ImportError: harness: expected the package '{name}' of quantum-head-bench in {Path(_ROOT).resolve() / name}"
    )
    assert expected in done.stderr
    assert f"found another one in {theirs.resolve()}; " in done.stderr
    assert f"rename {theirs.name}, or start Python in another folder" in done.stderr
    assert "the decoy was imported" not in done.stderr


def test_pythonpath_hides_too(tmp_path: Path) -> None:
    """So does a folder on PYTHONPATH."""
    (tmp_path / "lib" / "backends").mkdir(parents=True)
    (tmp_path / "lib" / "backends" / "__init__.py").touch()
    done = _python("import harness", tmp_path, PYTHONPATH=str(tmp_path / "lib"))

    assert f"found another one in {(tmp_path / 'lib' / 'backends').resolve()}" in done.stderr


@pytest.mark.parametrize("name", ["backends", "results"])
def test_a_folder_without_init_hides_nothing(tmp_path: Path, name: str) -> None:
    """Python prefers a package to a folder without ``__init__.py``: the import works."""
    (tmp_path / name).mkdir()
    done = _python("import harness; print('imported')", tmp_path)

    assert done.stdout == "imported\n", done.stderr


def test_nothing_but_the_search_is_paid_for(tmp_path: Path) -> None:
    """The check imports neither package."""
    done = _python("import harness; print(sorted({'backends', 'baselines', 'torch'} & set(sys.modules)))", tmp_path)

    assert done.stdout == "[]\n", done.stderr
