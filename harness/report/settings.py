"""How the runs were made: the points that the paper leaves open, each head's configuration, the machine, every run."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from backends.circuits.circuit import Circuit
from backends.circuits.oracle import probabilities
from backends.errors import HeadError
from harness.records.record import RunRecord
from harness.report.circuit_drawing import circuit_figure, circuit_from
from harness.report.groups import Results
from harness.report.layout import Cell, Table, plain_table
from harness.report.svg import Drawing
from harness.spec import RunSpec
from harness.text import Missing, clean, counted, listed, share, short

_LINE = 118
_MAX_QUBITS = 8  # of the oracle's check below: beyond, it takes seconds
_OPEN_POINTS: tuple[tuple[str, str, Callable[[RunSpec], Any]], ...] = (
    ("which images", "5,000 of MNIST", lambda spec: f"the first {spec.data.n_images:,} of {spec.data.name}'s training file"),
    ("test images", "a fifth of the 5,000", lambda spec: f"{spec.data.test}, split seed {spec.data.split_seed}, the same for all seeds"),
    ("pixel scaling", "not said", lambda spec: spec.data.pixel_scaling),
    ("batch size", "not said", lambda spec: spec.training.batch_size),
    ("padding", "not said", lambda spec: spec.model.padding),
    ("pooling kernel", "stride 2; kernel not said", lambda spec: spec.model.pool_kernel),
    ("dropout rate", "2-D dropout; rate not said", lambda spec: spec.model.dropout),
    ("weight initialisation", "not said", lambda spec: spec.model.initialization),
    ("logit scale", "not said", lambda spec: f"{spec.model.logit_scale:g} × p(0) into cross-entropy"),
    ("shift rule", "Eq. (9), without the factor 1/2", lambda spec: spec.training.shift_rule),
    ("shifts of dead angles", "all evaluated", lambda spec: "left out" if spec.training.skip_dead_angles else "evaluated"),
    ("torch device", "not said", lambda spec: spec.training.torch_device),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class HeadSettings:
    """A label's configuration and provenance, as JSON text."""

    label: str
    facts: str
    configuration: str
    provenance: str


def open_points(results: Results) -> Table:
    """Return each point that the paper leaves open with the value used here."""
    rows = []
    for name, published, value in _OPEN_POINTS:
        users: dict[str, list[str]] = {}
        for group in results.groups:
            users.setdefault(clean(value(group.first.spec)), []).append(group.label)
        values = list(users)
        if len(values) > 1:
            values = [f"{text} ({_users(labels)})" for text, labels in users.items()]
        rows.append([name, published, "; ".join(values) or Missing("no runs"), "ours"])
    caption = (
        "What the paper leaves open, and what was taken for it. Every value in this table is ours, not the paper's."
    )
    return plain_table("settings", caption, ["Setting", "The paper", "Here", "Whose"], rows)


def head_settings(results: Results) -> list[HeadSettings]:
    """Return the full configuration of each label and what its backend was set up as."""
    found = []
    for group in results.groups:
        config = group.first.spec.model_dump(mode="json")
        config["seed"] = [run.spec.seed for run in group.runs]
        config["weights_from"] = [run.spec.weights_from for run in group.runs] if config["weights_from"] else None
        head = next((run.head for run in group.runs if run.head), None)
        facts = "the head was never built" if head is None else (
            f"{head.summary}; gradient by {head.gradient}; {counted(head.n_parameters, 'trainable parameter')}"
            + (f", {head.n_head_parameters:,} of them in the head" if head.n_head_parameters else "")
        )  # fmt: skip
        provenance = _json(head.provenance) if head and head.provenance else ""
        found.append(HeadSettings(group.label, clean(facts), _json(config), provenance))
    return found


def circuit_figures(results: Results) -> list[Drawing | str]:
    """Return a drawing of each circuit with its source, or a sentence where one cannot be drawn."""
    users: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for group in results.groups:
        data = next((run.head.circuit for run in group.runs if run.head and run.head.circuit), None)
        if data is not None:
            users.setdefault(json.dumps(data, sort_keys=True), (data, []))[1].append(group.label)
    found: list[Drawing | str] = []
    for number, (data, labels) in enumerate(users.values(), 1):
        name = clean(data.get("name", "without a name"))
        try:
            circuit = circuit_from(data)
        except (HeadError, KeyError, TypeError, ValueError, AttributeError) as error:
            found.append(f"Circuit {name} cannot be drawn: {clean(error)}.")
            continue
        circuit = dataclasses.replace(circuit, name=name, source=clean(circuit.source))
        text = f"{name}: {circuit.n_qubits} qubits, {counted(circuit.n_angles, 'angle')}. {angles_in_words(circuit)}"
        text += f" Source: {circuit.source or 'not given'}. Used by {listed(labels)}."
        drawn = circuit_figure(circuit, name=f"circuit-{number}", caption=text)
        found.append(drawn or f"{text} Too large to be drawn.")
    return found


def angles_in_words(circuit: Circuit) -> str:
    """Say which angles move no output: each is changed at 16 random points of the NumPy oracle."""
    if circuit.n_qubits > _MAX_QUBITS or not circuit.n_angles:
        return ""
    stream = np.random.default_rng(0)
    points = stream.uniform(-np.pi, np.pi, (16, circuit.n_angles))
    before = probabilities(circuit, points)
    dead = []
    for index in range(circuit.n_angles):
        moved = points.copy()
        moved[:, index] += stream.uniform(0.5, 2.5, len(points))
        if np.abs(probabilities(circuit, moved) - before).max() < 1e-12:
            dead.append(f"φ{index + 1}")
    if not dead:
        return "Every angle moves the output."
    return f"{listed(dead)} never move{'s' if len(dead) == 1 else ''} the output (checked at 16 random points)."


def runs_table(results: Results) -> Table:
    """Return every run, whatever its status, and earlier attempts."""
    rows = []
    for run in (*results.runs, *results.earlier):
        scored = run.evaluation
        rows.append(
            [
                results.label_of[run.run_id],
                Cell(str(run.spec.seed)),
                Cell(run.status, f"attempt {run.attempt}" if run.attempt > 1 else "", number=False),
                Cell(share(scored.accuracy, scored.n_images)) if scored else Missing("not evaluated"),
                Cell(f"{run.seconds:,.1f}"),
                Cell(f"{run.environment.load_average:.2f}") if run.environment else Missing("not recorded"),
                clean(run.started_at).replace("T", " "),
                run.run_id[:12],
            ]
        )
    head = ["Head", "Seed", "Status", "Accuracy", "Seconds", "Load", "Began (UTC)", "Run id"]
    return plain_table("runs", "Every run. Load: of the machine over one minute, when the run began.", head, rows)


def environment_table(results: Results, command: str | None) -> Table:
    """Return machine, versions, data and command."""
    found: dict[str, dict[str, None]] = {}

    def add(key: str, value: object) -> None:
        found.setdefault(key, {})[short(clean(value), 400)] = None

    for run in results.runs:
        _add_environment(run, add)
    rows: list[list[Any]] = [[key, "; ".join(values)] for key, values in found.items()]
    rows.append(["command", clean(command) if command else Missing("not handed to the report")])
    return plain_table("environment", "Machine, versions, data and command.", ["What", "Value"], rows)


def _add_environment(run: RunRecord, add: Callable[[str, object], None]) -> None:
    if run.environment:
        for key in ("cpu", "n_cores", "torch_threads", "torch_device", "platform", "python"):
            add(key.removeprefix("n_").replace("_", " "), getattr(run.environment, key))
        for package, version in sorted(run.environment.versions.items()):
            add(package, version)
        add("git commit", run.environment.git_commit or "not a checkout")
    if run.dataset:
        sizes = f"{run.dataset.n_train:,} training, {run.dataset.n_validation:,} validation, {run.dataset.n_test:,} test images"
        add("data set", f"{run.dataset.name}: {sizes}")
        add("data set SHA-256", run.dataset.sha256)


def _users(labels: list[str]) -> str:
    return listed(labels) if len(labels) <= 3 else f"{counted(len(labels), 'head')}"


def _json(value: Any) -> str:
    return short(clean(_lines(value, ""), lines=True), 40_000)


def _lines(value: Any, margin: str) -> str:
    """Return JSON in which whatever fits a line stands on one."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(margin) + len(text) <= _LINE or not isinstance(value, (dict, list)):
        return text
    inner = margin + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_lines(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{margin}}}"
    return "[\n" + ",\n".join(inner + _lines(part, inner) for part in value) + f"\n{margin}]"
