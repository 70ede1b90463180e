"""The ``qhb`` command: a file a subcommand. Exit codes are those of harness/errors.py, and 3 where a run is not ok."""
