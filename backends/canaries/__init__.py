"""Canaries: what the installed versions of the vendors' packages do wrong, and whether our way around it holds.

A file a vendor, each with ``CANARIES``: name -> function. A vendor's canaries run in a process of their own (run.py), for
Aer must not be imported in a process that starts others (qiskit-aer#1385, #2135). This package imports no vendor.
"""

from backends.canaries.finding import Canary, Finding, Observation
from backends.canaries.run import VENDORS, run_vendor

__all__ = ["VENDORS", "Canary", "Finding", "Observation", "run_vendor"]
