"""Everything that runs, records and reports: plan -> runs -> records -> report. It imports no vendor SDK.

docs/python.md shows how to use it from Python. Names are loaded on first use, so ``import harness`` takes no time.
"""

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api.compared import HeadComparison as HeadComparison
    from harness.api.results import StudyResults as StudyResults
    from harness.api.results import load_results as load_results
    from harness.api.run import run as run
    from harness.errors import HarnessError as HarnessError
    from harness.plan.plan import load_plan as load_plan
    from harness.plan.schema import Plan as Plan

_HOME = {
    "HarnessError": "harness.errors",
    "HeadComparison": "harness.api.compared",
    "Plan": "harness.plan.schema",
    "StudyResults": "harness.api.results",
    "load_plan": "harness.plan.plan",
    "load_results": "harness.api.results",
    "run": "harness.api.run",
}
__all__ = sorted(_HOME)

if not TYPE_CHECKING:  # a type checker knows the names above, and finds a mistyped one

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module 'harness' has no attribute {name!r}; it has {', '.join(__all__)}")
        return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__


def _refuse_foreign_packages() -> None:
    """Refuse a ``backends`` or ``baselines`` that is not ours.

    Python searches the current folder and PYTHONPATH first, so a user's folder of that name hides our package.

    Raises:
        ImportError: it names the folder or file that hides ours, and the remedy.
    """
    ours = Path(__file__).resolve().parent.parent
    for name in ("backends", "baselines"):
        spec = importlib.util.find_spec(name)  # searches without importing
        if spec is None:
            continue  # Python's own message says so
        found = Path(next(iter(spec.submodule_search_locations or [spec.origin or ""]))).resolve()
        if found != ours / name:
            raise ImportError(
                f"harness: expected the package {name!r} of quantum-head-bench in {ours / name}, found another one in "
                f"{found}; Python searches the current folder and PYTHONPATH first: rename {found.name}, or start "
                "Python in another folder"
            )


_refuse_foreign_packages()
