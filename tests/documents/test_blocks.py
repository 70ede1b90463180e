"""Every file, command and program that a document shows works, and prints what the document says."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documents.blocks import ROOT, SHOWN, Block, blocks, commands

from harness.data.load import load
from harness.plan.expand import expand
from harness.plan.plan import parse

_DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
_TIMEOUT_S = 600
_HOW = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE  # a line may break elsewhere
_NUMBER = re.compile(r"[-+]?\d[\d,.]*")


def _with_blocks() -> list[str]:
    return [document for document in _DOCUMENTS if any(block.language not in SHOWN for block in blocks(document))]


@pytest.mark.parametrize("document", _with_blocks())
def test_the_document_works(document: str, tmp_path: Path) -> None:
    """Its files are written, its commands run in order, and its program ends without an error."""
    environment = os.environ | {
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    program = ""
    for block in blocks(document):
        name = block.after("file")
        if block.after("not run") or block.is_generated:
            continue
        if name:
            _write(tmp_path, name, block.text)
        elif block.language == "console":
            _run(block, tmp_path, environment)
        elif block.language == "python":
            program += block.text
        else:
            assert block.language in SHOWN, f"{document}: say of this block whether it is run or a file: {block.text}"
    if program:
        ended = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
        )
        assert ended.returncode == 0, ended.stderr


def _write(folder: Path, name: str, text: str) -> None:
    """Write a file; "x.toml; beside: examples/head.py" also copies a file of the repository."""
    name, _, beside = name.partition("; beside: ")
    (folder / name).write_text(text, encoding="utf-8")
    if beside:
        shutil.copy(ROOT / beside, folder)


def _run(block: Block, folder: Path, environment: dict[str, str]) -> None:
    """Run the commands of a block, and compare what they print with the document."""
    for command in commands(block):
        ended = subprocess.run(
            shlex.split(command.line), cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S
        )
        assert ended.returncode == 0, f"{block.document}: {command.line}: {ended.stdout}{ended.stderr}"
        shown, printed = command.output, ended.stdout
        if block.after("numbers"):
            shown, printed = _NUMBER.sub("#", shown), _NUMBER.sub("#", printed)
        assert doctest.OutputChecker().check_output(shown, printed, _HOW), (
            f"{block.document}: {command.line} prints\n{ended.stdout}\nthe document shows\n{command.output}"
        )


@pytest.mark.parametrize("document", _with_blocks())
def test_the_plans_can_be_used(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every plan that a document shows is one, whether or not it is run."""
    monkeypatch.syspath_prepend(tmp_path)  # for heads in a file beside the plan
    shown = [block for block in blocks(document) if block.after("file") and "[[runs]]" in block.text]
    for block in blocks(document):
        if name := block.after("file"):
            _write(tmp_path, name, block.text)
    for block in shown:
        plan = parse(block.text, where=document)
        assert expand(plan, facts=load(plan.data).facts, folder=tmp_path)
