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


def test_the_second_signal_ends_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """``qhb run`` does not wait any longer: the process ends in the code of the second signal."""
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    with pytest.raises(Stopped), Signals((signal.SIGINT,)) as signals:
        _twice(signals)
    assert codes == [130]
