"""Results folders that may not be read: every command ends with exit code 4 and the folder's name, and overwrites nothing."""

import pytest
from faults.commands import answers
from stores import files_of, folder_of, record_of

from harness.records.store import Store

_PLAN = 'name = "p"\n[data]\nn_images = 50\nofficial_images = 0\n[training]\nepochs = 1\n[[runs]]\nhead = "linear"\n'
_COMMANDS = {
    "status": ("status", "r"),
    "export": ("export", "r"),
    "doctor": ("doctor", "r"),
    "doctor --sweep": ("doctor", "r", "--sweep"),
    "report": ("report", "r"),
    "show": ("show", "a", "--results", "r"),
    "merge into it": ("merge", "r", "other"),
    "merge from it": ("merge", "other", "r"),
    "run": ("run", "plan.toml", "--results", "r"),
}


@pytest.fixture
def store(tmp_path):
    """A results folder with runs, a table, a report and a quarantine, beside another one and a plan."""
    (tmp_path / "plan.toml").write_text(_PLAN)
    folder_of(tmp_path / "other", record_of("b"))
    found = folder_of(tmp_path / "r", record_of("a", weights_sha256="0" * 64), record_of("c", status="failed"))
    (found.root / "report").mkdir()
    (found.root / "report" / "index.html").write_text("good")
    (found.root / "runs.csv").write_text("good")
    return found


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("records", _COMMANDS),
        ("quarantine", _COMMANDS),
        (".", _COMMANDS),
        ("weights", ["doctor", "merge from it"]),
        ("checkpoints", ["doctor", "merge from it", "merge into it"]),
        ("logs", ["merge from it"]),
    ],
)
def test_an_unreadable_folder_is_an_error(tmp_path, store, name, asked):
    """In mode 000 it is never taken for an empty one."""
    folder = store.root / name
    before = {one: files_of(one) for one in (store, Store(tmp_path / "other"))}
    folder.chmod(0)
    try:
        found = answers([_COMMANDS[command] for command in asked], cwd=tmp_path, as_root=False)
    finally:
        folder.chmod(0o755)

    for command, (code, said) in zip(asked, found, strict=True):
        assert code == 4, (command, said)
        assert "Permission denied" in said, command
        assert ("r/" if name == "." else f"r/{name}") in said, (command, said)
    for one, files in before.items():
        assert files.items() <= files_of(one).items(), "a file was overwritten or deleted"


def test_one_of_several_results_folders_is_unreadable(tmp_path, store):
    """The command on all of them names it."""
    store.root.chmod(0)
    try:
        ((code, said),) = answers([("status", ".")], cwd=tmp_path, as_root=False)
    finally:
        store.root.chmod(0o755)

    assert (code, "r/records cannot be read: Permission denied" in said) == (4, True), said
