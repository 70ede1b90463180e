"""Everything that runs, records and reports: plan -> runs -> records -> report. It imports no vendor SDK."""

import importlib.util
from pathlib import Path


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
