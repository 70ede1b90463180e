"""Heads that mix up the rows of a batch."""

import torch
from meta.broken_heads.healthy import Wrapped

from backends.answers import Executed


class StaleBatch(Wrapped):
    """Each row after the sixth of a batch gets the answer of the row before."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        rows = torch.cat((rows[:6], rows[5:-1])) if 6 < len(rows) < 10 else rows
        return super()._execute(rows, first_evaluation=first_evaluation)


class LongJobsCutOff(Wrapped):
    """Rows after the sixteenth of a job get the answer of the sixteenth."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows[[min(row, 15) for row in range(len(rows))]], first_evaluation=first_evaluation)


class RowsShifted(Wrapped):
    """Each row gets the answer of the row before it."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero.roll(1, dims=0), done.circuits, done.shots)


class RowsReversed(Wrapped):
    """The answers come back last row first."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero.flip(0), done.circuits, done.shots)


class OutputsTransposed(Wrapped):
    """The answers are laid out output by output and read row by row."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        return Executed(done.p_zero.T.reshape(done.p_zero.shape), done.circuits, done.shots)


class WrongBeyond256Rows(Wrapped):
    """Exact mode: rows after the 256th get the answers of the first rows."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None:
            rows = rows[torch.arange(len(rows)) % 256]
        return super()._execute(rows, first_evaluation=first_evaluation)


class WrongBeyond4096Rows(Wrapped):
    """Rows after the 4096th are answered for angles of 0, as if a second job had never been filled."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        filled = torch.arange(len(rows))[:, None] < 4096
        return super()._execute(rows * filled, first_evaluation=first_evaluation)
