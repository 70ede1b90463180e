"""The conformance suite: what makes a head right. One suite, every head, no exceptions by name.

A check is a small function that takes a ``Subject`` (a head's class with options) and yields ``Finding`` after
``Finding``: what was measured, what is allowed, and why. Thresholds are derived from shots or from rounding; seeds are
fixed; nothing is run twice. Truth is ``backends.circuits.oracle``; tests/meta holds the broken heads that must be rejected.
"""

from backends.conformance.results import CheckResult, Finding, NotApplicable
from backends.conformance.subject import Subject
from backends.conformance.suite import CHECKS, Suite, run_checks

__all__ = ["CHECKS", "CheckResult", "Finding", "NotApplicable", "Subject", "Suite", "run_checks"]
