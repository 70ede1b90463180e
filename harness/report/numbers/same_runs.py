"""Runs that two results folders have both: whether their bits are equal, and whether that is promised.

One run gives the same bits on the same versions, the same commit and the same kind of processor.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from harness.records.record import Environment, Evaluation, RunRecord
from harness.report.numbers.groups import Results
from harness.text import Missing, clean


@dataclasses.dataclass(frozen=True)
class SameRun:
    """One run, made for each of two results folders.

    Attributes:
        run_id: Its id.
        label: Of its configuration in the first folder.
        seed: Its seed.
        images: Test images that both classified, those of both test sets.
        differing: How many of these have another predicted class.
        same_weights: Whether the trained weights are equal; Missing where a record does not have their checksum.
        circumstances: What differs between the two machines, "torch: 2.13.0 / 2.14.0"; empty where equal bits are promised.
    """

    run_id: str
    label: str
    seed: int
    images: int
    differing: int
    same_weights: bool | Missing
    circumstances: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether all bits that the records tell of are equal."""
        return self.differing == 0 and self.same_weights is not False

    @property
    def breaks_promise(self) -> bool:
        """Whether equal bits are promised and did not come."""
        return not self.equal and not self.circumstances


def same_runs(ours: Results, theirs: Results) -> tuple[SameRun, ...]:
    """Return the runs that ended ok and classified test images in both folders, in the order of the first."""
    others = {run.run_id: run for group in theirs.groups for run in group.evaluated}
    return tuple(
        _same_run(group.label, run, others[run.run_id])
        for group in ours.groups
        for run in group.evaluated
        if run.run_id in others
    )


def _same_run(label: str, one: RunRecord, other: RunRecord) -> SameRun:
    differing = [
        _differing(mine, yours)
        for mine, yours in ((one.evaluation, other.evaluation), (one.official, other.official))
        if mine is not None and yours is not None
    ]
    known = one.weights_sha256 is not None and other.weights_sha256 is not None
    return SameRun(
        run_id=one.run_id,
        label=label,
        seed=one.spec.seed,
        images=sum(len(part) for part in differing),
        differing=sum(int(part.sum()) for part in differing),
        same_weights=one.weights_sha256 == other.weights_sha256 if known else Missing("no checksum of the weights"),
        circumstances=tuple(_circumstances(one.environment, other.environment)),
    )


def _differing(one: Evaluation, other: Evaluation) -> np.ndarray:
    """Return where two predictions differ, bool; images that only one has count as different."""
    mine, yours = one.predicted(), other.predicted()
    common = min(len(mine), len(yours))
    beyond = np.ones(max(len(mine), len(yours)) - common, dtype=bool)
    return np.concatenate([mine[:common] != yours[:common], beyond])


def _circumstances(one: Environment | None, other: Environment | None) -> Iterator[str]:
    if one is None or other is None:
        yield "environment: not recorded"
        return
    yield from (
        f"{name}: {clean(mine)} / {clean(yours)}"
        for name, mine, yours in (
            ("processor", one.cpu, other.cpu),
            ("torch device", one.torch_device, other.torch_device),
            ("Python", one.python, other.python),
            ("commit", _commit(one), _commit(other)),
        )
        if mine != yours
    )
    if one.git_commit == other.git_commit and "-dirty" in (one.git_commit or ""):
        yield f"commit: both {_commit(one)}, with files that may differ"
    for package in sorted(one.versions.keys() | other.versions.keys()):
        mine, yours = (found.versions.get(package, "not installed") for found in (one, other))
        if mine != yours:
            yield f"{clean(package)}: {clean(mine)} / {clean(yours)}"


def _commit(found: Environment) -> str:
    commit, dirty, _ = (found.git_commit or "installed package").partition("-dirty")
    return (commit if found.git_commit is None else commit[:7]) + dirty
