"""Adapters: one file for each vendor.

aer_compile.py, aer_copies.py, aer_jobs.py, noisy_aer.py, durations.py, fake_devices.py and phase_layers.py hold what
adapters are made of.
"""
