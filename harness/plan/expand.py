"""From a plan to its runs, each checked."""

from pathlib import Path

import pydantic

from backends.circuits.circuit import Circuit
from backends.circuits.files import find_circuit, is_path
from backends.errors import HeadError, did_you_mean
from harness.data.dataset import DataFacts
from harness.errors import DatasetError, PlanError
from harness.plan.entries import overridden, override_text, varied
from harness.plan.schema import Entry, Plan
from harness.spec import ModelSpec, Run, RunSpec, run_id_of

_MAX_RUNS = 100_000
_LAYERS = ("features", "padding", "pool_kernel", "angle_activation", "readout", "head_width")
"""Settings of [model] that decide which layers a network has, and what they compute."""


def expand(plan: Plan, *, facts: DataFacts, folder: Path = Path()) -> list[Run]:
    """Return the plan's runs, each checked: heads, circuits, shots, options, labels.

    Args:
        plan: The plan.
        facts: Of its data set.
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
            found = [
                run for one in varied(entry) for run in _runs_of_entry(plan, one, by_label, facts=facts, folder=folder)
            ]
        except (PlanError, DatasetError, HeadError) as error:
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
    plan: Plan, entry: Entry, by_label: dict[tuple[str, int], Run], *, facts: DataFacts, folder: Path
) -> list[Run]:
    """Return a run for each seed of an entry; ``by_label`` holds the runs of the entries above by label and seed.

    Raises:
        PlanError: a value of the entry cannot be used, or there are no weights as it wants them.
        DatasetError: the data set has too few images.
        HeadError: its head, circuit or options cannot be used.
    """
    from harness.features.resolve import resolve_features  # it loads torch, which reading a plan does not need
    from harness.heads import resolve_head, resolved_execution

    circuit = _circuit_of(entry, folder)
    training = overridden(plan.training, entry.training, table="training")
    model = overridden(plan.model, entry.model, table="model")
    asked = {
        "head": entry.head,
        "circuit": circuit.name if circuit else None,
        "own_circuit": circuit if entry.circuit and is_path(entry.circuit) else None,
        "shots": entry.shots,
        "options": entry.options,
        "execution": "native" if entry.execution == "auto" else entry.execution,
        "data": overridden(plan.data, entry.data, table="data").filled(facts),
        "model": model,
        "training": training.model_copy(update={"max_steps": entry.max_steps or training.max_steps}),
    }
    if entry.execution == "auto":
        asked["execution"] = resolved_execution(RunSpec(**asked), n_classes=facts.n_classes)
    resolved = resolve_head(RunSpec(**asked), n_classes=facts.n_classes)
    features = resolve_features(RunSpec(**asked), resolved, shape=facts.shape)
    asked |= {
        "options": resolved.options.model_dump(mode="json"),
        "head_code": resolved.code,
        "features_code": features.code,
    }
    runs = []
    for seed in plan.seeds if entry.seeds is None else entry.seeds:
        weights_from = None
        if entry.weights_of is not None:
            source = _source_of_weights(entry, seed, circuit, by_label)
            _check_same_layers(entry, model, source.spec.model)
            weights_from = source.run_id
        try:
            spec = RunSpec(**asked, seed=seed, weights_from=weights_from)
        except pydantic.ValidationError as error:
            raise PlanError(
                "; ".join(f"{found['loc'][0]}: {found['msg']}, got {found['input']!r}" for found in error.errors())
            ) from None
        run_id = run_id_of(spec, dataset_sha256=facts.sha256, circuit_fingerprint=resolved.circuit_fingerprint)
        runs.append(Run(run_id, entry.label or spec.title + override_text(entry), spec))
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
    same = circuit.fingerprint == theirs.fingerprint if circuit and theirs else entry.head == spec.head
    if spec.scope != "full" or not same:
        raise PlanError(
            f"weights_of = {entry.weights_of!r}: expected an entry that trains the same circuit or classical head to its "
            f"end, got {spec.title}"
        )
    return source


def _check_same_layers(entry: Entry, ours: ModelSpec, theirs: ModelSpec) -> None:
    """Refuse weights of a network with other layers.

    Raises:
        PlanError: a layer differs.
    """
    for name in _LAYERS:
        if getattr(ours, name) != getattr(theirs, name):
            raise PlanError(
                f"weights_of = {entry.weights_of!r}: expected an entry with the same layers, got model.{name} = "
                f"{getattr(theirs, name)!r} there and {getattr(ours, name)!r} here"
            )
