"""The conformance suite decides whether a head is right. It is one suite for every head, without exceptions by name.

A check is a small function that takes a ``Subject`` (a head's class with options) and yields a ``Finding`` for each
comparison: what was measured and what is allowed. Thresholds are derived from the number of shots or from rounding; seeds
are fixed; no check is repeated. Values are compared with ``backends.circuits.oracle``. tests/meta holds broken heads, each of
which one check must reject.
"""

from backends.conformance.results import CheckResult, Finding, NotApplicable
from backends.conformance.subject import Subject
from backends.conformance.suite import CHECKS, Suite, run_checks

__all__ = ["CHECKS", "CheckResult", "Finding", "NotApplicable", "Subject", "Suite", "run_checks"]
