"""Adapters: one file for each vendor.

The files ``aer_*``, fake_devices.py and phase_layers.py hold what an adapter is made of.
"""
