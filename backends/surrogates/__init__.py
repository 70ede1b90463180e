"""Surrogates: heads that answer in the place of another head's backend.

surrogate.py has their base, verification.py their comparison with the backend, choice.py the rule of "auto".

Response tables: polynomial.py has the mathematics, products.py its fast evaluation, build.py and cache.py make one from a
head, and table.py is the head that answers from it.

Chains of channels: noisy_light_cone.py leaves out what cannot matter, compile_chain.py (with registers.py) makes a program
of the rest (program.py), evolution.py computes it, and channels.py is the head.
"""
