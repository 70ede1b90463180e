"""The exceptions of the harness, each with the exit code that ``qhb`` ends in.

HarnessError
├── PlanError (ValueError)      2   a plan, preset or option that cannot be used; all problems at once
├── DatasetError (RuntimeError) 4   images that are missing or not the expected ones
├── StoreError (RuntimeError)   4   a results folder or record that cannot be used
│   ├── DamagedError                a file that is not, bit for bit, what was written
│   └── DiskError                   the disk takes no more: full, failing, or read-only
├── MissingExtraError (ImportError) 2   packages of an extra that are not installed
├── StatisticsError (ValueError) 2   answers that cannot be compared
├── ClusterError (RuntimeError) 4   a Dask cluster that cannot be used, or went away
└── DivergedError (ArithmeticError) the loss is not finite: the run's status becomes ``diverged``
"""

from typing import ClassVar


class HarnessError(Exception):
    """Root of everything that the harness raises on purpose."""

    exit_code: ClassVar[int] = 1


class PlanError(HarnessError, ValueError):
    """A plan, a preset or an option that cannot be used."""

    exit_code = 2


class DatasetError(HarnessError, RuntimeError):
    """Images that are missing, damaged or not the expected ones."""

    exit_code = 4


class StoreError(HarnessError, RuntimeError):
    """A results folder or a record that cannot be used."""

    exit_code = 4


class DamagedError(StoreError):
    """A file that is not, bit for bit, what was written."""


class DiskError(StoreError):
    """The disk refuses to take a file."""


class MissingExtraError(HarnessError, ImportError):
    """Packages of an extra (a report, Parquet) that are not installed."""

    exit_code = 2


class StatisticsError(HarnessError, ValueError):
    """Answers of two heads that cannot be compared."""

    exit_code = 2


class ClusterError(HarnessError, RuntimeError):
    """A Dask cluster that cannot be used, or went away."""

    exit_code = 4


class DivergedError(HarnessError, ArithmeticError):
    """Training reached a loss that is not finite."""
