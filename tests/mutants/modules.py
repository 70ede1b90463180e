"""The modules that are mutated, and the unit tests of each: tests/unit mirrors the sources."""

from pathlib import Path

_MODULES = (
    "backends/answers.py",
    "backends/capabilities.py",
    "backends/gradients.py",
    "backends/head.py",
    "backends/sampling.py",
    "backends/tally.py",
    "backends/surrogates/*.py",
    "backends/circuits/affine.py",
    "backends/circuits/basis.py",
    "backends/circuits/circuit.py",
    "backends/circuits/toml.py",
    "harness/records/*.py",
    "harness/statistics/*.py",
    "harness/training/*.py",
)

_TESTED_WITH = {  # besides a file of the module's own name
    "backends/surrogates/products.py": "backends/surrogates/test_polynomial.py",
    "backends/surrogates/verification.py": "backends/surrogates/test_table.py",
    "harness/records/file.py": "harness/records/test_store.py",
    "harness/statistics/difference.py": "harness/statistics/test_comparison.py",
    "harness/training/evaluation.py": "harness/training/test_perform.py",
    "harness/training/record_parts.py": "harness/training/test_perform.py",
    "harness/training/state.py": "harness/training/test_checkpoint.py",
    "harness/training/torchvision_import.py": "harness/training/test_data.py",
}


def modules(root: Path) -> list[str]:
    """Return the paths of the mutated modules, relative to the root; a pattern without a module is an error."""
    found = []
    for pattern in _MODULES:
        paths = [path for path in sorted(root.glob(pattern)) if path.name != "__init__.py"]
        assert paths, f"no module {pattern} in {root}: mend the list in {__file__}"
        found += [path.relative_to(root).as_posix() for path in paths]
    return found


def tests_of(root: Path, path: str) -> list[str]:
    """Return the files with a module's unit tests."""
    module = Path(path)
    files = [(module.parent / f"test_{module.name}").as_posix(), _TESTED_WITH.get(path, "")]
    tests = [f"tests/unit/{file}" for file in files if (root / "tests" / "unit" / file).is_file()]
    assert tests, f"{path} has no unit tests {files[0]}: write them, or mend the list in {__file__}"
    return tests
