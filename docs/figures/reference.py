"""The committed results from which documents take their numbers."""

from pathlib import Path

import numpy as np

from harness.records.store import Store
from harness.report.numbers.groups import Group
from harness.report.numbers.study import Study, study_in

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "results" / "reference"
STUDY, SWEEPS = "study", "sweeps"
PAPERS_HEAD = "eq7 1000 shots"
"""Label of the paper's head in both studies."""


def reference(name: str, *, folder: Path = REFERENCE) -> Study:
    """Return a committed study: "study" or "sweeps", of the presets of these names."""
    return study_in(Store(folder / name))


def made_by(study: Study) -> str:
    """Return on what the runs of a study were made: commits, processors, dates."""
    runs = study.results.runs
    environments = [run.environment for run in runs if run.environment]
    commits = sorted({(found.git_commit or "none")[:7] for found in environments})
    cpus = sorted({found.cpu for found in environments})
    days = sorted({run.started_at[:10] for run in runs})
    dates = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{len(runs):,} runs, {dates}, {', '.join(cpus)}, commit {', '.join(commits)}"


def right_answers(group: Group) -> np.ndarray:
    """Return which official test images a configuration classified rightly, bool, shape (n_seeds, n_images)."""
    return np.stack([run.official.right() for run in group.evaluated if run.official])
