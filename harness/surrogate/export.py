"""Writes a trained classifier without its circuit, and compares the program that was written with the head itself."""

import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import safetensors.torch
import torch

from backends.errors import TableError
from backends.file_io import write_then_rename
from backends.head import QuantumHead
from backends.sampling import stream_seed
from backends.surrogates.build import EXACT_DEVIATION
from harness.errors import DiskError, PlanError
from harness.records.environment import versions
from harness.surrogate.facts import Difference, Facts, readme
from harness.surrogate.function import ClassicalFunction, function_of
from harness.surrogate.source import program
from harness.surrogate.trained import Trained

FILES = ("classifier.py", "classifier.safetensors", "facts.json", "README.md")
_N_RANDOM = 100  # sets of random angles
_SCORES_DEVIATION = 1e-6  # of the largest class score: single precision
_STANDARD_ERRORS = 6.0  # of the shots of a head that only samples; chance of a false alarm in one comparison: 2e-9
_MOST_VALUES = 2**22  # held at a time, 32 MiB
_MOST_SAMPLES = 100


class Program(Protocol):
    """The class of the exported file."""

    def head(self, angles: torch.Tensor) -> torch.Tensor:
        """Radians, shape (n, n_circuits, n_inputs) -> probabilities, shape (n, n_classes)."""

    def __call__(self, samples: torch.Tensor) -> torch.Tensor:
        """Samples as they are in the data set, shape (n, *shape of one) -> class scores, shape (n, n_classes)."""


def export(found: Trained, folder: Path) -> Facts:
    """Write the program, its weights and what is told of it into a folder.

    Args:
        found: The trained classifier.
        folder: A new or empty folder; nothing is left in it where this fails.

    Raises:
        PlanError: the folder holds files, or the classifier cannot be written down.
        TableError: the program does not answer as the head does.
        DiskError: the disk refuses it.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise PlanError(f"{folder} is not an empty folder; give a new one")
        text = program(found.classifier, shape=found.samples.values.shape[1:])
        function = function_of(found.head)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
            made = Path(name) / "made"
            made.mkdir()
            facts = _written(found, text, function, made)
            made.replace(folder)
    except OSError as error:
        raise DiskError(f"{folder} cannot be written: {error.strerror or error}; give another folder") from error
    return facts


def _written(found: Trained, text: str, function: ClassicalFunction, folder: Path) -> Facts:
    write_then_rename(folder / "classifier.py", text.encode())
    values = {
        name: tensor.contiguous()
        for name, tensor in found.classifier.state_dict().items()
        if name.startswith(("features.", "to_head.", "readout."))
    }
    shift, scale = (torch.from_numpy(np.array(values, np.float32)) for values in found.scaling)
    values |= {
        "shift": shift,
        "scale": scale,
        "frequencies": function.frequencies,
        "phases": function.phases,
        "coefficients": function.coefficients,
    }
    write_then_rename(folder / "classifier.safetensors", safetensors.torch.save(values))
    facts = _compared(found, function, program_in(folder))
    write_then_rename(folder / "facts.json", (facts.model_dump_json(indent=1) + "\n").encode())
    write_then_rename(folder / "README.md", readme(facts).encode())
    return facts


def program_in(folder: Path) -> Program:
    """Return the classifier that an exported program makes. It executes the program."""
    path = folder / "classifier.py"
    spec = importlib.util.spec_from_file_location("exported_classifier", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)  # it is no part of the export
    return cast(Program, module.Classifier())


def _compared(found: Trained, function: ClassicalFunction, exported: Program) -> Facts:
    at_a_time = max(1, min(_MOST_SAMPLES, _MOST_VALUES // function.values_per_sample))
    record, head, classifier = found.record, found.head, found.classifier
    judge = found.sampled or head
    with torch.no_grad():
        angles, expected, scores = [], [], []
        samples = torch.from_numpy(found.samples.values)
        for part, scaled in zip(samples.split(at_a_time), found.scaled.values.split(at_a_time), strict=True):
            angles.append(classifier.angles(scaled))
            expected.append(classifier.logits(angles[-1]))
            scores.append(exported(part))
        test = _difference(exported, judge, torch.cat(angles).double(), at_a_time=at_a_time)
        generator = np.random.default_rng(stream_seed(record.spec.seed, "classical function", 0))
        uniform = torch.from_numpy(generator.uniform(-2 * np.pi, 2 * np.pi, (_N_RANDOM, *head.input_shape)))
        random = _difference(exported, judge, uniform, at_a_time=at_a_time)
        class_scores = float((torch.cat(scores) - torch.cat(expected)).abs().max())
    allowed = _SCORES_DEVIATION * max(classifier.logit_scale, float(torch.cat(expected).abs().max()))
    if not class_scores <= allowed:
        raise TableError(
            f"the exported classifier of run {record.run_id[:12]}: its class scores differ from the classifier's by "
            f"{class_scores:.2g}, allowed is {allowed:.2g}; please report this"
        )
    classes = torch.cat(scores).argmax(dim=1)
    recorded = record.evaluation
    return Facts(
        run_id=record.run_id,
        label=record.label,
        seed=record.spec.seed,
        head=record.spec.head,
        circuit=head.circuit.name,
        options=record.spec.options,
        shots=record.spec.shots,
        noisy=head.capabilities.noisy,
        formulas=list(function.formulas),
        n_circuits=head.n_circuits,
        n_inputs=head.circuit.n_inputs,
        n_terms=function.n_terms,
        dead_inputs=list(function.dead_inputs),
        evaluations=function.n_evaluations,
        compared_with=_named(judge),
        test_samples=test,
        random_angles=random,
        class_scores=class_scores,
        accuracy=float((classes == found.scaled.labels).double().mean()),
        recorded_accuracy=recorded.accuracy if recorded else None,
        n_same_class=int((classes.numpy() == recorded.predicted()).sum()) if recorded else None,
        weights_from=record.spec.weights_from or record.run_id,
        versions=versions(),
    )


def _difference(exported: Program, judge: QuantumHead, angles: torch.Tensor, *, at_a_time: int) -> Difference:
    """Return the largest difference of the program's head from a head, at angles in double precision.

    Raises:
        TableError: it is larger than what is allowed.
    """
    got = torch.cat([exported.head(part) for part in angles.split(at_a_time)])
    expected = judge(angles)
    allowed = torch.full_like(got, EXACT_DEVIATION)
    if judge.shots is not None:
        p = got.clamp(0, 1)
        allowed = _STANDARD_ERRORS * ((p * (1 - p) / judge.shots).sqrt() + 1 / judge.shots)
    difference = (got - expected).abs()
    worst = int((difference / allowed).argmax())
    largest, limit = float(difference.max()), float(allowed.flatten()[worst])
    if not float(difference.flatten()[worst]) <= limit:
        raise TableError(
            f"the classical function of head {judge.name} with circuit {judge.circuit.name!r}: at angles in which it was not "
            f"made it differs from {_named(judge)} by {float(difference.flatten()[worst]):.2g}, allowed is {limit:.2g}; the head "
            "is not a trigonometric polynomial of its inputs to that precision, so there is nothing to export"
        )
    return Difference(n_samples=len(angles), largest=largest, allowed=limit)


def _named(judge: QuantumHead) -> str:
    return f"{judge.name}, exact" if judge.shots is None else f"{judge.name} with {judge.shots} shots an evaluation"
