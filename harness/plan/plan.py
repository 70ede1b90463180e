"""A plan: a TOML file that names runs. Here it becomes checked Runs, or one error with all its problems."""

import importlib.resources
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pydantic

from backends.circuits.circuit import Circuit
from backends.circuits.files import find_circuit, is_path
from backends.errors import HeadError, did_you_mean
from harness.errors import PlanError
from harness.spec import N_CLASSES, DataSpec, ModelSpec, Run, RunSpec, Spec, TrainingSpec, run_id_of

_MAX_BYTES = 1 << 20
_MAX_RUNS = 100_000


class Entry(Spec):
    """One ``[[runs]]`` table: a head, for each of its seeds a run."""

    head: str
    circuit: str | None = None
    """Name in the catalogue, or path of a .toml or .qasm file, from the plan's folder."""
    shots: int | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  pydantic copies defaults
    execution: Literal["native", "table"] = "native"
    """table: from the head's response table, exact and hundreds of times faster (see RunSpec)."""
    label: str | None = pydantic.Field(None, min_length=1, max_length=100)
    """What tables call it; by default the head, device, circuit and shots."""
    seeds: list[int] | None = None
    """Instead of the plan's."""
    max_steps: int | None = pydantic.Field(None, ge=1)
    """A slice of so many training steps, run for its cost."""
    weights_of: str | None = None
    """Label of an entry above: classify the test images with its trained weights, seed by seed."""


class Plan(Spec):
    """A plan file."""

    name: str = pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    description: str = ""
    seeds: list[int] = pydantic.Field([0], min_length=1)
    data: DataSpec = DataSpec()
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    runs: list[Entry] = pydantic.Field(min_length=1)


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
        content = path.read_bytes()
        if len(content) > _MAX_BYTES:
            raise PlanError(f"{path}: a plan has at most {_MAX_BYTES} bytes, got {len(content)}")
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{path}: the plan cannot be read: {error}; expected a TOML file in UTF-8") from error
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
        raise PlanError("\n".join(_problem(dict(found), text, where) for found in error.errors())) from None


def expand(plan: Plan, *, dataset_sha256: str, folder: Path = Path()) -> list[Run]:
    """Return the plan's runs, each checked: heads, circuits, shots, options, labels.

    Args:
        plan: The plan.
        dataset_sha256: Of its data set.
        folder: Where the paths of circuits begin: the plan file's.

    Raises:
        PlanError: with every problem, one a line.
    """
    problems: list[str] = []
    sources: dict[tuple[str, int], Run] = {}
    runs: dict[str, Run] = {}
    for number, entry in enumerate(plan.runs, start=1):
        where = f"plan {plan.name}, run entry {number} ({entry.head})"
        seeds = plan.seeds if entry.seeds is None else entry.seeds
        try:
            circuit = None if entry.circuit is None else find_circuit(entry.circuit, folder=folder)
            found = [
                _run(plan, entry, circuit, seed, sources, where=where, dataset_sha256=dataset_sha256) for seed in seeds
            ]
        except (PlanError, HeadError) as error:
            problems.append(f"{where}: {error}" if isinstance(error, HeadError) else str(error))
            continue
        for run in found:
            key = (run.label, run.spec.seed)
            if key in sources or run.run_id in runs:
                problems.append(
                    f"{where}: label {run.label!r} with seed {run.spec.seed} is there already; give each entry a label "
                    "of its own, and each run once"
                )
                break
            sources[key] = run
            runs[run.run_id] = run
    if len(runs) > _MAX_RUNS:
        problems.append(f"plan {plan.name}: at most {_MAX_RUNS} runs, got {len(runs)}")
    if problems:
        raise PlanError("\n".join(problems))
    return list(runs.values())


def _run(
    plan: Plan,
    entry: Entry,
    circuit: Circuit | None,
    seed: int,
    sources: dict[tuple[str, int], Run],
    *,
    where: str,
    dataset_sha256: str,
) -> Run:
    weights_from = None
    if entry.weights_of is not None:
        source = sources.get((entry.weights_of, seed))
        if source is None:
            known = {label for label, known_seed in sources if known_seed == seed}
            raise PlanError(
                f"{where}: weights_of = {entry.weights_of!r} with seed {seed}: expected the label of an entry above that "
                f"has this seed: {', '.join(sorted(known)) or 'none'}{did_you_mean(entry.weights_of, known)}"
            )
        _check_source(entry, source, circuit, where)
        weights_from = source.run_id
    training = plan.training
    if entry.max_steps is not None:
        training = training.model_copy(update={"max_steps": entry.max_steps})
    try:
        spec = RunSpec(
            head=entry.head,
            circuit=circuit.name if circuit else None,
            own_circuit=circuit if entry.circuit and is_path(entry.circuit) else None,
            shots=entry.shots,
            options=entry.options,
            execution=entry.execution,
            seed=seed,
            data=plan.data,
            model=plan.model,
            training=training,
            weights_from=weights_from,
        )
    except pydantic.ValidationError as error:
        raise PlanError("; ".join(f"{where}: {found['loc']}: {found['msg']}" for found in error.errors())) from None
    from harness.heads import circuit_of, code_of_head, resolved_options  # torch, which reading a plan has no need of

    _check_torch_device(training.torch_device, where)
    checked = circuit_of(spec, n_classes=N_CLASSES)
    spec = spec.model_copy(update={"options": resolved_options(spec), "head_code": code_of_head(spec)})
    run_id = run_id_of(
        spec, dataset_sha256=dataset_sha256, circuit_fingerprint=checked.fingerprint if checked else None
    )
    return Run(run_id, entry.label or spec.title, spec)


def _check_torch_device(name: str, where: str) -> None:
    if name == "cpu":
        return
    import torch  # a second of start-up, for those who ask for a device alone

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        reason = str(error).splitlines()[0]
        raise PlanError(
            f"{where}: torch_device = {name!r} cannot be used: {reason}; leave it out for the CPU"
        ) from None


def _check_source(entry: Entry, source: Run, circuit: Circuit | None, where: str) -> None:
    """See that an entry can use the weights of ``source``: a training of its own, to the end, of the same function.

    Raises:
        PlanError: it cannot.
    """
    spec = source.spec
    theirs = find_circuit(spec.circuit) if spec.circuit and not spec.own_circuit else spec.own_circuit
    of_own = spec.scope == "full" and spec.weights_from is None
    same = circuit.fingerprint == theirs.fingerprint if circuit and theirs else entry.head == spec.head
    if not of_own or not same or entry.max_steps is None:
        raise PlanError(
            f"{where}: weights_of = {entry.weights_of!r}: expected a max_steps here, and there a run that trained the same "
            f"circuit or classical head to its end; got max_steps = {entry.max_steps}, and there {spec.title}"
        )


def _problem(found: dict[str, Any], text: str, where: str) -> str:
    """Say what one of pydantic's errors is about, with the line where it can be told and the key that was meant."""
    key = ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in found["loc"])
    last = str(found["loc"][-1]) if found["loc"] else ""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*{re.escape(last)}\s*=", line)]
    place = f"{where}:{lines[0]}" if len(lines) == 1 else where
    if found["type"] == "extra_forbidden":
        section = next((part for part in found["loc"] if isinstance(part, str)), "")
        sections: dict[str, type[Spec]] = {
            "data": DataSpec,
            "model": ModelSpec,
            "training": TrainingSpec,
            "runs": Entry,
        }
        fields = (sections[section] if section in sections and len(found["loc"]) > 1 else Plan).model_fields
        return f"{place}: unknown key {key}{did_you_mean(last, fields)} (known: {', '.join(fields)})"
    if found["type"] == "missing":
        return f"{place}: missing key {key}"
    hint = ""
    if found["type"] == "literal_error":
        hint = did_you_mean(str(found["input"]), re.findall(r"'([^']*)'", found["ctx"]["expected"]))
    return f"{place}: {key}: {found['msg']}, got {found['input']!r}{hint}"
