"""Signals in a process that the user goes on working in: none of them ends it."""

import signal

import pytest

from harness.execution.signals import Signals, Stopped


def _twice(signals: Signals) -> None:
    with signals.held():
        signal.raise_signal(signal.SIGINT)
        assert signals.stopping
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)


def test_a_second_signal_need_not_end_the_process() -> None:
    """Inside ``held`` the first signal waits for the end of the block, and the second one raises; then Python's handler is back."""
    with Signals((signal.SIGINT,), exits=False) as signals, pytest.raises(Stopped) as stopped:
        _twice(signals)
    assert stopped.value.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_only_the_signals_that_are_named_are_handled() -> None:
    """SIGTERM stays as it was."""
    before = signal.getsignal(signal.SIGTERM)
    with Signals((signal.SIGINT,)):
        assert signal.getsignal(signal.SIGTERM) is before
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
