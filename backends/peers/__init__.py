"""Peers: what a user would run instead of our heads, each as its own documentation recommends, and how both are timed.

Peers are not heads: each knows one circuit and is used for timing alone. They are in ``backends`` because only there may
vendors' SDKs be imported, and because an installed ``qhb peers`` must find them. No head may import them.
"""
