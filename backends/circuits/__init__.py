"""Circuits: data, files, drawings, and the NumPy oracle."""
