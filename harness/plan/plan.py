"""Plans: a TOML file becomes a checked list of runs, or one error with all its problems."""

import importlib.resources
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pydantic
import pydantic_core

from backends.circuits.circuit import Circuit
from backends.circuits.files import find_circuit, is_path
from backends.errors import HeadError, did_you_mean
from backends.file_io import read_regular_file
from harness.errors import PlanError
from harness.spec import DataSpec, ModelSpec, Run, RunSpec, Spec, TrainingSpec, run_id_of

_MAX_BYTES = 1 << 20
_MAX_RUNS = 100_000


class Entry(Spec):
    """One ``[[runs]]`` table: a head, which gives a run for each seed."""

    head: str
    circuit: str | None = None
    """Name in the catalogue, or path of a .toml or .qasm file, from the plan's folder."""
    weights: list[str] = []  # noqa: RUF012  pydantic copies defaults
    """Of an OpenQASM file: which of its inputs are trainable weights; the others come from the network."""
    shots: int | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  pydantic copies defaults
    execution: Literal["native", "table"] = "native"
    """table: probabilities come from the head's response table, which is much faster (see RunSpec)."""
    label: str | None = pydantic.Field(None, min_length=1, max_length=100)
    """Its name in tables; by default made of head, device, circuit and shots."""
    seeds: list[int] | None = None
    """Instead of the plan's."""
    max_steps: int | None = pydantic.Field(None, ge=1)
    """Stop after so many training steps: a slice, made to measure the cost."""
    weights_of: str | None = None
    """Label of an entry above: classify the test images with the weights that its run of the same seed trained."""


class Plan(Spec):
    """A plan file."""

    name: str = pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    description: str = ""
    seeds: list[int] = pydantic.Field([0], min_length=1)
    data: DataSpec = DataSpec()
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    runs: list[Entry] = pydantic.Field(min_length=1)


SECTIONS: dict[str, type[Spec]] = {"data": DataSpec, "model": ModelSpec, "training": TrainingSpec, "runs": Entry}
"""What the tables of a plan hold, by their names."""


def sections_with(key: str) -> list[str]:
    """Return the plan's tables that have a key: "epochs" -> ["training"]; "" stands for the plan itself."""
    tables: dict[str, type[Spec]] = {"": Plan, **SECTIONS}
    return [name for name, fields in tables.items() if key in fields.model_fields and key not in SECTIONS]


class PresetFile(NamedTuple):
    """A preset's name and text."""

    name: str
    text: str


def presets() -> list[PresetFile]:
    """Return the presets that come with the package."""
    folder = importlib.resources.files("harness.plan") / "presets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return [PresetFile(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files]


def load_preset(name: str) -> Plan:
    """Return a preset.

    Raises:
        PlanError: no preset of that name.
    """
    known = {preset.name: preset.text for preset in presets()}
    if name not in known:
        raise PlanError(f"unknown preset {name!r}: expected one of {', '.join(known)}{did_you_mean(name, known)}")
    return parse(known[name], where=f"preset {name}")


def load_file(path: Path) -> Plan:
    """Return the plan in a TOML file.

    Raises:
        PlanError: the file cannot be read, or holds something that a plan cannot.
    """
    try:
        text = read_regular_file(path, limit=_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PlanError(
            f"{path}: the plan cannot be read: {reason}; expected a TOML file in UTF-8 of at most {_MAX_BYTES} bytes"
        ) from error
    return parse(text, where=str(path))


def parse(text: str, *, where: str) -> Plan:
    """Return the plan in a TOML text; ``where`` names the text in errors.

    Raises:
        PlanError: with every problem, one a line.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PlanError(f"{where}: not TOML: {error or 'nested too deeply'}") from error
    try:
        return Plan.model_validate(content, strict=True)
    except pydantic.ValidationError as error:
        raise PlanError("\n".join(_problem(found, text, where) for found in error.errors())) from None


def expand(plan: Plan, *, dataset_sha256: str, folder: Path = Path()) -> list[Run]:
    """Return the plan's runs, each checked: heads, circuits, shots, options, labels.

    Args:
        plan: The plan.
        dataset_sha256: SHA-256 of its data set.
        folder: Where relative paths of circuits begin: the plan file's folder.

    Raises:
        PlanError: with every problem, one a line.
    """
    problems = _torch_device_problem(plan)
    by_label: dict[tuple[str, int], Run] = {}
    runs: dict[str, Run] = {}
    for number, entry in enumerate(plan.runs, start=1):
        where = f"plan {plan.name}, run entry {number} ({entry.head})"
        try:
            found = _runs_of_entry(plan, entry, by_label, dataset_sha256=dataset_sha256, folder=folder)
        except (PlanError, HeadError) as error:
            problems.append(f"{where}: {error}")
            continue
        for run in found:
            key = (run.label, run.spec.seed)
            if key in by_label or run.run_id in runs:
                problems.append(
                    f"{where}: label {run.label!r} with seed {run.spec.seed} is there already; give each entry a label "
                    "of its own, and each run once"
                )
                break
            by_label[key] = run
            runs[run.run_id] = run
    if len(runs) > _MAX_RUNS:
        problems.append(f"plan {plan.name}: at most {_MAX_RUNS} runs, got {len(runs)}")
    if problems:
        raise PlanError("\n".join(problems))
    return list(runs.values())


def _runs_of_entry(
    plan: Plan, entry: Entry, by_label: dict[tuple[str, int], Run], *, dataset_sha256: str, folder: Path
) -> list[Run]:
    """Return a run for each seed of an entry; ``by_label`` holds the runs of the entries above by label and seed.

    Raises:
        PlanError: a value of the entry cannot be used, or there are no weights as it wants them.
        HeadError: its head, circuit or options cannot be used.
    """
    from harness.heads import resolve_head  # it loads torch, which reading a plan does not need

    circuit = _circuit_of(entry, folder)
    asked = {
        "head": entry.head,
        "circuit": circuit.name if circuit else None,
        "own_circuit": circuit if entry.circuit and is_path(entry.circuit) else None,
        "shots": entry.shots,
        "options": entry.options,
        "execution": entry.execution,
        "data": plan.data,
        "model": plan.model,
        "training": plan.training.model_copy(update={"max_steps": entry.max_steps or plan.training.max_steps}),
    }
    resolved = resolve_head(RunSpec(**asked))
    if resolved is not None:
        asked |= {"options": resolved.options.model_dump(mode="json"), "head_code": resolved.code}
    runs = []
    for seed in plan.seeds if entry.seeds is None else entry.seeds:
        weights_from = None if entry.weights_of is None else _source_of_weights(entry, seed, circuit, by_label).run_id
        try:
            spec = RunSpec(**asked, seed=seed, weights_from=weights_from)
        except pydantic.ValidationError as error:
            raise PlanError(
                "; ".join(f"{found['loc'][0]}: {found['msg']}, got {found['input']!r}" for found in error.errors())
            ) from None
        run_id = run_id_of(
            spec, dataset_sha256=dataset_sha256, circuit_fingerprint=resolved.circuit.fingerprint if resolved else None
        )
        runs.append(Run(run_id, entry.label or spec.title, spec))
    return runs


def _circuit_of(entry: Entry, folder: Path) -> Circuit | None:
    """Return the circuit that an entry names, None if it names none.

    Raises:
        PlanError: it has weights and no circuit.
        CircuitError: there is no such circuit, or its file cannot be used.
    """
    if entry.circuit is not None:
        return find_circuit(entry.circuit, folder=folder, weights=entry.weights)
    if entry.weights:
        raise PlanError(
            f"weights = {entry.weights}: expected a circuit in an OpenQASM file beside them, got no circuit"
        )
    return None


def _torch_device_problem(plan: Plan) -> list[str]:
    """Say why the plan's torch device cannot be used, in a list that is empty if it can."""
    name = plan.training.torch_device
    if name == "cpu":
        return []
    import torch  # a second of start-up, needed for other devices alone

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        reason = str(error).splitlines()[0]
        return [
            f"plan {plan.name}: training.torch_device = {name!r} cannot be used: {reason}; leave it out for the CPU"
        ]
    return []


def _source_of_weights(entry: Entry, seed: int, circuit: Circuit | None, by_label: dict[tuple[str, int], Run]) -> Run:
    """Return the run whose weights an entry uses: trained by itself, to the end, with the same function.

    Raises:
        PlanError: there is no such run.
    """
    source = by_label.get((str(entry.weights_of), seed))
    if source is None:
        known = {label for label, known_seed in by_label if known_seed == seed}
        raise PlanError(
            f"weights_of = {entry.weights_of!r} with seed {seed}: expected the label of an entry above that has this "
            f"seed: {', '.join(sorted(known)) or 'none'}{did_you_mean(str(entry.weights_of), known)}"
        )
    spec = source.spec
    theirs = find_circuit(spec.circuit) if spec.circuit and not spec.own_circuit else spec.own_circuit
    trained_to_its_end = spec.scope == "full" and spec.weights_from is None
    same = circuit.fingerprint == theirs.fingerprint if circuit and theirs else entry.head == spec.head
    if not trained_to_its_end or not same or entry.max_steps is None:
        raise PlanError(
            f"weights_of = {entry.weights_of!r}: expected a max_steps in this entry, and in the other one a run that "
            f"trained the same circuit or classical head to its end; got max_steps = {entry.max_steps}, and there "
            f"{spec.title}"
        )
    return source


def _problem(found: pydantic_core.ErrorDetails, text: str, where: str) -> str:
    """Say what one of pydantic's errors is about, with its line in the file and the key that was meant."""
    location = found["loc"]
    key = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in location)
    line = _line_of(location, text)
    place = where if line is None else f"{where}:{line}"
    if found["type"] == "extra_forbidden":
        section = str(location[0]) if len(location) > 1 else ""
        fields = SECTIONS.get(section, Plan).model_fields
        names = {"": "the plan, before its first [table]", "runs": "[[runs]]"}
        homes = " or ".join(names.get(name, f"[{name}]") for name in sections_with(str(location[-1])))
        hint = f"; it is a key of {homes}" if homes else did_you_mean(str(location[-1]), fields)
        return f"{place}: unknown key {key}{hint} (known: {', '.join(fields)})"
    if found["type"] == "missing":
        return f"{place}: missing key {key}"
    hint = ""
    if found["type"] == "literal_error":
        hint = did_you_mean(str(found["input"]), re.findall(r"'([^']*)'", found["ctx"]["expected"]))
    return f"{place}: {key}: {found['msg']}, got {found['input']!r}{hint}"


def _line_of(location: tuple[int | str, ...], text: str) -> int | None:
    """Return the number of the line in a plan's text that sets a key, or begins its table; None if none is found.

    Args:
        location: As pydantic gives it: ("training", "epochs"), ("runs", 1, "shots"), ("seeds", 0), ...
        text: The plan.
    """
    names = [part for part in location if isinstance(part, str)]
    if not names:
        return None
    section, key = (names[0], names[1]) if len(names) > 1 else ("", names[0])
    table = 1 + next((part for part in location if isinstance(part, int)), 0) if section == "runs" else 1
    current, n_seen, heading = "", 1 if section == "" else 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[{1,2}\s*([\w-]+)\s*\]{1,2}", line):
            current = header[1]
            n_seen += current == section
            if current == (section or key) and n_seen == table:
                heading = heading or number
        elif current == section and n_seen == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return heading
