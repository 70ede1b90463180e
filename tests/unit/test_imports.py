"""``import backends, harness`` works with torch alone: no vendor's SDK is imported, whether it is there or not."""

import subprocess
import sys

import pytest

VENDORS = (
    "qiskit",
    "qiskit_aer",
    "qiskit_ibm_runtime",
    "pennylane",
    "pandas",
    "matplotlib",
    "torchvision",
    "dask",
    "distributed",
)
OURS = (
    "backends",
    "harness",
    "baselines",
    "backends.registry",
    "backends.conformance",
    "harness.heads",
    "harness.cost.estimate",
    "harness.execution.cluster.dask_executor",
    "harness.execution.cluster.connect",
)
ADAPTERS = (
    "backends.adapters.aer",
    "backends.adapters.aer_noise",
    "backends.adapters.fake_ibm",
    "backends.adapters.pennylane",
)


def vendors_imported_by(statement: str) -> list[str]:
    """Run a statement in a fresh Python that has no vendor's SDK and return which of them it asked for."""
    code = f"""
import sys
asked = []
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {VENDORS!r}:
            asked.append(name.partition(".")[0])
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
try:
    {statement}
finally:
    print(*asked)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout.strip():
        pytest.fail(done.stderr)
    return done.stdout.split()


@pytest.mark.parametrize("modules", [OURS, ADAPTERS], ids=["ours", "adapters"])
def test_no_vendor_is_imported(modules: tuple[str, ...]) -> None:
    """The imports work where no SDK is installed, and ask for none."""
    assert vendors_imported_by(f"import {', '.join(modules)}") == []


def test_every_public_name_loads_without_a_vendor() -> None:
    """So does each name of ``backends.__all__``."""
    statement = "import backends; [getattr(backends, name) for name in backends.__all__]"

    assert vendors_imported_by(statement) == []


def test_an_unknown_public_name_is_answered_with_the_known() -> None:
    """``backends.Circiut`` is an AttributeError that lists what there is."""
    import backends

    with pytest.raises(AttributeError, match=r"'backends' has no attribute 'Circiut'; it has Angle, .*Circuit"):
        _ = backends.Circiut


@pytest.mark.parametrize(
    "statement",
    [
        "import pennylane",
        "from qiskit.circuit import Parameter",
        "import importlib; importlib.import_module('qiskit_aer')",
    ],
)
def test_this_test_can_fail(statement: str) -> None:
    """A module that imports a vendor is found out, in each way of importing."""
    assert vendors_imported_by(statement)
