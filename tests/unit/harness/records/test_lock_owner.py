"""The process that writes to a results folder, as messages name it."""

import os
import socket
import sys

from harness.records.lock_owner import Holder, command_line


def test_a_process_is_named_by_pid_host_time_and_command(monkeypatch):
    """It is read back from its JSON as it was."""
    monkeypatch.setattr(sys, "argv", ["/usr/bin/qhb", "run", "my plan.toml"])
    holder = Holder.this_process()

    assert (holder.pid, holder.host, holder.command) == (os.getpid(), socket.gethostname(), "qhb run 'my plan.toml'")
    assert str(holder) == f"process {holder.pid} on {holder.host} since {holder.since}: qhb run 'my plan.toml'"
    assert Holder.model_validate_json(holder.model_dump_json()) == holder


def test_an_option_can_be_left_out(monkeypatch):
    """What is said to be typed again leaves out what made it necessary, and keeps all else in its order."""
    monkeypatch.setattr(sys, "argv", ["qhb", "run", "--anew", "a.toml", "--debug"])

    assert command_line() == "qhb run --anew a.toml --debug"
    assert command_line(without=["--anew"]) == "qhb run a.toml --debug"


def test_an_option_is_left_out_with_its_value(monkeypatch):
    """Written in either way, as often as it was given; a word that only begins so stays."""
    monkeypatch.setattr(sys, "argv", ["qhb", "run", "--only", "a b", "--only=c", "--only-if", "p.toml", "--only"])

    assert command_line(without_values=["--only"]) == "qhb run --only-if p.toml"


def test_bytes_that_are_no_text_are_escaped(monkeypatch):
    """A file's name need not be UTF-8, but what is written to is."""
    monkeypatch.setattr(sys, "argv", ["qhb", "run", os.fsdecode(b"\xff.toml")])

    assert command_line() == r"qhb run '\xff.toml'"
