"""Runs all canaries, those of each vendor in a process of their own, two processes at a time. Imports no vendor."""

import concurrent.futures
import os

from backends.canaries import VENDORS, CanaryReport, run_vendor

_AT_ONCE = 2
_TORCH = "harness.vendor_checks.torch"


def run_canaries() -> list[CanaryReport]:
    """Return what the installed versions do wrong, and whether our ways around it hold."""
    modules = [*VENDORS.values(), _TORCH]
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda module: run_vendor(module, environment=os.environ), modules)
    return [finding for vendor in found for finding in vendor]
