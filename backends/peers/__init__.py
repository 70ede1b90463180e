"""What a user would run instead of our heads, each as its own documentation recommends, and how the two are timed.

These are no heads: they know one circuit, and nobody trains with them. They stand here because vendors' SDKs may be
imported in ``backends`` alone, and because an installed ``qhb peers`` must find them, which it would not in benchmarks/.
No head may import them; ``qhb peers`` loads them when it is called.
"""
