"""What Python programs and notebooks call, and what ``qhb run`` shares with them. ``import harness`` offers the names."""
