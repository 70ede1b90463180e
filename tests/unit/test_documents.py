"""The documents are true: every path, name and command in them exists, and the examples work."""

import ast
import dataclasses
import functools
import importlib
import importlib.util
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_facts import mnist_facts

import harness
from backends.analysis.dead_angles import ideal_proofs
from backends.circuits.catalogue import CIRCUITS
from backends.circuits.circuit import GATES
from backends.circuits.files import read_circuit
from backends.registry import HEADS
from baselines import BASELINES
from docs.figures import between_marks
from harness.cli.main import qhb
from harness.features.extractor import feature_extractor, n_features_of
from harness.plan.expand import expand
from harness.plan.plan import parse
from harness.spec import ModelSpec

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("backends", "baselines", "harness")
_DOCUMENTS = (
    *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"),
    *(
        f"docs/{name}.md"
        for name in (
            *(
                "cost",
                "data",
                "export",
                "gallery",
                "mutants",
                "network",
                "performance",
                "python",
                "reliability",
                "reproduction",
                "scale-out",
                "statistics",
                "trainability",
            ),
        )
    ),
    *(
        str(path.relative_to(_ROOT))
        for folder in ("how-to", "explanation")
        for path in sorted((_ROOT / "docs" / folder).glob("*.md"))
    ),
    *("docs/index.md", "docs/tutorial.md"),
    *("examples/plugin_head/README.md", "harness/data/embedded/README.md"),
)
_FOR_DEVELOPERS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_SUFFIXES = (".py", ".toml", ".ini", ".txt", ".md", ".json")
_MADE_WHEN_USED = ("RESULTS", "results/runs", "results/asv/local", ".asv", "quarantine")
_NOT_OURS = {
    "layer.toml",
    "mine.npz",
    "worth-it.toml",
    ".anew.json",
    ".merged.json",
    "cluster.py",
    "my-plan.toml",
    "mine.toml",
    "tests/unit/...",
}


def _text(document: str) -> str:
    return (_ROOT / document).read_text(encoding="utf-8")


def _blocks(document: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [content for found, content in _FENCED.findall(_text(document)) if found == language]


def _spans(document: str) -> list[str]:
    """Return what a document sets in backticks, fenced blocks left out."""
    return re.findall(r"`([^`\n]+)`", _FENCED.sub("", _text(document)))


def _paths(document: str) -> Iterator[str]:
    """Return what reads like a path of this repository: in backticks, in links, and in the names of a diagram."""
    for span in _spans(document):
        if _PATH.fullmatch(span) and ("/" in span or span.endswith(_SUFFIXES)):
            yield span
    for block in _blocks(document, "mermaid"):
        yield from re.findall(rf"\b(?:{'|'.join(_PACKAGES)})/[\w./]*", block)
    folder = (_ROOT / document).parent
    for target in re.findall(r"\]\(([^)#]+)", _text(document)):
        if "://" not in target:
            yield str((folder / target).resolve().relative_to(_ROOT))


@functools.cache
def _names() -> frozenset[str]:
    """Return the names that the packages define: modules, classes, functions, methods, fields and constants."""
    found = set()
    for path in itertools.chain.from_iterable((_ROOT / package).rglob("*.py") for package in _PACKAGES):
        found.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
            if isinstance(node, ast.arg):
                found.add(node.arg)
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return frozenset(found)


@pytest.mark.parametrize("document", _DOCUMENTS)
def test_paths_exist(document: str) -> None:
    """Every path that a document names is a file or a folder of this repository; a bare file name is one of some file."""
    for path in {*_paths(document)} - _NOT_OURS:
        if not path.startswith(_MADE_WHEN_USED):
            pattern = path.rstrip("/") if "/" in path else f"**/{path}"
            found = (_ROOT / path).exists() or any(not {".tox", ".venv"} & {*p.parts} for p in _ROOT.glob(pattern))
            assert found, f"{document} names {path}, which does not exist"


@pytest.mark.parametrize("document", _DOCUMENTS)
def test_dotted_names_exist(document: str) -> None:
    """Every dotted name of our packages can be imported."""
    for name in re.findall(rf"\b(?:{'|'.join(_PACKAGES)})\.[a-z]\w*(?:\.\w+)*", "\n".join(_spans(document))):
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute) or importlib.util.find_spec(name), name


@pytest.mark.parametrize("document", _FOR_DEVELOPERS)
def test_names_exist(document: str) -> None:
    """Every class, function and setting that a document for developers names is one of the packages'."""
    known = {*_names(), *GATES, *HEADS, *BASELINES, *CIRCUITS, "torch"}
    for span in _spans(document):
        name = span.removesuffix("()").removeprefix("self.")
        if re.fullmatch(r"_?[A-Za-z]\w*(\.\w+)?", name) and not name.endswith(_SUFFIXES) and not name.isupper():
            assert name in known, f"{document} names {span}, which the packages do not define"


@pytest.mark.parametrize("document", _DOCUMENTS)
def test_commands_exist(document: str) -> None:
    """Every tox environment, make target and qhb command is there."""
    text = _text(document)
    environments = set(re.findall(r"^\[testenv:(\w+)\]", _text("tox.ini"), re.MULTILINE)) | {"py"}
    targets = set(re.findall(r"^(\w+):", _text("Makefile"), re.MULTILINE))
    code = "\n".join([*_spans(document), *(content for _, content in _FENCED.findall(text))])

    assert set(re.findall(r"\btox (?:run )?-e (\w+)", text)) <= environments
    assert set(re.findall(r"^make (\w+)", code, re.MULTILINE)) <= targets
    assert set(re.findall(r"^(?:nohup )?qhb ([a-z]\w*)", code, re.MULTILINE)) <= set(qhb.list_commands(None))  # type: ignore[arg-type]


def test_every_folder_is_explained() -> None:
    """The list of folders in the README names each folder with code, and the map of ARCHITECTURE.md each of the packages."""
    subfolders = {
        str(path.parent.relative_to(_ROOT))
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("__init__.py")
        if path.parent.name not in _PACKAGES
    }
    tops = {*_PACKAGES, "benchmarks", "docs", "examples", "results", "tests"}

    assert {path.rstrip("/") for path in _paths("README.md")} >= {*tops, *subfolders}
    assert {path.rstrip("/") for path in _paths("ARCHITECTURE.md")} >= subfolders


def test_gates_are_listed() -> None:
    """CONTRIBUTING.md lists exactly the gates of GATES, by number of qubits and parameters."""
    shapes = sorted({(kind.n_qubits, kind.n_params) for kind in GATES.values()})
    lines = ["| qubits | parameters | gates |", "|---:|---:|---|"]
    for shape in shapes:
        names = [f"`{name}`" for name, kind in GATES.items() if (kind.n_qubits, kind.n_params) == shape]
        lines.append(f"| {shape[0]} | {shape[1]} | {' '.join(names)} |")
    text = _text("CONTRIBUTING.md")

    assert between_marks(text, "gates", "\n".join(lines) + "\n") == text


def test_the_head_of_contributing_is_the_example() -> None:
    """The head in 20 lines is examples/plugin_head, which tests/e2e/test_outside_heads.py checks and runs."""
    (shown,) = _blocks("CONTRIBUTING.md", "python")

    assert shown == (_ROOT / "examples" / "plugin_head" / "plugin_head.py").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    """The example for your own model runs as it is shown, and prints a tally of 320 forward and 2,560 shifted evaluations."""
    _, code = _blocks("README.md", "python")
    bootstrap = f"import sys; sys.path[:] = {sys.path!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", bootstrap + code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert re.search(r"requested=320, .*shots=320000\b.*requested=2560, .*shots=2560000\b", done.stdout), done.stdout


@pytest.mark.parametrize("document", ["README.md", "docs/python.md"])
def test_calls_from_python_exist(document: str) -> None:
    """Every ``harness.NAME`` and ``results.NAME`` is public, and the first block of Python is valid."""
    code, *_ = _blocks(document, "python")
    text = "\n".join([code, *_spans(document)])
    compile(code, document, "exec")

    names = re.findall(r"\bharness\.([A-Za-z_]\w*)\b(?!/|\.\w)", text)
    assert {"run"} <= set(names)
    assert set(names) - {"statistics"} <= set(harness.__all__)
    for name in re.findall(r"\bresults\.([a-z_]\w*)", text):
        assert hasattr(harness.StudyResults, name) or name in {
            field.name for field in dataclasses.fields(harness.StudyResults)
        }


def test_the_heads_that_the_readme_compares_are_in_its_plan() -> None:
    """The labels in the call of ``compare`` are those of the plan."""
    plan, _ = _blocks("README.md", "toml")
    labels = {run.label for run in expand(parse(plan, where="README.md"), facts=mnist_facts())}

    (pair,) = re.findall(r'results\.compare\("([^"]*)", "([^"]*)"\)', _blocks("README.md", "python")[0])
    assert set(pair) <= labels


def test_the_plan_of_the_readme_has_the_runs_that_it_says() -> None:
    """It can be read, and has three heads on two seeds."""
    plan, _ = _blocks("README.md", "toml")

    assert len(expand(parse(plan, where="README.md"), facts=mnist_facts())) == 3 * 2


def test_every_angle_of_the_circuit_of_the_readme_matters(tmp_path: Path) -> None:
    """It has two inputs and a weight, as its comments say, and its output depends on each."""
    _, text = _blocks("README.md", "toml")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    circuit = read_circuit(path)

    assert (circuit.n_inputs, circuit.n_weights, circuit.n_outputs) == (2, 1, 1)
    assert ideal_proofs(circuit) == {}


def test_the_plan_of_the_network_page_has_the_runs_that_it_says() -> None:
    """Three heads on five seeds: a circuit in the middle of the network, the same frozen, and tanh in its place."""
    (plan,) = _blocks("docs/network.md", "toml")
    runs = expand(parse(plan, where="docs/network.md"), facts=mnist_facts())

    assert len(runs) == 3 * 5
    assert {run.spec.model.readout for run in runs} == {"linear"}


def test_the_extractor_of_the_network_page_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made for a shape and given zeros, it returns eight features."""
    (code,) = _blocks("docs/network.md", "python")
    (tmp_path / "extractor_of_the_page.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    model = ModelSpec(features="extractor_of_the_page:Means")

    assert n_features_of(model, feature_extractor(model, (3, 20, 20)), (3, 20, 20)) == 8
