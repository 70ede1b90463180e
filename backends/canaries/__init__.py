"""Canaries: known faults of the vendors' packages, whether the installed versions have them, and whether our workarounds hold.

One file for each vendor, each with a list ``CANARIES``. A vendor's canaries run in a process of their own (run.py), because
Aer must not be imported in a process that starts others (qiskit-aer#1385, #2135). This package imports no vendor.
"""

from backends.canaries.canary import Canary, CanaryReport, Observation
from backends.canaries.run import VENDORS, run_vendor

__all__ = ["VENDORS", "Canary", "CanaryReport", "Observation", "run_vendor"]
