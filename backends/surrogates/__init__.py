"""Surrogates: response tables that answer exactly in a backend's place.

polynomial.py has the mathematics, products.py its fast evaluation, build.py and cache.py make it from a head, and table.py
is the head that answers from it.
"""
