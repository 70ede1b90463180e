"""Adapters: one vendor, one file."""
