"""Execution of runs, each in a child process."""
